"""Training a network with Stable-Baselines3's SAC, TQC or TD3, in stretches that hand on what they have stored.

A stretch depends on its checkpoint, the steps that it is given, its seeds and its settings alone.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import OffPolicyTrainingConfig, TQCTrainingConfig, TrainingConfig
from llmrl_runner.rl.algorithms import algorithm_of, arguments_of
from llmrl_runner.rl.buffers import Buffer
from llmrl_runner.rl.checkpoints import loaded, torch_device
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.scales import restore_scales
from llmrl_runner.rl.training import MakeBatch, Stretch, Trained, silent_logger, train

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.buffers import ReplayBuffer
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
    from stable_baselines3.common.vec_env import VecEnv

QUANTILES = 25  # of each of TQC's value networks, in sb3-contrib


@dataclass(frozen=True)
class Pool:
    """Steps that a training learns from beside its own, and how many gradient steps it makes on them before its first.

    A training that does so takes no random actions: its policy has learned already.
    """

    buffer: Buffer
    updates_before: int = 0


def train_off_policy(
    make_batch: MakeBatch,
    settings: OffPolicyTrainingConfig,
    stretch: Stretch,
    pool: Pool | None = None,
    goals: Goals | None = None,
    callback: "BaseCallback | None" = None,
) -> Trained:
    """Train up to `stretch.goal` steps.

    pool: what the replay buffer holds at the beginning; going on from a checkpoint, that is `stored_steps` of it.
    goals: those of the environment, where hindsight experience replay is to learn from them. Raises ConfigError as
    `check_off_policy` does, and where the pool is of another environment.
    """
    from llmrl_runner.rl.goal_vec_env import GoalVecEnv

    check_goals(settings, goals)
    dress = partial(GoalVecEnv, goals=goals) if goals else _as_they_are
    make_model = partial(_model, pool=pool, is_hindsight=goals is not None)
    return train(make_batch, settings, stretch, make_model, callback, dress)


def stored_steps(model: "BaseAlgorithm") -> Buffer:
    """All that the model's replay buffer holds: what a later stretch goes on with."""
    from llmrl_runner.rl.replay import steps_of

    return steps_of(_replay(model))


def own_steps(model: "BaseAlgorithm") -> Buffer:
    """The steps that the model's last stretch has taken itself, without those of its pool."""
    from llmrl_runner.rl.replay import steps_of

    taken = model.num_timesteps - model._num_timesteps_at_start
    return steps_of(_replay(model), newest=taken // model.n_envs)


def check_off_policy(settings: OffPolicyTrainingConfig, actions: spaces.Space[Any]) -> None:
    """Raise ConfigError where the settings don't go together, or with actions of this kind."""
    name = algorithm_of(settings).name
    if not isinstance(actions, spaces.Box):
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
    if settings.normalize_observations:
        raise ConfigError("training.normalize_observations", "must be false with hindsight experience replay")
    first = settings.n_envs * (goals.longest or 0)
    if settings.learning_starts < first:
        problem = f"must be at least {first}: hindsight experience replay learns from whole episodes"
        raise ConfigError("training.learning_starts", f"{problem}; got {settings.learning_starts}")


def _model(
    envs: "VecEnv", settings: TrainingConfig, stretch: Stretch, pool: Pool | None, is_hindsight: bool
) -> "OffPolicyAlgorithm":
    """What the stretch begins with, its replay buffer filled."""
    assert isinstance(settings, OffPolicyTrainingConfig)
    check_off_policy(settings, envs.action_space)
    model = _new(envs, settings, stretch) if stretch.start is None else _started(envs, settings, stretch)
    _give_room(model, settings, stretch.goal - model.num_timesteps, pool, is_hindsight)
    if pool is None:
        model.learning_starts += model.num_timesteps  # a checkpoint without its steps has to take new ones first
    else:
        _learn_from(pool, model, settings, envs)
    return model


def _new(envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch) -> "OffPolicyAlgorithm":
    policy = "MultiInputPolicy" if isinstance(envs.observation_space, spaces.Dict) else "MlpPolicy"
    options = _options(envs, settings, stretch)
    model = algorithm_of(settings).load()(policy, envs, device=torch_device(stretch.device), **options)
    return _off_policy(model)


def _started(envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch) -> "OffPolicyAlgorithm":
    """The checkpoint's. Its network keeps its shape, which the settings have to agree with."""
    assert stretch.start is not None
    options = _options(envs, settings, stretch)
    wanted = options.pop("policy_kwargs")["net_arch"]
    algorithm, device = algorithm_of(settings).load(), torch_device(stretch.device)
    model = loaded(algorithm, stretch.start, env=envs, device=device, **options)
    layers = model.policy_kwargs.get("net_arch")
    if layers != wanted:
        raise ConfigError("training.net_arch", f"must be {layers}, as {stretch.start} has it; got {wanted}")
    restore_scales(model, envs)
    return _off_policy(model)


def _options(envs: "VecEnv", settings: OffPolicyTrainingConfig, stretch: Stretch) -> dict[str, Any]:
    """With no room in the replay buffer yet: how much it needs is known when the checkpoint's steps are."""
    return {**arguments_of(settings, envs.action_space), "seed": stretch.network_seed, "buffer_size": envs.num_envs}


def _give_room(
    model: "OffPolicyAlgorithm", settings: OffPolicyTrainingConfig, to_go: int, pool: Pool | None, is_hindsight: bool
) -> None:
    """A replay buffer no larger than will be used: sampling of it is the same, and hindsight looks through all of it.

    The model keeps no class of it, so that its checkpoint opens without environments.
    """
    from stable_baselines3 import HerReplayBuffer
    from stable_baselines3.common.buffers import DictReplayBuffer, ReplayBuffer

    n, kept = model.n_envs, 0 if pool is None else len(pool.buffer)
    an_update = n * settings.train_freq  # the last of which may go beyond the goal
    rows = -(-(kept + max(0, to_go) + an_update) // n)
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
        fill(_replay(model), pool.buffer)
    except ValueError as error:
        raise ConfigError("training", str(error)) from error
    if not pool.updates_before:
        return
    _scale_by(pool.buffer, envs)
    model.learning_starts = 0
    model.set_logger(silent_logger())
    model.train(gradient_steps=pool.updates_before, batch_size=settings.batch_size)


def _scale_by(buffer: Buffer, envs: "VecEnv") -> None:
    """Have new environments scale observations by those that are stored; returns can't be told from stored steps."""
    from stable_baselines3.common.vec_env import VecNormalize

    if not isinstance(envs, VecNormalize):
        return
    if envs.norm_reward:
        problem = "must be false where a network learns from stored steps before its own: no return is known yet"
        raise ConfigError("training.normalize_rewards", problem)
    running: Any = envs.obs_rms
    if envs.norm_obs and running.count < 1:
        running.update(buffer.observations.astype(np.float64))


def _off_policy(model: "BaseAlgorithm") -> "OffPolicyAlgorithm":
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

    assert isinstance(model, OffPolicyAlgorithm)
    return model


def _replay(model: "BaseAlgorithm") -> "ReplayBuffer":
    replay = _off_policy(model).replay_buffer
    assert replay is not None
    return replay


def _as_they_are(envs: "VecEnv") -> "VecEnv":
    return envs
