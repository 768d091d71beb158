"""What a policy is, and the one that knows nothing."""

from typing import Any, Protocol, Self

import numpy as np
from gymnasium import spaces
from numpy.random import Generator

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.envs.arrays import AnyArray, FloatArray


class PolicyParseError(ParseError):
    """An answer holds no usable policy. The message is short and fit to be shown to the LLM that wrote it."""


class Policy(Protocol):
    """Maps observations to actions, each row on its own: no memory, no time."""

    def act(self, fields: FloatArray) -> AnyArray:
        """Actions for rows of fields (n, f): (n,) int where they are discrete, else (n, d) within their bounds."""
        ...


class Tunable(Policy, Protocol):
    """A policy whose numbers an optimiser can change."""

    def parameters(self) -> FloatArray:
        """Its numbers (p,)."""
        ...

    def with_parameters(self, parameters: FloatArray) -> Self:
        """The same policy with other numbers (p,)."""
        ...


class RandomPolicy:
    """Draws every action evenly from the action space; a side of a Box that has no bound ends at -1 or 1.

    Raises ValueError for a space that is neither Discrete nor Box.
    """

    def __init__(self, action_space: spaces.Space[Any], rng: Generator) -> None:
        if not isinstance(action_space, spaces.Discrete | spaces.Box):
            raise ValueError(f"actions of {type(action_space).__name__} can't be drawn")
        self._space, self._rng = action_space, rng

    def act(self, fields: FloatArray) -> AnyArray:
        """See Policy. Draws go on from call to call, so they depend on how many rows a call has."""
        n = len(fields)
        if isinstance(self._space, spaces.Discrete):
            return int(self._space.start) + self._rng.integers(int(self._space.n), size=n)
        low = np.where(np.isfinite(self._space.low), self._space.low, -1.0).reshape(-1)
        high = np.where(np.isfinite(self._space.high), self._space.high, 1.0).reshape(-1)
        return self._rng.uniform(low, high, size=(n, len(low)))
