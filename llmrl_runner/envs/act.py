"""Choices of a table and numbers of a formula as actions of the environment."""

from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray


def native_actions(space: spaces.Space[Any], actions: AnyArray) -> list[Any]:
    """Actions (n,) or (n, d) as the environment takes them, one an entry: ints, or arrays of its own type and shape."""
    if isinstance(space, spaces.Box):
        return list(np.asarray(actions, dtype=space.dtype).reshape(len(actions), *space.shape))
    return list(np.asarray(actions).tolist())


class ActionCodec:
    """The actions of one environment.

    dims: how many choices one step takes (1 where the action is discrete, d for a Box of d numbers).
    choices: how many options each choice has (the number of actions, or of `action_values`; 0 where none are given).
    low, high: bounds (d,) of a Box, (0, n-1) where the action is discrete.
    Raises ConfigError where the actions of the configuration don't fit the space.
    """

    def __init__(self, config: EnvConfig, space: spaces.Space[Any]) -> None:
        self.names: tuple[str, ...] = tuple(action.name for action in config.actions)
        self.is_discrete = isinstance(space, spaces.Discrete)
        self._values: FloatArray = np.asarray(config.discretise.action_values, dtype=np.float64)
        if isinstance(space, spaces.Discrete):
            self._take_discrete(space)
        elif isinstance(space, spaces.Box):
            self._take_box(space)
        else:
            raise ConfigError("env.id", f"{config.id} has actions that can't be chosen here ({type(space).__name__})")
        self._check_names(config)

    def decode(self, indices: IntArray) -> AnyArray:
        """Choices (n, dims) as actions: (n,) int where discrete, else (n, d) in the environment's units."""
        if self.is_discrete:
            return np.asarray(indices, dtype=np.int64).reshape(-1) + self._start
        if not self.choices:
            raise ConfigError("env.discretise.action_values", "values needed, since the actions are continuous")
        return self._values[indices]

    def clip(self, values: FloatArray) -> FloatArray:
        """Continuous actions (n, d) brought within their bounds."""
        return np.clip(values, self.low, self.high)

    def _take_discrete(self, space: "spaces.Discrete[Any]") -> None:
        self.dims, self.choices, self._start = 1, int(space.n), int(space.start)
        self.low: FloatArray = np.zeros(1)
        self.high: FloatArray = np.full(1, space.n - 1.0)

    def _take_box(self, space: spaces.Box) -> None:
        self.dims, self.choices, self._start = int(np.prod(space.shape)), len(self._values), 0
        self.low = space.low.reshape(-1).astype(np.float64)
        self.high = space.high.reshape(-1).astype(np.float64)
        outside = [float(value) for value in self._values if (value < self.low).any() or (value > self.high).any()]
        if outside:
            raise ConfigError("env.discretise.action_values", f"{outside[0]:g} is outside the action's bounds")

    def _check_names(self, config: EnvConfig) -> None:
        expected = self.choices if self.is_discrete else self.dims
        if len(self.names) != expected:
            what = "one an action" if self.is_discrete else "one a number of the action"
            problem = f"{expected} entries needed ({what} of {config.id}), got {len(self.names)}"
            raise ConfigError("env.actions", problem)
