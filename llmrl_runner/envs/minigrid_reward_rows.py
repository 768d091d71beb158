"""MiniGrid's whole state as numbers, for a written reward: who learns sees only a part of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.minigrid_boards import Boards
from llmrl_runner.envs.minigrid_covered import rule_of
from llmrl_runner.envs.minigrid_looks import (
    COUNT,
    LOOK,
    LOOKS,
    MOVABLE,
    OPEN_DOOR,
    TARGET,
    TRIPLES,
    UnknownThingError,
    having,
)
from llmrl_runner.envs.network_batch import NetworkBatch, NotCoveredError, SerialNetworkBatch

NAMES = (
    *("agent column", "agent row", "direction", "carried kind", "carried colour"),
    *("goal column", "goal row", "wanted column", "wanted row"),
    *("key column", "key row", "ball column", "ball row", "box column", "box row"),
    *("door column", "door row", "door state", "locked door column", "locked door row"),
    *("open doors", "steps"),
)
FAR = 1 << 20  # further than any cell is
NOTHING = -1  # where there is no such thing


def _distances() -> IntArray:
    """What is added to a cell's distance for each kind that is looked for: 0 where it is one, FAR where not.

    (128, 7): by look and target bit; goal, what is wanted, key, ball, box, door, locked door.
    """
    kinds = [
        having("goal"),
        having("key"),
        having("ball"),
        having("box"),
        having("door"),
        having("door", state="locked"),
    ]
    is_kind = np.tile(np.stack(kinds, axis=1), (2, 1))
    is_wanted = np.arange(2 * COUNT)[:, np.newaxis] >= TARGET
    return np.where(np.hstack([is_kind[:, :1], is_wanted, is_kind[:, 1:]]), 0, FAR)


_AWAY = _distances()
DOOR = 5  # its column in _AWAY
_STATES: IntArray = np.where(having("door"), TRIPLES[:, 2].astype(np.int64), NOTHING)  # 0 open, 1 closed, 2 locked


def _carried() -> IntArray:
    """Kind and colour (64, 2) of each look in the hand: 0 for none; 1 key, 2 ball, 3 box; 1 red, 2 green, and so on."""
    numbers = np.zeros((COUNT, 2), dtype=np.int64)
    for look, (kind, _, _) in enumerate(LOOKS):
        if kind in MOVABLE:
            numbers[look] = MOVABLE.index(kind) + 1, TRIPLES[look, 1] + 1
    return numbers


_CARRIED = _carried()


class MiniGridRows:
    """Rows with the fields NAMES, of a MiniGridBatch or of environments in a row: see RewardRows.

    Of several things of a kind the nearest counts, by columns and rows, with equal ones the first in reading order;
    -1 where there is none. What is carried is nowhere. `wanted` is the one thing that is to be picked up, where a
    mission is about one. Raises ConfigError where `env.reward_fields` names other fields, or a batch is another's.
    """

    def __init__(self, config: EnvConfig) -> None:
        self.fields: Sequence[FieldConfig] = tuple(config.reward_fields)
        if tuple(field.name for field in self.fields) != NAMES:
            raise ConfigError("env.reward_fields", f"MiniGridRows gives these and no others: {', '.join(NAMES)}")
        self._config = config
        self._copies: Boards | None = None

    def rows(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> FloatArray:
        """See RewardRows."""
        kind: object = batch
        if isinstance(kind, MiniGridBatch):
            return state_rows(kind.boards, slots)
        if isinstance(kind, SerialNetworkBatch):
            return state_rows(self._copied(kind, slots), slots)
        raise ConfigError("env.reward_rows", f"MiniGridRows can't look into {type(batch).__name__}")

    def _copied(self, batch: SerialNetworkBatch, slots: IntArray) -> Boards:
        """The worlds in `slots`, as they stand, on boards."""
        worlds = batch.worlds(slots)
        if self._copies is None:
            self._copies = Boards(batch.size, worlds[0].width, worlds[0].height, 1)
        for slot, world in zip(slots.tolist(), worlds, strict=True):
            try:
                self._copies.begin(slot, world, _wanted(world, self._copies))
            except UnknownThingError as error:
                problem = f"MiniGridRows doesn't know what {self._config.id} holds: {error}"
                raise ConfigError("env.reward_rows", problem) from error
            self._copies.steps[slot] = world.step_count
        return self._copies


def state_rows(boards: Boards, slots: IntArray) -> FloatArray:
    """Rows (m, 22) of the fields NAMES."""
    codes = boards.codes(slots).reshape(len(slots), -1)
    agents = boards.positions(slots)
    rows = np.empty((len(slots), len(NAMES)))
    rows[:, :2] = agents
    rows[:, 2] = boards.facing[slots]
    rows[:, 3:5] = _CARRIED[boards.carried[slots] & LOOK]
    cells = _nearest(codes, agents, boards.width)
    places = np.stack([cells % boards.width, cells // boards.width], axis=2)
    places[cells < 0] = NOTHING
    rows[:, 5:17] = places[:, : DOOR + 1].reshape(len(slots), -1)
    doors = cells[:, DOOR]
    rows[:, 17] = np.where(doors < 0, NOTHING, _STATES[codes[np.arange(len(slots)), doors] & LOOK])
    rows[:, 18:20] = places[:, DOOR + 1]
    rows[:, 20] = OPEN_DOOR[codes & LOOK].sum(axis=1)
    rows[:, 21] = boards.steps[slots]
    return rows


def _nearest(codes: IntArray, agents: IntArray, width: int) -> IntArray:
    """The cell (m, 7), row by row, of the nearest thing of each kind in _AWAY; -1 where there is none."""
    rows, columns = np.divmod(np.arange(codes.shape[1]), width)
    away = np.abs(columns - agents[:, :1]) + np.abs(rows - agents[:, 1:])
    distances = away[:, :, np.newaxis] + _AWAY[codes & (LOOK | TARGET)]
    cells = distances.argmin(axis=1)
    found = np.take_along_axis(distances, cells[:, np.newaxis], axis=1)[:, 0] < FAR
    return np.where(found, cells, NOTHING)


def _wanted(world: Any, boards: Boards) -> Sequence[Any]:
    """The things that a mission is about; none where the rules, or the mission, aren't known here."""
    try:
        return rule_of(world)(boards).targets(world)
    except (NotCoveredError, UnknownThingError):
        return ()
