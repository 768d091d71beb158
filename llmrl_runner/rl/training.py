"""Training a network with Stable-Baselines3's PPO, in stretches: each goes on from the last one's checkpoint.

A stretch depends on its checkpoint, its seeds and its settings alone. So a training that is broken off and goes on ends
where one without a break does, on a CPU bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import PPOTrainingConfig
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.build import Env
from llmrl_runner.rl.scales import keep_scales, restore_scales, scaled
from llmrl_runner.rl.seeded import SeededEpisodes

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import VecNormalize

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
    """What a stretch came to: the steps of all stretches so far, the environments with the episodes it has played, and
    figures of its last update."""

    model: "PPO"
    steps: int
    episodes: list[SeededEpisodes]
    figures: dict[str, float]

    @property
    def lengths(self) -> list[int]:
        """Steps of each episode, also of those that the end of the stretch broke off."""
        return [length for env in self.episodes for length in env.lengths if length]

    @property
    def return_mean(self) -> float | None:
        """The mean return of the whole episodes, in which actions were drawn; None where there was none."""
        returns = [episode_return for env in self.episodes for episode_return in env.returns[:-1]]
        return float(np.mean(returns)) if returns else None


def train(build: Callable[[], Env], settings: PPOTrainingConfig, stretch: Stretch) -> Trained:
    """Train up to `stretch.goal` steps in `settings.n_envs` environments that `build` makes."""
    import torch

    torch.set_num_threads(1)  # networks this small are slower on several
    seeds = stretch.episode_seeds
    episodes = [SeededEpisodes(build(), seeds[slot :: settings.n_envs]) for slot in range(settings.n_envs)]
    envs = _side_by_side(episodes, settings)
    try:
        model = _model(envs, settings, stretch)
        model.set_logger(_silent_logger())
        model.learn(stretch.goal - model.num_timesteps, reset_num_timesteps=False, log_interval=NEVER)
        keep_scales(model, envs)
    finally:
        envs.close()
    return Trained(model, model.num_timesteps, episodes, _figures(model))


def load_model(checkpoint: Path, device: str) -> "PPO":
    """The network of a checkpoint, to act with. Raises ConfigError, with the cure, where it is damaged."""
    from stable_baselines3 import PPO

    try:
        return PPO.load(checkpoint, device=torch_device(device))
    except Exception as error:  # a zip of pickles and tensors breaks in many ways
        cure = f"delete {checkpoint.parent}, and the same command trains it again"
        raise ConfigError("", f"{checkpoint}: can't be read ({type(error).__name__}: {error}); {cure}") from error


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


def _side_by_side(envs: list[SeededEpisodes], settings: PPOTrainingConfig) -> "VecNormalize":
    """The environments in a row, observations and rewards scaled by what was seen of them."""
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    row = DummyVecEnv([partial(_same, env) for env in envs])
    has_numbers = isinstance(row.observation_space, spaces.Box)
    return VecNormalize(
        row,
        norm_obs=settings.normalize_observations and has_numbers,
        norm_reward=settings.normalize_rewards,
        gamma=settings.gamma,
    )


def _same(env: Env) -> Env:
    return env


def _model(envs: "VecNormalize", settings: PPOTrainingConfig, stretch: Stretch) -> "PPO":
    from stable_baselines3 import PPO

    options = _options(settings) | {"seed": stretch.network_seed}
    device = torch_device(stretch.device)
    if stretch.start is None:
        return PPO("MlpPolicy", envs, device=device, **options)
    model = PPO.load(stretch.start, env=envs, device=device, **options)
    restore_scales(model, envs)
    return model


def _silent_logger() -> "Logger":
    """Keeps the last figures; SB3's own would leave a folder in /tmp."""
    from stable_baselines3.common.logger import Logger

    return Logger(folder=None, output_formats=[])


def _options(settings: PPOTrainingConfig) -> dict[str, Any]:
    """PPO's arguments: all of the settings that have its names."""
    names = ("n_steps", "batch_size", "n_epochs", "gamma", "gae_lambda", "ent_coef", "learning_rate", "clip_range")
    arguments = {name: getattr(settings, name) for name in names}
    return {**arguments, "policy_kwargs": {"net_arch": list(settings.net_arch)}}


def _figures(model: "PPO") -> dict[str, float]:
    said = model.logger.name_to_value
    return {name: float(said[f"train/{name}"]) for name in FIGURES if f"train/{name}" in said}
