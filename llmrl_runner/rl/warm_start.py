"""A new training that begins with another's networks; its steps, optimisers and scale of rewards stay behind."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import TrainingConfig
from llmrl_runner.rl.checkpoints import load_network
from llmrl_runner.rl.scales import restore_observation_scales
from llmrl_runner.rl.training import MakeModel, Stretch, sb3_ppo

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.vec_env import VecEnv


def ppo_from(checkpoint: Path | None) -> MakeModel:
    """SB3's PPO; a new one begins with the networks of the checkpoint, if there is one. Raises as `take_over` does."""
    return sb3_ppo if checkpoint is None else partial(_ppo_from, checkpoint)


def _ppo_from(checkpoint: Path, envs: "VecEnv", settings: TrainingConfig, stretch: Stretch) -> "BaseAlgorithm":
    model = sb3_ppo(envs, settings, stretch)
    if stretch.start is None:
        take_over(model, checkpoint, settings, stretch, envs)
    return model


def take_over(
    model: "BaseAlgorithm", checkpoint: Path, settings: TrainingConfig, stretch: Stretch, envs: "VecEnv"
) -> None:
    """Give a new model the checkpoint's networks, and its environments the scales of what they see.

    Opening it draws random numbers, so those of the stretch begin anew. Raises ConfigError where the networks differ.
    """
    given = load_network(checkpoint, settings, stretch.device)
    give_networks(given, model, checkpoint)
    restore_observation_scales(given, envs)
    model.set_random_seed(stretch.network_seed)


def give_networks(given: "BaseAlgorithm", model: "BaseAlgorithm", checkpoint: Path) -> None:
    """Copy the weights of a model from `checkpoint`. Raises ConfigError where the networks differ."""
    try:
        model.policy.load_state_dict(given.policy.state_dict())
    except RuntimeError as error:
        inputs, layers = given.observation_space, given.policy_kwargs.get("net_arch")
        problem = f"{checkpoint} holds another network than this training's: inputs {inputs}, layers {layers}"
        raise ConfigError("training.net_arch", problem) from error
