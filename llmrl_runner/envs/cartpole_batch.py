"""CartPole-v1, many episodes at once: the same arithmetic in the same order as Gymnasium's, on arrays."""

import math
from typing import ClassVar

import numpy as np
from gymnasium.utils import seeding

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray, IntArray
from llmrl_runner.envs.batch import Step
from llmrl_runner.envs.build import make_env, step_limit

# As in gymnasium/envs/classic_control/cartpole.py (1.4.0), with its units: m, kg, s, N.
GRAVITY = 9.8
POLE_MASS = 0.1
TOTAL_MASS = POLE_MASS + 1.0
HALF_POLE_LENGTH = 0.5
POLE_MASS_LENGTH = POLE_MASS * HALF_POLE_LENGTH
PUSH = 10.0
TIME_STEP = 0.02
ANGLE_LIMIT = 12 * 2 * math.pi / 360
POSITION_LIMIT = 2.4
START_RANGE = 0.05


class CartPoleBatch:
    """The vectorised twin of CartPole-v1: bit for bit the episodes of the environment itself, about 50 times faster.

    Raises ConfigError for another environment, or for keyword arguments, which would change the rules.
    """

    usual_size: ClassVar[int] = 1000

    def __init__(self, config: EnvConfig, size: int) -> None:
        if config.id != "CartPole-v1" or config.kwargs:
            raise ConfigError("env.batch", "CartPoleBatch plays CartPole-v1 without kwargs; set env.batch=null")
        env = make_env(config)
        self._limit = step_limit(env) or math.inf
        env.close()
        self.size = size
        self._state: FloatArray = np.zeros((4, size))  # position, velocity, angle, angular velocity
        self._elapsed: IntArray = np.zeros(size, dtype=np.int64)

    def reset(self, slots: IntArray, seeds: IntArray) -> FloatArray:
        """See EnvBatch."""
        starts = [_start(seed) for seed in seeds.tolist()]
        self._state[:, slots] = np.array(starts).T
        self._elapsed[slots] = 0
        return self._observed(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See EnvBatch."""
        self._state[:, slots] = _moved(self._state[:, slots], actions)
        self._elapsed[slots] += 1
        terminated = _has_fallen(self._state[:, slots])
        truncated = self._elapsed[slots] >= self._limit
        return self._observed(slots), np.ones(len(slots)), terminated, truncated

    def close(self) -> None:
        """See EnvBatch. Nothing is held."""

    def _observed(self, slots: IntArray) -> FloatArray:
        """Fields (m, 4), rounded to float32 as the environment hands them out."""
        return self._state[:, slots].T.astype(np.float32).astype(np.float64)


def _start(seed: int) -> FloatArray:
    generator, _ = seeding.np_random(seed)
    return generator.uniform(low=-START_RANGE, high=START_RANGE, size=(4,))


def _moved(state: FloatArray, actions: AnyArray) -> FloatArray:
    """States (4, m) one Euler step later."""
    x, x_dot, theta, theta_dot = state
    force = np.where(actions == 1, PUSH, -PUSH)
    cos, sin = np.cos(theta), np.sin(theta)
    push = (force + POLE_MASS_LENGTH * np.square(theta_dot) * sin) / TOTAL_MASS
    angular = (GRAVITY * sin - cos * push) / (HALF_POLE_LENGTH * (4.0 / 3.0 - POLE_MASS * np.square(cos) / TOTAL_MASS))
    linear = push - POLE_MASS_LENGTH * angular * cos / TOTAL_MASS
    return np.stack(
        [
            x + TIME_STEP * x_dot,
            x_dot + TIME_STEP * linear,
            theta + TIME_STEP * theta_dot,
            theta_dot + TIME_STEP * angular,
        ]
    )


def _has_fallen(state: FloatArray) -> BoolArray:
    fallen: BoolArray = (np.abs(state[0]) > POSITION_LIMIT) | (np.abs(state[2]) > ANGLE_LIMIT)
    return fallen
