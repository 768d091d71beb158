"""What observations and rewards are divided by in a training: running means and spreads, kept inside the checkpoint."""

from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.envs.arrays import AnyArray

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.running_mean_std import RunningMeanStd
    from stable_baselines3.common.vec_env import VecEnv

ATTRIBUTE = "llmrl_scales"  # of a model; SB3 saves a model's attributes, this one as JSON
NONE: dict[str, Any] = {"observations": None, "returns": None}
EPSILON, MOST = 1e-8, 10.0  # as VecNormalize has them: added to a variance, and the largest scaled number


def keep_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Put the scales of the training environments into the model, None for what isn't scaled."""
    from stable_baselines3.common.vec_env import VecNormalize

    kept = NONE
    if isinstance(envs, VecNormalize):
        observations = _figures(envs.obs_rms) if envs.norm_obs else None  # type: ignore[arg-type]
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
        _set(envs.obs_rms, kept)  # type: ignore[arg-type]


def give_observation_scales(model: "BaseAlgorithm", envs: "VecEnv") -> None:
    """Have training environments scale observations as the model does, and leave it at that.

    A policy that was given reads its inputs on the scale that it knows.
    """
    from stable_baselines3.common.vec_env import VecNormalize

    kept = scales(model)["observations"]
    if kept and isinstance(envs, VecNormalize) and envs.norm_obs:
        _set(envs.obs_rms, kept)  # type: ignore[arg-type]
        setattr(envs.obs_rms, "update", lambda observations: None)  # noqa: B010 (a method, for mypy)


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


def _figures(running: "RunningMeanStd") -> dict[str, Any]:
    return {name: np.asarray(getattr(running, name)).tolist() for name in ("mean", "var", "count")}


def _set(running: "RunningMeanStd", figures: dict[str, Any]) -> None:
    running.mean, running.var = np.asarray(figures["mean"]), np.asarray(figures["var"])
    running.count = float(figures["count"])
