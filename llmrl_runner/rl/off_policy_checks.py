"""Whether the settings of an off-policy training go together, before anything is trained."""

from typing import Any

from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import DQNTrainingConfig, OffPolicyTrainingConfig, TQCTrainingConfig
from llmrl_runner.rl.algorithms import algorithm_of, arguments_of
from llmrl_runner.rl.goals import Goals

QUANTILES = 25  # of each of TQC's value networks, in sb3-contrib


def check_off_policy(settings: OffPolicyTrainingConfig, actions: spaces.Space[Any]) -> None:
    """Raise ConfigError where the settings don't go together, or with actions of this kind."""
    name = algorithm_of(settings).name
    takes_numbers = isinstance(settings, DQNTrainingConfig)
    if takes_numbers and not isinstance(actions, spaces.Discrete):
        raise ConfigError("training", f"{name} needs one action out of several, here they are {actions}; training=sac")
    if not takes_numbers and not isinstance(actions, spaces.Box):
        raise ConfigError("training", f"{name} needs continuous actions, here they are {actions}; training=ppo")
    if not all(width >= 1 for width in settings.net_arch):
        raise ConfigError("training.net_arch", f"needs widths of at least 1, got {list(settings.net_arch)}")
    if settings.buffer_size < settings.n_envs:
        raise ConfigError("training.buffer_size", f"must hold a step of each of {settings.n_envs} environments")
    if isinstance(settings, TQCTrainingConfig) and settings.top_quantiles_to_drop_per_net >= QUANTILES:
        dropped = settings.top_quantiles_to_drop_per_net
        raise ConfigError(
            "training.top_quantiles_to_drop_per_net", f"must be less than the {QUANTILES} there are, got {dropped}"
        )
    arguments_of(settings, actions)


def check_goals(settings: OffPolicyTrainingConfig, goals: Goals | None) -> None:
    """Raise ConfigError where the settings don't go with hindsight experience replay."""
    if goals is None:
        return
    first = settings.n_envs * (goals.longest or 0)
    if settings.learning_starts < first:
        problem = f"must be at least {first}: hindsight experience replay learns from whole episodes"
        raise ConfigError("training.learning_starts", f"{problem}; got {settings.learning_starts}")
