"""CartPole, its twin and a policy that balances it; and a toy batch whose episodes are known beforehand."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrl_runner.config.environment_schema import ActionConfig, DiscretiseConfig, EnvConfig, FieldConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.batch import Step
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.rl.rollout import Episode, EpisodeScores

FIELDS = ("position", "velocity", "angle", "angular velocity")


class Countdown:
    """Episodes of `seed % 7 + 1` steps; each pays its action plus a fraction that is the seed's own."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._left = np.zeros(size, dtype=np.int64)
        self._seeds = np.zeros(size, dtype=np.int64)

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        self._left[slots], self._seeds[slots] = seeds % 7 + 1, seeds
        return self._fields(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        assert (self._left[slots] > 0).all(), "a slot whose episode has ended was stepped"
        self._left[slots] -= 1
        ended = self._left[slots] == 0
        is_cut_off = self._seeds[slots] % 2 == 0
        rewards = actions + self._seeds[slots] / 1000
        return self._fields(slots), rewards, ended & ~is_cut_off, ended & is_cut_off

    def close(self) -> None:
        pass

    def _fields(self, slots: IntArray) -> FloatArray:
        return np.stack([self._left[slots], self._seeds[slots]], axis=1).astype(np.float64)


class Constant:
    """The same action everywhere."""

    def __init__(self, action: int) -> None:
        self.action = action

    def act(self, fields: FloatArray) -> AnyArray:
        return np.full(len(fields), self.action)


@pytest.fixture(scope="session")
def countdown() -> Callable[[int], Countdown]:
    return Countdown


@pytest.fixture(scope="session")
def constant() -> Callable[[int], Constant]:
    return Constant


@pytest.fixture(scope="session")
def cartpole_config() -> EnvConfig:
    return EnvConfig(
        name="cartpole",
        id="CartPole-v1",
        observation=[FieldConfig(name=name) for name in FIELDS],
        actions=[ActionConfig(name="push left"), ActionConfig(name="push right")],
        discretise=DiscretiseConfig(bins=[3, 3, 6, 6], low=[-2.4, -3.0, -0.2095, -3.0], high=[2.4, 3.0, 0.2095, 3.0]),
        batch="llmrl_runner.envs.cartpole_batch.CartPoleBatch",
    )


@pytest.fixture(scope="session")
def cartpole(cartpole_config: EnvConfig) -> Environment:
    return Environment(cartpole_config)


@pytest.fixture(scope="session")
def balancing(cartpole: Environment) -> LinearPolicy:
    return LinearPolicy(np.array([[0.5, 1.0, 10.0, 3.0]]), np.zeros(1), cartpole.actions, FIELDS)


@pytest.fixture
def episode() -> Callable[..., Episode]:
    def build(rewards: list[float], seed: int = 0, is_cut_off: bool = False) -> Episode:
        """An episode with these rewards that walks along FrozenLake's first row, one action 0, then all 2."""
        steps = len(rewards)
        observations = np.stack([np.zeros(steps + 1), np.minimum(np.arange(steps + 1), 3)], axis=1).astype(np.float64)
        actions = np.array([0] + [2] * (steps - 1))
        return Episode(seed, observations, actions, np.array(rewards, np.float64), not is_cut_off, is_cut_off)

    return build


def scores_of(returns: list[float]) -> EpisodeScores:
    return EpisodeScores(np.array(returns, np.float64), np.ones(len(returns), dtype=np.int64), None)


@pytest.fixture
def scores() -> Callable[[list[float]], EpisodeScores]:
    return scores_of
