"""The states of an environment under few names: a line each, the same for all states that ask for the same thing.

A model can be asked about tens of lines, once each, where it couldn't be asked about millions of states (after
LLM4Teach, Zhou et al., 2024, and Words as Beacons, Ruiz-Gonzalez et al., 2024).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from llmrl_runner.config.environment_schema import AbstractFieldConfig, EnvConfig
from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.envs.reward_rows import ObservationRows

KEY = "env.situations"
FIELDS = "env.abstract"


class Situations(Protocol):
    """How it stands in the slots of a batch, in words.

    legend: what a line tells and what it leaves out, for who is asked about one.
    """

    legend: str

    def instructions(self, batch: NetworkBatch, slots: IntArray) -> list[str]:
        """What is to be done in each of `slots` (m,), the same throughout an episode; m texts."""
        ...

    def lines(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> list[str]:
        """The line of each of `slots` (m,), whose network now sees `observations` (m, ...); m texts."""
        ...

    def telling(self, others: Mapping[str, str]) -> "Situations":
        """The same, where each instruction is told as another one; lines are about what is told."""
        ...


def make_situations(config: EnvConfig, needs_lines: bool = True) -> Situations:
    """What `env.situations` names, else what `env.abstract` makes of the observation's fields.

    Raises ConfigError where there is neither and lines are needed, or it doesn't fit.
    """
    if config.situations is None:
        return FieldSituations(config) if needs_lines or config.abstract else GoalAlone(config)
    make = imported(config.situations, KEY)
    if not callable(make):
        raise ConfigError(KEY, f"`{config.situations}` can't be called with an EnvConfig")
    named: Situations = make(config)
    return named


class FieldSituations:
    """Some fields of the observation, each in a word for where its value lies: `pole: leaning left; cart: centre`."""

    def __init__(self, config: EnvConfig) -> None:
        """Raises ConfigError where `env.abstract` is missing, or names what there is not."""
        if not config.abstract:
            problem = f"needed, to tell {config.name}'s states in a line: [{{of: ..., edges: [...], words: [...]}}]"
            raise ConfigError(FIELDS, problem)
        self._goal, self._told = config.goal, config.abstract
        self._rows = ObservationRows(config)
        self._columns = [self._column(entry) for entry in self._told]
        self.legend = "\n".join(self._explained(entry) for entry in self._told)
        self._lines: dict[bytes, str] = {}

    def instructions(self, batch: NetworkBatch, slots: IntArray) -> list[str]:
        """See Situations: the environment's goal."""
        return [self._goal] * len(slots)

    def telling(self, others: Mapping[str, str]) -> "FieldSituations":
        """See Situations. There is one instruction, so there is no other to be told."""
        return self

    def lines(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> list[str]:
        """See Situations."""
        rows = self._rows.rows(batch, slots, observations)
        values = [self._value(rows, columns) for columns in self._columns]
        places = np.stack(
            [np.searchsorted(entry.edges, value) for entry, value in zip(self._told, values, strict=True)], axis=1
        ).astype(np.uint8)
        return [self._line(place) for place in places]

    def _explained(self, entry: AbstractFieldConfig) -> str:
        """`- pole: leaning left where pole angle (rad) is below -0.05, upright up to 0.05, leaning right above.`"""
        unit = next(field.unit for field in self._rows.fields if field.name == entry.of)
        what = f"{entry.of} minus {entry.minus}" if entry.minus else entry.of
        first, *middle, last = entry.words
        parts = [f"{word} up to {edge:g}" for word, edge in zip(middle, entry.edges[1:], strict=True)]
        told = [f"{first} where {what}{f' ({unit})' if unit else ''} is at most {entry.edges[0]:g}", *parts]
        return f"- {entry.name or entry.of}: {', '.join(told)}, {last} above."

    def _value(self, rows: FloatArray, columns: tuple[int, int | None]) -> FloatArray:
        column, other = columns
        value: FloatArray = rows[:, column] if other is None else rows[:, column] - rows[:, other]
        return value

    def _line(self, place: AnyArray) -> str:
        key = place.tobytes()
        if key not in self._lines:
            words = zip(self._told, place.tolist(), strict=True)
            self._lines[key] = "; ".join(f"{entry.name or entry.of}: {entry.words[at]}" for entry, at in words)
        return self._lines[key]

    def _column(self, entry: AbstractFieldConfig) -> tuple[int, int | None]:
        names = [field.name for field in self._rows.fields]
        for name in [entry.of] + ([entry.minus] if entry.minus else []):
            if name not in names:
                raise ConfigError(FIELDS, f"no field is called `{name}`{nearest(name, names)}")
        if len(entry.words) != len(entry.edges) + 1 or list(entry.edges) != sorted(set(entry.edges)):
            problem = f"{entry.of}: edges must grow, with one word more than there are edges"
            raise ConfigError(FIELDS, f"{problem}; got {list(entry.edges)} and {list(entry.words)}")
        return names.index(entry.of), names.index(entry.minus) if entry.minus else None


class GoalAlone:
    """An environment whose states nobody has told in lines: see Situations, of which it has the instruction alone."""

    legend = ""

    def __init__(self, config: EnvConfig) -> None:
        self._config = config

    def instructions(self, batch: NetworkBatch, slots: IntArray) -> list[str]:
        """See Situations: the environment's goal."""
        return [self._config.goal] * len(slots)

    def telling(self, others: Mapping[str, str]) -> "GoalAlone":
        """See Situations. There is one instruction, so there is no other to be told."""
        return self

    def lines(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> list[str]:
        """Raises ConfigError: `env.abstract` is needed for them."""
        make_situations(self._config)
        raise AssertionError("unreachable")


def check_lines(lines: Sequence[str]) -> None:
    """Raise ConfigError where a line is none: it would be kept, and asked about, under a name that can't be read."""
    if bad := [line for line in lines if not line.strip() or "\n" in line]:
        raise ConfigError(KEY, f"gives lines that are empty or more than one line: {bad[0]!r}")
