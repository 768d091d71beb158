"""Training a network with Stable-Baselines3's PPO, in stretches: each goes on from the last one's checkpoint.

A stretch depends on its checkpoint, its seeds and its settings alone. So a training that is broken off and goes on ends
where one without a break does, on a CPU bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import PPOTrainingConfig
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.rl.scales import keep_scales, restore_scales, scaled

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import VecEnv

Model = TypeVar("Model", bound="PPO")
FIGURES = ("entropy_loss", "explained_variance", "approx_kl", "value_loss")  # what SB3 says of its last update
NEVER = 1 << 60


@dataclass(frozen=True)
class Stretch:
    """Where a stretch begins and ends: `start` is the checkpoint to go on from (None: a new network), `goal` the steps
    that all stretches have taken after it. episode_seeds (k,) are played in turn, again from the first after the last;
    network_seed decides the network's own random numbers."""

    start: Path | None
    goal: int
    episode_seeds: IntArray
    network_seed: int
    device: str


@dataclass(frozen=True)
class Trained:
    """What a stretch came to: the steps of all stretches so far; lengths of its episodes, also of those that its end
    broke off; returns of the whole ones, in which actions were drawn; figures of its last update."""

    model: "PPO"
    steps: int
    lengths: list[int]
    returns: list[float]
    figures: dict[str, float]

    @property
    def return_mean(self) -> float | None:
        """The mean return of the whole episodes; None where there was none."""
        return float(np.mean(self.returns)) if self.returns else None


MakeBatch = Callable[[int], NetworkBatch]  # so many environments side by side
MakeModel = Callable[["VecEnv", PPOTrainingConfig, Stretch], "PPO"]  # the model that a stretch begins with


def sb3_ppo(envs: "VecEnv", settings: PPOTrainingConfig, stretch: Stretch) -> "PPO":
    """SB3's PPO: a new network, or the one of the stretch's checkpoint."""
    from stable_baselines3 import PPO

    options = ppo_options(settings) | {"seed": stretch.network_seed}
    device = torch_device(stretch.device)
    if stretch.start is None:
        return PPO("MlpPolicy", envs, device=device, **options)
    model = loaded(PPO, stretch.start, env=envs, device=device, **options)
    restore_scales(model, envs)
    return model


def train(
    make_batch: MakeBatch,
    settings: PPOTrainingConfig,
    stretch: Stretch,
    make_model: MakeModel = sb3_ppo,
    callback: "BaseCallback | None" = None,
) -> Trained:
    """Train up to `stretch.goal` steps in `settings.n_envs` environments that `make_batch` puts side by side."""
    from llmrl_runner.rl.vec_env import BatchVecEnv

    on_one_thread()
    episodes = BatchVecEnv(make_batch(settings.n_envs), stretch.episode_seeds)
    envs = _scaling(episodes, settings)
    try:
        model = make_model(envs, settings, stretch)
        model.set_logger(_silent_logger())
        model.learn(_steps_to_go(model, stretch), callback=callback, reset_num_timesteps=False, log_interval=NEVER)
        keep_scales(model, envs)
    finally:
        envs.close()
    return Trained(model, model.num_timesteps, episodes.lengths, episodes.returns, _figures(model))


def load_model(checkpoint: Path, device: str) -> "PPO":
    """The network of a run's checkpoint, to act with. Raises ConfigError, with the cure, where it is damaged."""
    from stable_baselines3 import PPO

    return loaded(PPO, checkpoint, device=torch_device(device))


def loaded(algorithm: "type[Model]", checkpoint: Path, **options: Any) -> "Model":
    """The model of a run's checkpoint, with these options of `load`. Raises ConfigError, with the cure, as above."""
    try:
        return _opened(algorithm, checkpoint, **options)
    except _UnreadableError as error:
        cure = f"delete {checkpoint.parent}, and the same command trains it again"
        raise ConfigError("", f"{checkpoint}: can't be read ({error}); {cure}") from error


def load_users_model(key: str, checkpoint: Path, device: str) -> "PPO":
    """The network of a checkpoint that a user names under `key`. Raises ConfigError for it where that is none."""
    from stable_baselines3 import PPO

    try:
        return _opened(PPO, checkpoint, device=torch_device(device))
    except _UnreadableError as error:
        raise ConfigError(key, f"{checkpoint} can't be read as a checkpoint of PPO ({error})") from error


def on_one_thread() -> None:
    """Have torch compute on one thread: on several, networks this small are slower, and come out a little otherwise."""
    import torch

    torch.set_num_threads(1)


class NetworkPlayer:
    """Plays with a network's most likely actions: see rl.play.Player."""

    def __init__(self, model: "PPO") -> None:
        self._model = model

    def begin(self, slot: int, env: Env) -> None:
        """A network remembers nothing."""

    def act(self, slots: list[int], observations: list[Any]) -> list[Any]:
        """All slots in one pass."""
        actions, _ = self._model.predict(scaled(self._model, np.stack(observations)), deterministic=True)
        return self._native(actions)

    def alone(self, env: Env) -> Callable[[Any], Any]:
        """What plays one episode, for a GIF."""
        return lambda observation: self.act([0], [observation])[0]

    def _native(self, actions: AnyArray) -> list[Any]:
        return actions.tolist() if isinstance(self._model.action_space, spaces.Discrete) else list(actions)


def torch_device(wanted: str) -> str:
    """Where to train: `auto` is the CPU, on which networks this small are quickest. Raises ConfigError without CUDA."""
    if wanted == "auto":
        return "cpu"
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device", "there is no GPU that torch can use; device=cpu, or auto")
    return wanted


def ppo_options(settings: PPOTrainingConfig) -> dict[str, Any]:
    """PPO's arguments: all of the settings that have its names."""
    names = ("n_steps", "batch_size", "n_epochs", "gamma", "gae_lambda", "ent_coef", "learning_rate", "clip_range")
    arguments = {name: getattr(settings, name) for name in names}
    return {**arguments, "policy_kwargs": {"net_arch": list(settings.net_arch)}}


def _steps_to_go(model: "PPO", stretch: Stretch) -> int:
    """Raises ConfigError where there are none, as after a run that had more steps an iteration than this one."""
    if model.num_timesteps >= stretch.goal:
        problem = f"this part ends after {stretch.goal} steps, and {stretch.start} has {model.num_timesteps} already"
        raise ConfigError("training.total_timesteps", f"{problem}; more are needed")
    return stretch.goal - int(model.num_timesteps)


class _UnreadableError(Exception):
    """What is wrong with a checkpoint, in a line."""


def _opened(algorithm: "type[Model]", checkpoint: Path, **options: Any) -> "Model":
    on_one_thread()
    try:
        return algorithm.load(checkpoint, **options)
    except Exception as error:  # a zip of pickles and tensors breaks in many ways
        words = (str(error).splitlines() or ["no message"])[0]
        raise _UnreadableError(f"{type(error).__name__}: {words}") from error


def _scaling(episodes: "VecEnv", settings: PPOTrainingConfig) -> "VecEnv":
    """The environments with observations and rewards scaled by what was seen of them, where the settings say so."""
    from stable_baselines3.common.vec_env import VecNormalize

    has_numbers = isinstance(episodes.observation_space, spaces.Box)
    norm_obs, norm_reward = settings.normalize_observations and has_numbers, settings.normalize_rewards
    if not norm_obs and not norm_reward:
        return episodes
    return VecNormalize(episodes, norm_obs=norm_obs, norm_reward=norm_reward, gamma=settings.gamma)


def _silent_logger() -> "Logger":
    """Keeps the last figures; SB3's own would leave a folder in /tmp."""
    from stable_baselines3.common.logger import Logger

    return Logger(folder=None, output_formats=[])


def _figures(model: "PPO") -> dict[str, float]:
    said = model.logger.name_to_value
    return {name: float(said[f"train/{name}"]) for name in FIGURES if f"train/{name}" in said}
