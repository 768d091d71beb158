"""Training with GuidedPPO (rl/guided_ppo.py), in stretches: from a new network, or on from a policy that was given."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig, TrainingConfig
from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.rl.algorithms import arguments_of
from llmrl_runner.rl.checkpoints import load_model, loaded, on_one_thread, torch_device
from llmrl_runner.rl.cloning import Pairs
from llmrl_runner.rl.networks import PLAIN, Network
from llmrl_runner.rl.scales import give_observation_scales, keep_scales, restore_scales, scale_by, scaled, scales
from llmrl_runner.rl.training import Dress, MakeBatch, Stretch, Trained, as_they_are, train
from llmrl_runner.rl.warm_start import give_networks

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv

    from llmrl_runner.rl.guards import Guards
    from llmrl_runner.rl.guided_ppo import GuidedPPO

GUARDS = ("critic_warmup_steps", "kl_coef", "kl_steps", "clone_coef", "clone_steps")
ADAM = {"eps": 1e-5, "fused": True}  # SB3's epsilon; one call for all parameters


@dataclass(frozen=True)
class Guide:
    """What PPO goes on from: a checkpoint of the given policy, and the demonstrations, where there are any."""

    checkpoint: Path
    pairs: Pairs | None = None


def train_guided(
    make_batch: MakeBatch,
    settings: GuidedPPOTrainingConfig,
    stretch: Stretch,
    guide: Guide | None = None,
    callback: "BaseCallback | None" = None,
    network: Network = PLAIN,
    dress: Dress = as_they_are,
) -> Trained:
    """Train up to `stretch.goal` steps. The first stretch begins with the guide's networks, else with a new one.

    The guide's steps and optimiser are left behind, and the scales of its observations held. Without a guide no guard
    applies. Raises ConfigError where the guide doesn't fit the environment or the settings.
    """
    return train(make_batch, settings, stretch, partial(_model, guide=guide, network=network), callback, dress)


def new_network(
    make_batch: MakeBatch,
    settings: GuidedPPOTrainingConfig,
    network_seed: int,
    device: str,
    observations: AnyArray | None = None,
    network: Network = PLAIN,
) -> "PPO":
    """A network as a training would begin with, to clone into and to save as any of SB3's.

    observations (n, ...): what its inputs are scaled by, where the settings ask for scaled ones.
    """
    from llmrl_runner.rl.vec_env import BatchVecEnv

    on_one_thread()
    batch = make_batch(settings.n_envs)
    try:
        seeds = np.arange(batch.size)
        envs = BatchVecEnv(batch, seeds)
        model = _new(envs, settings, Stretch(None, 0, seeds, network_seed, device), network)
        keep_scales(model, envs)
    finally:
        batch.close()
    if observations is not None and settings.normalize_observations and isinstance(batch.observation_space, spaces.Box):
        scale_by(model, observations)
    return model


def check_given(given: "PPO", checkpoint: Path, model: "PPO", settings: GuidedPPOTrainingConfig) -> None:
    """Raise ConfigError where no training with these settings, which begins with `model`, can go on from `given`."""
    _check_scales(given, settings, checkpoint)
    _take_over(model, given, checkpoint)


def check_guards(settings: GuidedPPOTrainingConfig, action_space: spaces.Space[Any]) -> None:
    """Raise ConfigError where a guard is asked for that these actions don't allow."""
    if isinstance(action_space, spaces.Discrete):
        return
    for key in ("kl_coef", "clone_coef"):
        if getattr(settings, key):
            raise ConfigError(f"training.{key}", f"must be 0 where an action is not one number, here {action_space}")


def _model(envs: "VecEnv", settings: TrainingConfig, stretch: Stretch, guide: Guide | None, network: Network) -> "PPO":
    """What the stretch begins with. The guide is loaded first, since making a network draws random numbers."""
    assert isinstance(settings, GuidedPPOTrainingConfig)
    given = None if guide is None else load_model(guide.checkpoint, stretch.device)
    make = _new if stretch.start is None else _started
    model = make(envs, settings, stretch, network)
    if given is not None:
        network.make_ready(given)
    model.rates = (settings.learning_rate, settings.learning_rate_end)
    model.total_timesteps = max(settings.total_timesteps, stretch.goal)  # a training elsewhere may be the longer one
    if guide is not None and given is not None:
        check_guards(settings, envs.action_space)
        _check_scales(given, settings, guide.checkpoint)
        if stretch.start is None:
            _take_over(model, given, guide.checkpoint)
        give_observation_scales(given, envs)
        model.guards = _guards(given, guide.pairs, settings)
    return model


def _new(envs: "VecEnv", settings: GuidedPPOTrainingConfig, stretch: Stretch, network: Network) -> "GuidedPPO":
    options = _options(envs, settings, stretch, network)
    model = _kind(network, settings)("MlpPolicy", envs, device=torch_device(stretch.device), **options)
    network.make_ready(model)
    return model


def _started(envs: "VecEnv", settings: GuidedPPOTrainingConfig, stretch: Stretch, network: Network) -> "GuidedPPO":
    assert stretch.start is not None
    options = _options(envs, settings, stretch, network)
    model = loaded(_kind(network, settings), stretch.start, env=envs, device=torch_device(stretch.device), **options)
    network.make_ready(model)
    restore_scales(model, envs)
    return model


def _kind(network: Network, settings: TrainingConfig) -> "type[GuidedPPO]":
    from llmrl_runner.rl.guided_ppo import GuidedPPO

    kind = network.kind(settings)
    assert issubclass(kind, GuidedPPO)
    return kind


def _options(envs: "VecEnv", settings: GuidedPPOTrainingConfig, stretch: Stretch, network: Network) -> dict[str, Any]:
    options = arguments_of(settings, envs.action_space)
    options["policy_kwargs"] |= {"optimizer_kwargs": dict(ADAM), **network.policy_kwargs()}
    more = {"vf_coef": settings.vf_coef, "max_grad_norm": settings.max_grad_norm, "seed": stretch.network_seed}
    return {**options, **more}


def _take_over(model: "PPO", given: "PPO", checkpoint: Path) -> None:
    """The networks of the given policy, and nothing of its training. Raises ConfigError where they are others."""
    give_networks(given, model, checkpoint)
    if given.policy.activation_fn is not model.policy.activation_fn:
        kind = given.policy.activation_fn.__name__
        raise ConfigError("training.net_arch", f"{checkpoint} holds a network of {kind} units, this training's is Tanh")


def _check_scales(given: "PPO", settings: GuidedPPOTrainingConfig, checkpoint: Path) -> None:
    is_scaled = scales(given)["observations"] is not None
    has_numbers = isinstance(given.observation_space, spaces.Box)
    if has_numbers and is_scaled != settings.normalize_observations:
        knows = "scaled observations" if is_scaled else "observations as they are"
        raise ConfigError("training.normalize_observations", f"must be {is_scaled}: {checkpoint} knows {knows}")


def _guards(given: "PPO", pairs: Pairs | None, settings: GuidedPPOTrainingConfig) -> "Guards":
    import torch

    from llmrl_runner.rl.guards import Guards

    given.policy.set_training_mode(False)
    shown: dict[str, Any] = {}
    if pairs is not None:
        observations = torch.as_tensor(scaled(given, pairs.observations), device=given.device)
        shown = {"observations": observations, "actions": torch.as_tensor(pairs.actions, device=given.device)}
    return Guards(**{name: getattr(settings, name) for name in GUARDS}, given=given.policy, **shown)
