"""The model that a stretch of off-policy training begins with, and the steps that it has stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import DQNTrainingConfig, OffPolicyTrainingConfig, TrainingConfig
from llmrl_runner.rl.algorithms import arguments_of
from llmrl_runner.rl.buffers import Pool, returns_so_far
from llmrl_runner.rl.checkpoints import loaded, torch_device
from llmrl_runner.rl.networks import PLAIN, Network
from llmrl_runner.rl.off_policy_checks import check_off_policy
from llmrl_runner.rl.scales import begin_scales, restore_scales
from llmrl_runner.rl.training import Stretch, silent_logger
from llmrl_runner.rl.warm_start import take_over

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.buffers import ReplayBuffer
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
    from stable_baselines3.common.vec_env import VecEnv


@dataclass(frozen=True)
class Start:
    """What a stretch begins with beside its checkpoint: see `train_off_policy`."""

    pool: Pool | None
    warm_start: Path | None
    is_hindsight: bool
    network: Network = PLAIN


def make_off_policy(
    envs: "VecEnv", settings: TrainingConfig, stretch: Stretch, begins_with: Start
) -> "OffPolicyAlgorithm":
    """The model of the stretch's checkpoint or a new one, its replay buffer filled. Raises ConfigError."""
    assert isinstance(settings, OffPolicyTrainingConfig)
    check_off_policy(settings, envs.action_space)
    pool = begins_with.pool
    make = _new if stretch.start is None else _started
    model = make(envs, settings, stretch, begins_with.network)
    begins_with.network.make_ready(model)
    _explore_over_all(model, settings, stretch)
    if begins_with.warm_start is not None and stretch.start is None:
        take_over(model, begins_with.warm_start, settings, stretch, envs)
    kept = 0 if pool is None else len(pool.buffer)
    _give_room(model, settings, kept + stretch.goal - model.num_timesteps, begins_with.is_hindsight)
    if pool is None:
        model.learning_starts += model.num_timesteps  # a checkpoint without its steps has to take new ones first
    else:
        _learn_from(pool, model, settings, envs)
    return model


def _new(envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch, network: Network) -> "OffPolicyAlgorithm":
    policy = "MultiInputPolicy" if isinstance(envs.observation_space, spaces.Dict) else "MlpPolicy"
    options = _options(envs, settings, stretch)
    options["policy_kwargs"] |= network.policy_kwargs()
    model = network.kind(settings)(policy, envs, device=torch_device(stretch.device), **options)
    return off_policy_of(model)


def _started(
    envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch, network: Network
) -> "OffPolicyAlgorithm":
    """The checkpoint's. Its network keeps its shape, which the settings have to agree with."""
    assert stretch.start is not None
    options = _options(envs, settings, stretch)
    wanted = options.pop("policy_kwargs")["net_arch"]
    device = torch_device(stretch.device)
    model = loaded(network.kind(settings), stretch.start, env=envs, device=device, **options)
    layers = model.policy_kwargs.get("net_arch")
    if layers != wanted:
        raise ConfigError("training.net_arch", f"must be {layers}, as {stretch.start} has it; got {wanted}")
    restore_scales(model, envs)
    return off_policy_of(model)


def _options(envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch) -> dict[str, Any]:
    """With no room in the replay buffer yet: how much it needs is known when the checkpoint's steps are."""
    return {**arguments_of(settings, envs.action_space), "seed": stretch.network_seed, "buffer_size": envs.num_envs}


def _explore_over_all(model: "BaseAlgorithm", settings: OffPolicyTrainingConfig, stretch: Stretch) -> None:
    """DQN's exploration falls over all steps of the training; SB3 would have it fall anew in every stretch."""
    if not isinstance(settings, DQNTrainingConfig):
        return
    from stable_baselines3.common.utils import LinearSchedule

    share = settings.exploration_fraction * settings.total_timesteps / stretch.goal
    model.exploration_schedule = LinearSchedule(1.0, settings.exploration_final_eps, share)  # type: ignore[attr-defined]


def _give_room(model: "OffPolicyAlgorithm", settings: OffPolicyTrainingConfig, steps: int, is_hindsight: bool) -> None:
    """A replay buffer no larger than will be used: sampling of it is the same, and hindsight looks through all of it.

    The model keeps no class of it, so that its checkpoint opens without environments.
    """
    from stable_baselines3 import HerReplayBuffer
    from stable_baselines3.common.buffers import DictReplayBuffer, ReplayBuffer

    n = model.n_envs
    rows = -(-steps // n) + settings.train_freq  # the last round may go beyond the goal
    model.buffer_size = max(n, min(settings.buffer_size, n * rows))
    room = (model.buffer_size, model.observation_space, model.action_space)
    if is_hindsight:
        assert model.env is not None
        model.replay_buffer = HerReplayBuffer(*room, env=model.env, device=model.device, n_envs=n)  # type: ignore[arg-type]
        return
    kind = DictReplayBuffer if isinstance(model.observation_space, spaces.Dict) else ReplayBuffer
    model.replay_buffer = kind(*room, device=model.device, n_envs=n)  # type: ignore[arg-type]


def _learn_from(pool: Pool, model: "OffPolicyAlgorithm", settings: OffPolicyTrainingConfig, envs: "VecEnv") -> None:
    from llmrl_runner.rl.replay import fill

    try:
        fill(replay_of(model), pool.buffer)
    except ValueError as error:
        raise ConfigError("training", str(error)) from error
    if not pool.updates_before:
        return
    begin_scales(envs, pool.buffer.observations, returns_so_far(pool.buffer, settings.gamma))
    model.learning_starts = 0
    model.set_logger(silent_logger())
    model.train(gradient_steps=pool.updates_before, batch_size=settings.batch_size)


def off_policy_of(model: "BaseAlgorithm") -> "OffPolicyAlgorithm":
    """The model as what it is."""
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

    assert isinstance(model, OffPolicyAlgorithm)
    return model


def replay_of(model: "BaseAlgorithm") -> "ReplayBuffer":
    """Where the model keeps its steps."""
    replay = off_policy_of(model).replay_buffer
    assert replay is not None
    return replay
