"""Observations as cells of a table: the nearest of evenly spaced centres, both ends included."""

import math
from collections.abc import Sequence

import numpy as np

from llmrl_runner.config.environment_schema import DiscretiseConfig, EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.envs.observe import ObservationCodec

# A table of a million cells is 60 MB as CSV and takes 10 s and 400 MB to write; an iteration keeps one and reads it.
MOST_CELLS = 1_000_000


def _nearest(value: FloatArray, low: FloatArray, high: FloatArray, span: FloatArray, last: FloatArray) -> IntArray:
    """The bin of each value: the nearest of evenly spaced centres from `low`, bin 0, to `high`, bin `last`.

    All in any shapes that fit each other, in the environment's units; span: high - low, or 1 where that is 0. Values
    outside [low, high] are clipped; where there is one bin, it is always bin 0. Raises ValueError for NaN. Source:
    LLM-RL-Agent, floor(clip(ratio) * (n - 1) + 0.5).
    """
    ratio = (np.minimum(np.maximum(value, low), high) - low) / span
    if math.isnan(ratio.sum()):  # as it is where any ratio is; a single check costs least
        raise ValueError("an observation that is not a number (NaN) has no cell")
    bins: IntArray = (ratio * last + 0.5).astype(np.int64)  # cuts off, which rounds down: nothing here is negative
    return bins


class Discretiser:
    """The cells of one environment's table: `n_cells` in all, the last of the k dimensions running fastest.

    names (k): the fields that the table looks at; columns (k,): where they stand in a row of fields; bins, low, high
    (k,). Raises ConfigError where `env.discretise` doesn't fit the observation.
    """

    def __init__(self, config: EnvConfig, codec: ObservationCodec) -> None:
        chosen = config.discretise
        self.names: tuple[str, ...] = tuple(chosen.fields) or codec.names
        _check_once(self.names)
        self.columns: IntArray = np.array([_column(name, codec) for name in self.names], dtype=np.int64)
        fields = [codec.fields[column] for column in self.columns]
        self.bins: IntArray = np.array(_bins(chosen, fields), dtype=np.int64)
        self.low: FloatArray = np.array(_bounds("low", chosen.low, fields))
        self.high: FloatArray = np.array(_bounds("high", chosen.high, fields))
        self.n_cells = math.prod(self.bins.tolist())
        self._check_ranges()
        # What `cells` needs at every step of an episode, computed once; each (k, 1).
        span: FloatArray = np.where(self.high > self.low, self.high - self.low, 1.0)
        last: FloatArray = (self.bins - 1).astype(np.float64)
        self._scale = [column[:, None] for column in (self.low, self.high, span, last)]
        self._strides: IntArray = np.append(np.cumprod(self.bins[:0:-1])[::-1], 1)

    def cells(self, fields: FloatArray) -> IntArray:
        """Cell numbers (n,) of rows of fields (n, f). Raises ValueError for NaN."""
        # A row a field: numpy is quick along the last axis, and the batch is longer than the few fields.
        indices = _nearest(fields.T.take(self.columns, axis=0), *self._scale)
        cells: IntArray = self._strides @ indices
        return cells

    def unravel(self, cells: IntArray) -> IntArray:
        """Bins a dimension (n, k) of cell numbers (n,)."""
        return np.stack(np.unravel_index(cells, tuple(self.bins)), axis=-1).astype(np.int64)

    def centres(self, dimension: int) -> FloatArray:
        """The value (bins,) in the middle of each bin of one dimension; of a single bin, the middle of its range."""
        low, high = self.low[dimension], self.high[dimension]
        if self.bins[dimension] == 1:
            return np.array([(low + high) / 2])
        return np.linspace(low, high, self.bins[dimension])

    def _check_ranges(self) -> None:
        for name, bins, low, high in zip(self.names, self.bins, self.low, self.high, strict=True):
            if bins < 1:
                raise ConfigError("env.discretise.bins", f"`{name}` needs at least one bin, got {bins}")
            if bins > 1 and not low < high:
                raise ConfigError("env.discretise.low", f"{low:g} of `{name}` is not below its high, {high:g}")
        if self.n_cells > MOST_CELLS:
            problem = f"{self.n_cells:,} cells are more than {MOST_CELLS:,}, the most that a table may have"
            raise ConfigError("env.discretise.bins", problem)


def _check_once(names: Sequence[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigError("env.discretise.fields", f"`{doubled[0]}` stands there twice")


def _column(name: str, codec: ObservationCodec) -> int:
    if name not in codec.names:
        raise ConfigError("env.discretise.fields", f"no field is named `{name}`{nearest(name, codec.names)}")
    return codec.names.index(name)


def _bins(chosen: DiscretiseConfig, fields: Sequence[FieldConfig]) -> list[int]:
    if chosen.bins:
        _check_count("bins", chosen.bins, fields)
        return list(chosen.bins)
    return [int(_known("bins", field, field.values)) for field in fields]


def _bounds(which: str, chosen: Sequence[float], fields: Sequence[FieldConfig]) -> list[float]:
    """The `low` or `high` of each field: as chosen, else its first and last value, else its range."""
    if chosen:
        _check_count(which, chosen, fields)
        return [float(bound) for bound in chosen]
    return [_known(which, field, _own_bound(which, field)) for field in fields]


def _own_bound(which: str, field: FieldConfig) -> float | None:
    if field.values is not None:
        return 0.0 if which == "low" else field.values - 1.0
    return field.low if which == "low" else field.high


def _known(which: str, field: FieldConfig, value: float | None) -> float:
    if value is None:
        raise ConfigError(f"env.discretise.{which}", f"a number is needed for `{field.name}`, whose range is open")
    return float(value)


def _check_count(which: str, chosen: Sequence[float], fields: Sequence[FieldConfig]) -> None:
    if len(chosen) != len(fields):
        problem = f"{len(fields)} numbers needed (one a field of the table), got {len(chosen)}"
        raise ConfigError(f"env.discretise.{which}", problem)
