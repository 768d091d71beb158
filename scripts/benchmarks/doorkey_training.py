"""The two trainings that are compared on DoorKey. Import this file where it is used: it needs torch."""

import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
import torch
from minigrid.wrappers import FlatObsWrapper
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback, CallbackList
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import DummyVecEnv

from llmrl_runner.config.composing import composed
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.rl.algorithms import arguments_of
from llmrl_runner.rl.evaluate_every import KeepBest
from llmrl_runner.rl.guided_training import train_guided
from llmrl_runner.rl.network_evaluation import Evaluation, evaluate_network
from llmrl_runner.rl.training import Stretch

EVALUATION_ENVS = 8  # of the plain training's 40 episodes; one each would go on playing until the longest is over
FIRST_TEST_SEED = 1_000_000
TRAINING_SEEDS = 100_000


@dataclass
class Training:
    """Seconds that the steps and evaluations took, and at each evaluation: steps, the mean return of episodes with
    drawn actions, that with the most likely ones."""

    seconds: float = 0.0
    curve: list[tuple[int, float, float]] = field(default_factory=list)


class Learner(Protocol):
    """One of the two."""

    inputs: int

    def train(self, steps: int, seed: int, evaluates: bool) -> Training:
        """A new network, trained for `steps` steps."""
        ...

    def play(self, steps: int) -> float:
        """Seconds that so many random actions took, whatever is observed and begun anew meanwhile included."""
        ...


def configured(env: str) -> Config:
    """method=llmae_ppo method.init=scratch on `env`, composed as run.py composes it."""
    return composed("method=llmae_ppo", "method.init=scratch", "llm=none", f"env={env}")


class Ours:
    """What method=llmae_ppo does with init=scratch."""

    def __init__(self, config: Config) -> None:
        self._config, self._settings = config, config.training
        batch = make_network_batch(config.env, 1)
        self.inputs = _inputs(batch.observation_space)
        batch.close()

    def train(self, steps: int, seed: int, evaluates: bool) -> Training:
        """See Learner."""
        clock = Clock()
        stretch = Stretch(None, steps, np.arange(TRAINING_SEEDS) + seed * TRAINING_SEEDS, seed, "cpu")
        tests = make_network_batch(self._config.env, 2 * self._settings.evaluation_episodes)

        def examine(model: BaseAlgorithm, number: int) -> Evaluation:
            n = self._settings.evaluation_episodes
            seeds = FIRST_TEST_SEED + n * number + np.arange(n)
            return evaluate_network(tests, model, seeds, self._config.env.success)

        with tempfile.TemporaryDirectory() as folder:
            evaluating = KeepBest(examine, self._settings.evaluate_every, Path(folder))
            callbacks: list[BaseCallback] = (
                [evaluating, clock] if evaluates else [clock]
            )  # the last evaluation counts, too
            make_batch = partial(make_network_batch, self._config.env)
            train_guided(make_batch, self._settings, stretch, callback=CallbackList(callbacks))
        tests.close()
        entries = evaluating.evaluations.entries
        curve = [(at, float(e.leading.returns.mean()), float(e.greedy.returns.mean())) for at, e in entries]
        return Training(clock.seconds, curve)

    def play(self, steps: int) -> float:
        """See Learner."""
        size = self._settings.n_envs
        batch = make_network_batch(self._config.env, size)
        slots, actions = np.arange(size), _random_actions(steps).reshape(-1, size)
        batch.reset(slots, slots)
        seed, start = size, time.perf_counter()
        for row in actions:
            _, _, terminated, truncated = batch.step(slots, row)
            ended = np.flatnonzero(terminated | truncated)
            if len(ended):
                batch.reset(ended, seed + np.arange(len(ended)))
                seed += len(ended)
        seconds = time.perf_counter() - start
        batch.close()
        return seconds


class Plain:
    """minigrid with FlatObsWrapper, a DummyVecEnv and Stable-Baselines3's PPO and evaluate_policy."""

    def __init__(self, config: Config) -> None:
        self._id, self._settings = config.env.id, config.training
        self.inputs = _inputs(self._make().observation_space)

    def train(self, steps: int, seed: int, evaluates: bool) -> Training:
        """See Learner."""
        torch.set_num_threads(1)
        settings, clock = self._settings, Clock()
        envs, tests = self._row(settings.n_envs), self._row(EVALUATION_ENVS)
        evaluating = EvaluatePlainly(tests, settings.evaluate_every, settings.evaluation_episodes)
        callbacks: list[BaseCallback] = [evaluating, clock] if evaluates else [clock]  # the last evaluation counts, too
        more = {"vf_coef": settings.vf_coef, "max_grad_norm": settings.max_grad_norm, "seed": seed, "device": "cpu"}
        model = PPO("MlpPolicy", envs, **arguments_of(settings, envs.action_space), **more)
        model.set_logger(Logger(folder=None, output_formats=[]))  # SB3's own would leave a folder in /tmp
        model.learn(steps, CallbackList(callbacks))
        envs.close()
        tests.close()
        return Training(clock.seconds, evaluating.curve)

    def play(self, steps: int) -> float:
        """See Learner."""
        env, actions = self._make(), _random_actions(steps).tolist()
        env.reset(seed=0)
        start = time.perf_counter()
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        seconds = time.perf_counter() - start
        env.close()
        return seconds

    def _row(self, size: int) -> DummyVecEnv:
        return DummyVecEnv([self._make] * size)

    def _make(self) -> Any:
        """Without Gymnasium's checker, which would cost it more time."""
        return FlatObsWrapper(gym.make(self._id, disable_env_checker=True))


class Clock(BaseCallback):
    """Times what lies between the first step and the end of a training."""

    seconds = 0.0

    def _on_training_start(self) -> None:
        self._start = time.perf_counter()

    def _on_step(self) -> bool:
        return True

    def _on_training_end(self) -> None:
        self.seconds = time.perf_counter() - self._start


class EvaluatePlainly(BaseCallback):
    """Plays `episodes` episodes with drawn and as many with the most likely actions each `every` steps."""

    def __init__(self, envs: DummyVecEnv, every: int, episodes: int) -> None:
        super().__init__()
        self._envs, self._every, self._episodes = envs, every, episodes
        self.curve: list[tuple[int, float, float]] = []

    def _on_step(self) -> bool:
        before = self.num_timesteps - self.training_env.num_envs
        if before // self._every < self.num_timesteps // self._every:
            self.curve.append((self.num_timesteps, self._mean(False), self._mean(True)))
        return True

    def _mean(self, is_greedy: bool) -> float:
        mean, _ = evaluate_policy(self.model, self._envs, self._episodes, deterministic=is_greedy, warn=False)
        return float(mean)  # type: ignore[arg-type]


def _random_actions(steps: int) -> Any:
    return np.random.default_rng(0).integers(7, size=steps)


def _inputs(space: Any) -> int:
    return int(np.prod(space.shape))
