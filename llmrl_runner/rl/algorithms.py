"""The algorithms of Stable-Baselines3 that train here: which class each kind of settings means, and its arguments."""

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import (
    DQNTrainingConfig,
    PPOTrainingConfig,
    SACTrainingConfig,
    TD3TrainingConfig,
    TQCTrainingConfig,
    TrainingConfig,
)

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.noise import NormalActionNoise

AUTO = "auto"


@dataclass(frozen=True)
class Algorithm:
    """A class of SB3's or sb3-contrib's: the settings that have its arguments' names, what it says of an update."""

    package: str
    name: str
    arguments: tuple[str, ...]
    figures: tuple[str, ...]

    def load(self) -> "type[BaseAlgorithm]":
        """The class; torch is imported with it."""
        return cast("type[BaseAlgorithm]", getattr(importlib.import_module(self.package), self.name))


_ALL = ("batch_size", "gamma", "learning_rate")
_PPO = ("n_steps", "n_epochs", "gae_lambda", "ent_coef", "clip_range")
_OFF_POLICY = ("learning_starts", "buffer_size", "train_freq", "gradient_steps", "tau")
_SAC = (*_ALL, *_OFF_POLICY, "ent_coef", "use_sde")
_LOSSES = ("actor_loss", "critic_loss")
ALGORITHMS: Mapping[type[TrainingConfig], Algorithm] = {
    PPOTrainingConfig: Algorithm(
        package="stable_baselines3",
        name="PPO",
        arguments=(*_ALL, *_PPO),
        figures=("entropy_loss", "explained_variance", "approx_kl", "value_loss"),
    ),
    SACTrainingConfig: Algorithm("stable_baselines3", "SAC", _SAC, (*_LOSSES, "ent_coef")),
    TQCTrainingConfig: Algorithm(
        "sb3_contrib", "TQC", (*_SAC, "top_quantiles_to_drop_per_net"), (*_LOSSES, "ent_coef")
    ),
    DQNTrainingConfig: Algorithm(
        package="stable_baselines3",
        name="DQN",
        arguments=(*_ALL, *_OFF_POLICY, "exploration_fraction", "exploration_final_eps", "target_update_interval"),
        figures=("loss",),
    ),
    TD3TrainingConfig: Algorithm(
        "stable_baselines3", "TD3", (*_ALL, *_OFF_POLICY, "policy_delay", "action_noise"), _LOSSES
    ),
}


def algorithm_of(settings: TrainingConfig) -> Algorithm:
    """What trains by these settings: that of their class, or of the nearest one it is built on."""
    return next(ALGORITHMS[kind] for kind in type(settings).__mro__ if kind in ALGORITHMS)


def arguments_of(settings: TrainingConfig, actions: spaces.Space[Any]) -> dict[str, Any]:
    """The arguments of the algorithm's class, the network's shape included. Raises ConfigError for one that is none."""
    names = algorithm_of(settings).arguments
    given = {name: _CONVERSIONS.get(name, _as_it_is)(getattr(settings, name), actions) for name in names}
    return {**given, "policy_kwargs": {"net_arch": list(settings.net_arch)}}


def _as_it_is(value: Any, actions: spaces.Space[Any]) -> Any:
    return value


def _entropy_weight(value: float | str, actions: spaces.Space[Any]) -> float | str:
    """`auto`, `auto_0.1`, or a number, which a configuration may hold as text."""
    text = str(value)
    begins_with, _, first = text.partition("_")
    if text == AUTO or (begins_with == AUTO and _number(first) > 0):
        return text
    if not _number(text) >= 0:
        raise ConfigError("training.ent_coef", f"needs a number of at least 0, auto, or auto_0.1, say; got {text!r}")
    return float(text)


def _number(text: str) -> float:
    """NaN where the text is no finite number."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _noise(spread: float, actions: spaces.Space[Any]) -> "NormalActionNoise | None":
    """Gaussian, on actions in shares of half their range; one for each of an action's numbers."""
    from stable_baselines3.common.noise import NormalActionNoise

    zeros = np.zeros(spaces.flatdim(actions))
    return NormalActionNoise(zeros, zeros + spread) if spread else None


_CONVERSIONS: Mapping[str, Callable[[Any, spaces.Space[Any]], Any]] = {
    "ent_coef": _entropy_weight,
    "action_noise": _noise,
}
