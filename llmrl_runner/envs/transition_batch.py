"""Environments that publish their transition table (Gymnasium's toy-text), many episodes at once on arrays."""

from typing import ClassVar

import numpy as np
from gymnasium.utils import seeding
from numpy.random import Generator

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.batch import Step
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.model import read_model
from llmrl_runner.envs.observe import ObservationCodec

DRAWN_AT_ONCE = 256  # random numbers an episode: the same stream as one by one, and few enough for any step limit


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
        self._generators: list[Generator | None] = [None] * size
        self._numbers: FloatArray = np.zeros((size, DRAWN_AT_ONCE))

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """See EnvBatch."""
        for slot, seed in zip(slots.tolist(), seeds.tolist(), strict=True):
            self._generators[slot], _ = seeding.np_random(seed)
        self._elapsed[slots] = 0
        self._state[slots] = _drawn(self._first, self._next_numbers(slots))
        return self._fields[self._state[slots]]

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See EnvBatch."""
        self._elapsed[slots] += 1
        chosen = (self._state[slots], np.asarray(actions, dtype=np.int64))
        outcome = (*chosen, _drawn(self._outcomes[chosen], self._next_numbers(slots)))
        self._state[slots] = self._model.next_states[outcome]
        truncated = self._elapsed[slots] >= self._model.horizon
        return self._fields[self._state[slots]], self._model.rewards[outcome], self._model.terminal[outcome], truncated

    def close(self) -> None:
        """See EnvBatch. Nothing is held."""

    def _next_numbers(self, slots: IntArray) -> FloatArray:
        """The uniform random number (m,) of each slot's episode at this step, the next of its generator's stream."""
        place = self._elapsed[slots] % DRAWN_AT_ONCE
        for slot in slots[place == 0].tolist():
            generator = self._generators[slot]
            assert generator is not None, "a slot is reset before it steps"
            self._numbers[slot] = generator.random(DRAWN_AT_ONCE)
        return self._numbers[slots, place]


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
