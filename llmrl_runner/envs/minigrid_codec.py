"""A MiniGrid view and mission as the numbers that a network takes: zeros and ones, and only those that can vary."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.minigrid_looks import COUNT, EMPTY, LOOKS, UNSEEN, looks_of_images
from llmrl_runner.envs.minigrid_survey import Survey

Features = npt.NDArray[np.float32]

MOST_MISSIONS = 20_000


class GridCodec:
    """Views and missions as rows of zeros and ones, with a name a column.

    A cell has a column for each kind of thing (for each state, of a door) that was seen to be possible there, and for
    each colour, if there are kinds of more than one. The kind that is left to say nothing is `unseen`, or where all is
    seen, `empty`. What a survey didn't find has no column, so that it looks like that too; an unknown mission has only
    zeros.
    """

    def __init__(self, survey: Survey, missions: "Missions | NoMissions") -> None:
        self.view_size = round(len(survey.seen) ** 0.5)
        labels, table = _columns(np.flatnonzero(survey.seen.any(axis=0)))
        varies = _varying(survey.seen, labels, table)
        self._table: Features = table.astype(np.float32)
        self._kept: IntArray = np.flatnonzero(varies)
        self._missions = missions
        places = _places(self.view_size)
        self.names = [f"{places[cell]}: {labels[column]}" for cell, column in np.argwhere(varies)]
        self.names += missions.names

    def encode(self, images: AnyArray, missions: Sequence[str]) -> Features:
        """Images (m, size, size, 3) as minigrid gives them, and their missions, as rows (m, d)."""
        looks = looks_of_images(images).swapaxes(1, 2).reshape(len(images), -1)
        return self.features(looks, self.words(missions))

    def features(self, looks: IntArray, words: Features) -> Features:
        """Views as looks (m, size * size), cells as in Sight, and missions as `words` gives them: rows (m, d)."""
        count = len(looks)
        cells = np.take(self._table, looks, axis=0).reshape(count, -1)
        row = np.empty((count, len(self.names)), dtype=np.float32)
        row[:, : len(self._kept)] = np.take(cells, self._kept, axis=1)
        row[:, len(self._kept) :] = words
        return row

    def words(self, missions: Sequence[str]) -> Features:
        """The columns (m, w) that say what varies in the missions."""
        return self._missions.encode(missions)


class NoMissions:
    """Missions that a network is told nothing of."""

    names: tuple[str, ...] = ()

    def encode(self, missions: Sequence[str]) -> Features:
        """Rows (m, 0)."""
        return np.empty((len(missions), 0), dtype=np.float32)


class Missions:
    """The words of an environment's missions that vary, a column each.

    space: minigrid's MissionSpace; found: missions that came up. Raises ConfigError where these aren't the space's.
    """

    def __init__(self, space: Any, found: Sequence[str]) -> None:
        options = [list(words) for words in getattr(space, "ordered_placeholders", None) or []]
        choices = _choices(space, options)
        if unknown := sorted(set(found) - choices.keys()):
            raise _unclear(f"`{unknown[0]}` is none of the missions that it names, or can be read in two ways")
        columns = [(place, word) for place, words in enumerate(options) for word in words]
        rows = {mission: [chosen[place] == word for place, word in columns] for mission, chosen in choices.items()}
        came_up = np.array([rows[mission] for mission in found]).reshape(len(found), -1)
        varies = np.flatnonzero(came_up.any(axis=0) & ~came_up.all(axis=0))
        self.names = [f"mission, word {columns[index][0] + 1}: {columns[index][1]}" for index in varies]
        self._rows = {mission: np.array(row, dtype=np.float32)[varies] for mission, row in rows.items()}
        self._unknown: Features = np.zeros(len(varies), dtype=np.float32)

    def encode(self, missions: Sequence[str]) -> Features:
        """Rows (m, w) of zeros and ones."""
        return np.array([self._rows.get(mission, self._unknown) for mission in missions], dtype=np.float32)


def _choices(space: Any, options: list[list[str]]) -> dict[str, tuple[str, ...]]:
    """The words that make each mission; those that different words make are left out."""
    count = int(np.prod([len(words) for words in options]))
    if not hasattr(space, "mission_func") or count > MOST_MISSIONS:
        raise _unclear("too many are possible to give each word an input")
    chosen: dict[str, tuple[str, ...]] = {}
    unclear = set()
    for words in product(*options):
        mission = str(space.mission_func(*words))
        if chosen.setdefault(mission, words) != words:
            unclear.add(mission)
    return {mission: words for mission, words in chosen.items() if mission not in unclear}


def _unclear(problem: str) -> ConfigError:
    advice = "set it to minigrid.wrappers.FlatObsWrapper, and env.network_batch=null"
    return ConfigError("env.network_wrapper", f"GridFeatures can't read the missions: {problem}; {advice}")


def _columns(occurring: IntArray) -> tuple[list[str], BoolArray]:
    """Labels of a cell's columns, and what is in them for each look (64, columns)."""
    found = [LOOKS[look] for look in occurring.tolist() if look < len(LOOKS)]
    colours_of = {kind: {colour for its, colour, _ in found if its == kind} for kind, _, _ in found}
    colourful = {kind for kind, colours in colours_of.items() if len(colours) > 1}
    kinds = list(dict.fromkeys(_label(*words) for words in found if words != LOOKS[UNSEEN]))
    colours = list(dict.fromkeys(colour for kind, colour, _ in found if kind in colourful))
    table = np.zeros((COUNT, len(kinds) + len(colours)), dtype=bool)
    for look, (kind, colour, state) in enumerate(LOOKS):
        told = colour if kind in colourful else ""
        table[look] = [_label(kind, colour, state) == label for label in kinds] + [told == name for name in colours]
    return kinds + colours, table


def _label(kind: str, _: str, state: str) -> str:
    return f"{state} {kind}".strip()


def _varying(seen: BoolArray, labels: list[str], table: BoolArray) -> BoolArray:
    """Which columns of which cells (cells, columns) can be both 0 and 1, and aren't said by the others."""
    can_be_one = seen.astype(int) @ table.astype(int) > 0
    can_be_zero = seen.astype(int) @ (~table).astype(int) > 0
    varies: BoolArray = can_be_one & can_be_zero
    varies[~seen[:, UNSEEN], labels.index(LOOKS[EMPTY][0])] = False
    return varies


def _places(size: int) -> list[str]:
    """Names of the cells of a view, in the order of Sight's."""
    cells = [(ahead, right) for ahead in range(size - 1, -1, -1) for right in range(-(size // 2), size // 2 + 1)]
    return [_place(*cell) for cell in cells]


def _place(ahead: int, right: int) -> str:
    if (ahead, right) == (0, 0):
        return "carried"
    side = f"{abs(right)} {'right' if right > 0 else 'left'}" if right else ""
    return f"{ahead} ahead {side}".strip()
