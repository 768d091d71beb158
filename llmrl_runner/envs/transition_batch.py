"""Environments that publish their transition table (Gymnasium's toy-text), many episodes at once on arrays."""

from typing import ClassVar

import numpy as np
from gymnasium.utils import seeding

from llmrl_runner.config.schema import EnvConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.batch import Step
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.model import read_model
from llmrl_runner.envs.observe import ObservationCodec


class TransitionBatch:
    """The vectorised twin of an environment that draws its first state, and each step's outcome, from a table.

    The episodes are the environment's own: each has the random numbers of its own seed, one for the first state and one
    a step, and they choose as Gymnasium's `categorical_sample` does. Raises ConfigError where there is no such table.
    """

    usual_size: ClassVar[int] = 1000

    def __init__(self, config: EnvConfig, size: int) -> None:
        self.size = size
        self._model = read_model(config, key="env.batch")
        self._first = np.cumsum(self._model.initial)
        self._outcomes = np.cumsum(self._model.probabilities, axis=2)
        self._fields = _fields_of_states(config)
        self._state: IntArray = np.zeros(size, dtype=np.int64)
        self._elapsed: IntArray = np.zeros(size, dtype=np.int64)
        self._numbers: FloatArray = np.zeros((size, self._model.horizon + 1))

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """See EnvBatch."""
        self._numbers[slots] = [_numbers(seed, self._model.horizon + 1) for seed in seeds.tolist()]
        self._state[slots] = _drawn(self._first, self._numbers[slots, 0])
        self._elapsed[slots] = 0
        return self._fields[self._state[slots]]

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See EnvBatch."""
        self._elapsed[slots] += 1
        chosen = (self._state[slots], np.asarray(actions, dtype=np.int64))
        outcome = (*chosen, _drawn(self._outcomes[chosen], self._numbers[slots, self._elapsed[slots]]))
        self._state[slots] = self._model.next_states[outcome]
        truncated = self._elapsed[slots] >= self._model.horizon
        return self._fields[self._state[slots]], self._model.rewards[outcome], self._model.terminal[outcome], truncated

    def close(self) -> None:
        """See EnvBatch. Nothing is held."""


def _numbers(seed: int, count: int) -> FloatArray:
    """The first uniform random numbers (count,) that an environment draws after `reset(seed=seed)`."""
    generator, _ = seeding.np_random(seed)
    return generator.random(count)


def _drawn(cumulated: FloatArray, numbers: FloatArray) -> IntArray:
    """The outcome (m,) that each of the numbers (m,) draws from its cumulated chances, (m, K) or (K,) for all."""
    outcomes: IntArray = np.argmax(cumulated > numbers[:, None], axis=1)
    return outcomes


def _fields_of_states(config: EnvConfig) -> FloatArray:
    env = make_env(config)
    codec = ObservationCodec(config, env.observation_space)
    states = np.arange(env.observation_space.n)  # type: ignore[attr-defined]
    env.close()
    return codec.encode(states.tolist())
