"""Raw observations as rows of named numbers, and a number as text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray

SIGNIFICANT_DIGITS = 3
SHOWN_AS_ZERO = 1e-6  # smaller numbers are noise to a reader


class ObservationCodec:
    """Turns the observations of one environment into rows of `width` named fields.

    A Box is flattened; a single Discrete number is unravelled, last field fastest, over the fields' `values`
    (FrozenLake: row, column); Tuple and Dict spaces are concatenated. Raises ConfigError where the fields of the
    configuration don't fit the space.
    """

    def __init__(self, config: EnvConfig, space: spaces.Space[Any]) -> None:
        self.fields: tuple[FieldConfig, ...] = tuple(config.observation)
        self.names: tuple[str, ...] = tuple(field.name for field in self.fields)
        self.width = len(self.fields)
        self._space = space
        self._rows = self._rows_of_discrete(config, space) if isinstance(space, spaces.Discrete) else None
        _check_names(self.names)
        _check_labels(self.fields)
        if self._rows is None:
            self._check_width(config)

    def encode(self, observations: Sequence[Any]) -> FloatArray:
        """Raw observations, one an environment, as rows (m, f)."""
        if self._rows is not None:
            start = int(self._space.start)  # type: ignore[attr-defined]
            return self._rows[np.asarray(observations, dtype=np.int64) - start]
        if isinstance(self._space, spaces.Box):
            return np.asarray(observations, dtype=np.float64).reshape(len(observations), self.width)
        return np.stack([_flat(self._space, observation) for observation in observations])

    def _rows_of_discrete(self, config: EnvConfig, space: "spaces.Discrete[Any]") -> FloatArray:
        """Row of each state number, (n, f)."""
        values = [field.values or 0 for field in self.fields]
        if not all(values):
            raise ConfigError("env.observation", f"{config.id} gives one number, so each field needs `values`")
        if int(np.prod(values)) != space.n:
            problem = f"`values` {values} make {int(np.prod(values))} states, {config.id} has {space.n}"
            raise ConfigError("env.observation", problem)
        return np.stack(np.unravel_index(np.arange(space.n), values), axis=1).astype(np.float64)

    def _check_width(self, config: EnvConfig) -> None:
        expected = _width(self._space)
        if self.width != expected:
            problem = f"{expected} fields needed (one a number of {config.id}'s observation), got {self.width}"
            raise ConfigError("env.observation", problem)


def number_text(value: float, digits: int = SIGNIFICANT_DIGITS) -> str:
    """A number in plain notation with so many significant digits; what is nearly zero reads 0."""
    if abs(value) < SHOWN_AS_ZERO:
        return "0"
    if abs(value) >= 10**digits:
        return f"{value:.0f}"
    return np.format_float_positional(value, precision=digits, unique=False, fractional=False, trim="-")


def _width(space: spaces.Space[Any]) -> int:
    """How many numbers an observation of `space` holds."""
    if isinstance(space, spaces.Discrete):
        return 1
    if isinstance(space, spaces.Tuple):
        return sum(_width(part) for part in space.spaces)
    if isinstance(space, spaces.Dict):
        return sum(_width(part) for part in space.spaces.values())
    if isinstance(space, (spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary)):
        return int(np.prod(space.shape))
    raise ConfigError("env.id", f"its observations are of a kind that has no fields ({type(space).__name__})")


def _flat(space: spaces.Space[Any], observation: Any) -> FloatArray:
    """The numbers of one observation, in the order of `space`."""
    if isinstance(space, spaces.Tuple):
        return np.concatenate([_flat(part, value) for part, value in zip(space.spaces, observation, strict=True)])
    if isinstance(space, spaces.Dict):
        return np.concatenate([_flat(part, observation[key]) for key, part in space.spaces.items()])
    return np.asarray(observation, dtype=np.float64).reshape(-1)


def _check_names(names: tuple[str, ...]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigError("env.observation", f"two fields are named `{doubled[0]}`")


def _check_labels(fields: tuple[FieldConfig, ...]) -> None:
    for field in fields:
        if field.labels and len(field.labels) != field.values:
            problem = f"`{field.name}` has {field.values} values and {len(field.labels)} labels"
            raise ConfigError("env.observation", problem)
