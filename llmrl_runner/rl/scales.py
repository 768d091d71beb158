"""What observations and rewards are divided by in a training: running means and spreads, kept inside the checkpoint."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.envs.arrays import AnyArray

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.running_mean_std import RunningMeanStd
    from stable_baselines3.common.vec_env import VecEnv, VecNormalize

ATTRIBUTE = "llmrl_scales"  # of a model; SB3 saves a model's attributes, this one as JSON
NONE: dict[str, Any] = {"observations": None, "returns": None}
EPSILON, MOST = 1e-8, 10.0  # as VecNormalize has them: added to a variance, and the largest scaled number


def keep_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Put the scales of the training environments into the model, None for what isn't scaled.

    Observations in parts are kept as those of one flat array, which is what batches hold.
    """
    from stable_baselines3.common.vec_env import VecNormalize

    kept = NONE
    if isinstance(envs, VecNormalize):
        observations = _figures_of_parts(_parts(envs)) if envs.norm_obs else None
        kept = {"observations": observations, "returns": _figures(envs.ret_rms)}
    setattr(model, ATTRIBUTE, kept)


def restore_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Have training environments go on with the scales of the model."""
    from stable_baselines3.common.vec_env import VecNormalize

    if not isinstance(envs, VecNormalize):
        return
    kept = scales(model)
    if kept["returns"]:
        _set(envs.ret_rms, kept["returns"])
    restore_observation_scales(model, envs)


def restore_observation_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Have training environments begin with the model's scales of observations, and with their own of rewards."""
    from stable_baselines3.common.vec_env import VecNormalize

    kept = scales(model)["observations"]
    if kept and isinstance(envs, VecNormalize) and envs.norm_obs:
        _set_parts(_parts(envs), kept)


def give_observation_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Have training environments scale observations as the model does, and leave it at that.

    A policy that was given reads its inputs on the scale that it knows.
    """
    from stable_baselines3.common.vec_env import VecNormalize

    kept = scales(model)["observations"]
    if kept and isinstance(envs, VecNormalize) and envs.norm_obs:
        _set_parts(_parts(envs), kept)
        for part in _parts(envs):
            setattr(part, "update", lambda observations: None)  # noqa: B010 (a method, for mypy)


def begin_scales(envs: "VecEnv", observations: AnyArray, returns: AnyArray) -> None:
    """Have new training environments scale as if they had seen these observations (n, ...) and returns (n,)."""
    from stable_baselines3.common.vec_env import VecNormalize

    if not isinstance(envs, VecNormalize):
        return
    parts = _parts(envs) if envs.norm_obs else []
    if parts and parts[0].count < 1:
        for part, seen in zip(parts, apart(observations.astype(np.float64), _shapes(parts)), strict=True):
            part.update(seen)
    if envs.norm_reward and envs.ret_rms.count < 1:
        envs.ret_rms.update(returns)


def apart(observations: AnyArray, shapes: Sequence[tuple[int, ...]]) -> list[AnyArray]:
    """Parts (n, *shape) of observations (n, ...), which are flat where there are several."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    flat = np.split(observations, ends, axis=1) if len(ends) else [observations]
    return [part.reshape(len(part), *shape) for part, shape in zip(flat, shapes, strict=True)]


def scale_by(model: "BaseAlgorithm", observations: AnyArray) -> None:
    """Have `scaled` scale by the mean and spread of these observations (n, ...); what doesn't vary in them by 1."""
    variance = observations.var(axis=0, dtype=np.float64)
    figures = {
        "mean": observations.mean(axis=0, dtype=np.float64).tolist(),
        "var": np.where(variance > EPSILON, variance, 1.0).tolist(),
        "count": float(len(observations)),
    }
    setattr(model, ATTRIBUTE, {**NONE, "observations": figures})


def scales(model: "BaseAlgorithm") -> dict[str, Any]:
    """The figures of `observations` and `returns` that the model keeps, None for each that it doesn't."""
    kept: dict[str, Any] = getattr(model, ATTRIBUTE, NONE)
    return kept


def scaled(model: "BaseAlgorithm", observations: AnyArray) -> AnyArray:
    """Observations (n, ...) as the model's network takes them."""
    figures = scales(model)["observations"]
    if figures is None:
        return observations
    spread = np.sqrt(np.asarray(figures["var"]) + EPSILON)
    steps: AnyArray = (observations - np.asarray(figures["mean"])) / spread
    return np.clip(steps, -MOST, MOST).astype(np.float32)


def _parts(envs: "VecNormalize") -> list["RunningMeanStd"]:
    """What observations are scaled by, one for each of their parts, in the order in which they are flattened."""
    running: Any = envs.obs_rms  # there is none where observations stay as they are
    return list(running.values()) if isinstance(running, dict) else [running]


def _shapes(parts: list["RunningMeanStd"]) -> list[tuple[int, ...]]:
    return [part.mean.shape for part in parts]


def _figures(running: "RunningMeanStd") -> dict[str, Any]:
    return {name: np.asarray(getattr(running, name)).tolist() for name in ("mean", "var", "count")}


def _figures_of_parts(parts: list["RunningMeanStd"]) -> dict[str, Any]:
    if len(parts) == 1:
        return _figures(parts[0])
    flat = {name: np.concatenate([getattr(part, name).ravel() for part in parts]) for name in ("mean", "var")}
    return {**{name: numbers.tolist() for name, numbers in flat.items()}, "count": float(parts[0].count)}


def _set(running: "RunningMeanStd", figures: dict[str, Any]) -> None:
    running.mean, running.var = np.asarray(figures["mean"]), np.asarray(figures["var"])
    running.count = float(figures["count"])


def _set_parts(parts: list["RunningMeanStd"], figures: dict[str, Any]) -> None:
    means, variances = (apart(np.asarray(figures[name])[None], _shapes(parts)) for name in ("mean", "var"))
    for part, mean, variance in zip(parts, means, variances, strict=True):
        _set(part, {"mean": mean[0], "var": variance[0], "count": figures["count"]})
