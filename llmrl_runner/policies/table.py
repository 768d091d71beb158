"""A policy that looks its action up: one entry for each cell of the discretised observation."""

import csv
import io
from typing import Any, ClassVar, Self

import numpy as np

from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.policies.base import PolicyParseError

CENTRE_DIGITS = 6


class TablePolicy:
    """entries (n_cells, dims): which choice each action dimension takes in each cell.

    Raises ValueError where the entries don't fit the cells or the actions.
    """

    form: ClassVar[str] = "table"

    def __init__(self, discretiser: Discretiser, actions: ActionCodec, entries: IntArray) -> None:
        self.discretiser, self.actions = discretiser, actions
        self.entries: IntArray = np.array(entries, dtype=np.int64).reshape(len(entries), -1)
        self._check()
        self._decoded: AnyArray = actions.decode(self.entries)  # once for each cell, so that acting is a look-up

    @property
    def bins(self) -> tuple[int, ...]:
        """The table's shape (k,)."""
        return tuple(int(size) for size in self.discretiser.bins)

    def act(self, fields: FloatArray) -> AnyArray:
        """See Policy."""
        return self._decoded[self.discretiser.cells(fields)]

    def to_json(self) -> dict[str, Any]:
        """Readable JSON: what the cells are, what may be chosen, and the choices in runs along the last field.

        `"0 0 3": "1 1 1 0 0 0"` says what is chosen in the cells 0 0 3 0 to 0 0 3 5; several action dimensions are
        joined by commas.
        """
        return {
            "form": self.form,
            "fields": [
                {"name": name, "bins": int(bins), "centres": _rounded(self.discretiser.centres(dimension))}
                for dimension, (name, bins) in enumerate(zip(self.discretiser.names, self.bins, strict=True))
            ],
            "actions": _actions_json(self.actions),
            "rows": _runs(self.entries, self.bins),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], discretiser: Discretiser, actions: ActionCodec) -> Self:
        """The table that `to_json` wrote. Raises PolicyParseError where it was made for other cells or actions."""
        try:
            empty = cls(discretiser, actions, np.zeros((discretiser.n_cells, actions.dims), dtype=np.int64))
            expected = empty.to_json()
            for key in ("form", "fields", "actions"):
                if data[key] != expected[key]:
                    raise PolicyParseError(f"this table's `{key}` are not those of the environment")
            return cls(discretiser, actions, _entries(data["rows"], list(expected["rows"])))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise PolicyParseError(f"not a table of this environment: {error}") from error

    def to_csv(self) -> str:
        """One line a cell: the bin and the centre of each field, then the choice and what it means of each action."""
        dimensions = range(len(self.bins))
        indices = self.discretiser.unravel(np.arange(self.discretiser.n_cells))
        centres = [_rounded(self.discretiser.centres(dimension)) for dimension in dimensions]
        names = ("action",) if self.actions.is_discrete else self.actions.names
        sheet = io.StringIO()
        words = choice_words(self.actions)
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow([*_pairs(self.discretiser.names, "bin", "centre"), *_pairs(names, "choice", "meaning")])
        for bins, choices in zip(indices.tolist(), self.entries.tolist(), strict=True):
            where = [
                part for dimension in dimensions for part in (bins[dimension], centres[dimension][bins[dimension]])
            ]
            writer.writerow([*where, *(part for choice in choices for part in (choice, words[choice]))])
        return sheet.getvalue()

    def _check(self) -> None:
        shape = (self.discretiser.n_cells, self.actions.dims)
        if self.entries.shape != shape:
            raise ValueError(
                f"a table of {shape[0]} cells and {shape[1]} choices each is needed, got {self.entries.shape}"
            )
        if ((self.entries < 0) | (self.entries >= self.actions.choices)).any():
            raise ValueError(f"every choice must be in 0-{self.actions.choices - 1}")


def choice_words(actions: ActionCodec) -> list[str]:
    """A word for each choice: names of discrete actions, numbers of continuous ones."""
    if actions.is_discrete:
        return list(actions.names)
    every = np.arange(actions.choices)[:, None].repeat(actions.dims, axis=1)
    return [f"{value:g}" for value in actions.decode(every)[:, 0]]


def _actions_json(actions: ActionCodec) -> dict[str, Any]:
    return {"names": list(actions.names), "choices": choice_words(actions)}


def _runs(entries: IntArray, bins: tuple[int, ...]) -> dict[str, str]:
    """The choices along the last field, under the bins of the fields before it."""
    words = [",".join(map(str, choices)) for choices in entries.tolist()]
    run = bins[-1]
    starts = [" ".join(map(str, index)) for index in np.ndindex(*bins[:-1])]
    return {start: " ".join(words[place * run : (place + 1) * run]) for place, start in enumerate(starts)}


def _entries(rows: dict[str, str], starts: list[str]) -> IntArray:
    """The entries (n_cells, dims) out of `_runs`."""
    if set(rows) != set(starts):
        raise PolicyParseError(f"{len(starts)} rows needed, one for each combination of the fields before the last")
    return np.array([[int(choice) for choice in word.split(",")] for start in starts for word in rows[start].split()])


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(value), CENTRE_DIGITS) for value in values]


def _pairs(names: tuple[str, ...], first: str, second: str) -> list[str]:
    return [f"{name} {part}" for name in names for part in (first, second)]
