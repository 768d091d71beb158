"""Training a network with Stable-Baselines3, in stretches: each goes on from the last one's checkpoint.

A stretch depends on its checkpoint, its seeds and its settings alone. So a training that is broken off and goes on ends
where one without a break does, on a CPU bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import TrainingConfig
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.rl.algorithms import algorithm_of, arguments_of
from llmrl_runner.rl.checkpoints import loaded, on_one_thread, torch_device
from llmrl_runner.rl.inputs import inputs
from llmrl_runner.rl.scales import keep_scales, restore_scales

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import VecEnv

NEVER = 1 << 60
SAID = "train/"  # how SB3's algorithms call what an update says of itself
NO_FIGURES = ("n_updates", "learning_rate", "clip_range")  # what it says besides, which the settings tell as well


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

    model: "BaseAlgorithm"
    steps: int
    lengths: list[int]
    returns: list[float]
    figures: dict[str, float]

    @property
    def return_mean(self) -> float | None:
        """The mean return of the whole episodes; None where there was none."""
        return float(np.mean(self.returns)) if self.returns else None


MakeBatch = Callable[[int], NetworkBatch]  # so many environments side by side
MakeModel = Callable[["VecEnv", TrainingConfig, Stretch], "BaseAlgorithm"]  # the model that a stretch begins with
Dress = Callable[["VecEnv"], "VecEnv"]  # the environments as the algorithm is to see them


def as_they_are(envs: "VecEnv") -> "VecEnv":
    """A Dress that changes nothing."""
    return envs


def sb3_ppo(envs: "VecEnv", settings: TrainingConfig, stretch: Stretch) -> "BaseAlgorithm":
    """SB3's PPO: a new network, or the one of the stretch's checkpoint."""
    from stable_baselines3 import PPO

    options = arguments_of(settings, envs.action_space) | {"seed": stretch.network_seed}
    device = torch_device(stretch.device)
    if stretch.start is None:
        return PPO("MlpPolicy", envs, device=device, **options)
    model = loaded(PPO, stretch.start, env=envs, device=device, **options)
    restore_scales(model, envs)
    return model


def train(
    make_batch: MakeBatch,
    settings: TrainingConfig,
    stretch: Stretch,
    make_model: MakeModel = sb3_ppo,
    callback: "BaseCallback | None" = None,
    dress: Dress = as_they_are,
) -> Trained:
    """Train up to `stretch.goal` steps in `settings.n_envs` environments that `make_batch` puts side by side.

    What the environments raise (a RewardError, say) comes through, once they are closed.
    """
    from llmrl_runner.rl.vec_env import BatchVecEnv

    on_one_thread()
    batch = make_batch(settings.n_envs)
    try:
        episodes = BatchVecEnv(batch, stretch.episode_seeds)
        envs = _scaling(dress(episodes), settings)
        model = make_model(envs, settings, stretch)
        model.set_logger(silent_logger())
        model.learn(_steps_to_go(model, stretch), callback=callback, reset_num_timesteps=False, log_interval=NEVER)
        keep_scales(model, envs)
    finally:
        batch.close()
    return Trained(model, model.num_timesteps, episodes.lengths, episodes.returns, _figures(model, settings))


class NetworkPlayer:
    """Plays with a network's most likely actions: see rl.play.Player."""

    def __init__(self, model: "BaseAlgorithm") -> None:
        self._model = model

    def begin(self, slot: int, env: Env) -> None:
        """A network remembers nothing."""

    def act(self, slots: list[int], observations: list[Any]) -> list[Any]:
        """All slots in one pass."""
        actions, _ = self._model.predict(inputs(self._model, np.stack(observations)), deterministic=True)
        return self._native(actions)

    def alone(self, env: Env) -> Callable[[Any], Any]:
        """What plays one episode, for a GIF."""
        return lambda observation: self.act([0], [observation])[0]

    def _native(self, actions: AnyArray) -> list[Any]:
        return actions.tolist() if isinstance(self._model.action_space, spaces.Discrete) else list(actions)


def _steps_to_go(model: "BaseAlgorithm", stretch: Stretch) -> int:
    """Raises ConfigError where there are none, as after a run that had more steps an iteration than this one."""
    if model.num_timesteps >= stretch.goal:
        problem = f"this part ends after {stretch.goal} steps, and {stretch.start} has {model.num_timesteps} already"
        raise ConfigError("training.total_timesteps", f"{problem}; more are needed")
    return stretch.goal - int(model.num_timesteps)


def _scaling(episodes: "VecEnv", settings: TrainingConfig) -> "VecEnv":
    """The environments with observations and rewards scaled by what was seen of them, where the settings say so."""
    from stable_baselines3.common.vec_env import VecNormalize

    has_numbers = isinstance(episodes.observation_space, spaces.Box | spaces.Dict)
    norm_obs, norm_reward = settings.normalize_observations and has_numbers, settings.normalize_rewards
    if not norm_obs and not norm_reward:
        return episodes
    return VecNormalize(episodes, norm_obs=norm_obs, norm_reward=norm_reward, gamma=settings.gamma)


def silent_logger() -> "Logger":
    """Keeps the last figures; SB3's own would leave a folder in /tmp."""
    from stable_baselines3.common.logger import Logger

    return Logger(folder=None, output_formats=[])


def update_figures(model: "BaseAlgorithm") -> dict[str, float]:
    """What the network's last update said of itself: losses, entropy and the like; nothing before the first."""
    said = {
        name.removeprefix(SAID): value for name, value in model.logger.name_to_value.items() if name.startswith(SAID)
    }
    return {name: float(value) for name, value in said.items() if name not in NO_FIGURES}


def _figures(model: "BaseAlgorithm", settings: TrainingConfig) -> dict[str, float]:
    said, names = model.logger.name_to_value, algorithm_of(settings).figures
    return {name: float(said[f"train/{name}"]) for name in names if f"train/{name}" in said}
