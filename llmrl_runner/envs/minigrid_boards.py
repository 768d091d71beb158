"""Many MiniGrid worlds in arrays, and the step that all of its environments share, taken in all of them at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from minigrid.core.actions import Actions

from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.minigrid_looks import (
    COUNT,
    EMPTY,
    INSIDE,
    LOOK,
    LOOKS,
    MOVABLE,
    WALL,
    code_of,
    having,
    look_of,
    turned,
)
from llmrl_runner.envs.minigrid_sight import AHEAD

# What an action does, given what is ahead. In this order: those that move the agent, none, those that change a cell.
MOVE, REACH, BURN, NOTHING, TAKE, PUT, SWING, UNLOCK, BREAK = range(9)
LEFT_OR_RIGHT: IntArray = np.array([-1, 1, 0, 0, 0, 0, 0])


def _effects() -> IntArray:
    """The effect of each action on each look ahead (7, 64)."""
    effects = np.full((len(Actions), COUNT), NOTHING)
    effects[Actions.forward, having("empty", "floor") | having("door", state="open")] = MOVE
    effects[Actions.forward, having("goal")] = REACH
    effects[Actions.forward, having("lava")] = BURN
    effects[Actions.pickup, having(*MOVABLE)] = TAKE
    effects[Actions.drop, EMPTY] = PUT
    effects[Actions.toggle, having("door")] = SWING
    effects[Actions.toggle, having("door", state="locked")] = UNLOCK
    effects[Actions.toggle, having("box")] = BREAK
    return effects


def _keys() -> IntArray:
    """The look of the key that fits, for each look of a door (64,); -1 for what no key fits."""
    keys = [look_of["key", colour, ""] if kind == "door" else -1 for kind, colour, _ in LOOKS]
    return np.array(keys + [-1] * (COUNT - len(LOOKS)))


_EFFECTS, _KEYS = _effects(), _keys()
_SWUNG = np.where(having("door", state="open"), turned("open", "closed"), turned("closed", "open"))
_TOGGLED: IntArray = np.where(having("door", state="locked"), turned("locked", "open"), _SWUNG) - np.arange(COUNT)


class Turn(NamedTuple):
    """One step in some of the worlds, each (m,): which, the actions, their effects, and the code carried before."""

    slots: IntArray
    actions: AnyArray
    effects: IntArray
    held: IntArray


class Boards:
    """`size` worlds of `width` x `height` cells, with `margin` cells of wall around each.

    cells: codes (minigrid_looks.py), flat. places: where in `cells` each agent is. facing: its direction. carried: the
    code of what it carries. steps: how many it has taken; max_steps: after how many it is cut off.
    """

    def __init__(self, size: int, width: int, height: int, margin: int) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.stride = width + 2 * margin
        self.area = self.stride * (height + 2 * margin)
        self._grids: IntArray = np.full((size, height + 2 * margin, self.stride), WALL)
        self.cells = self._grids.reshape(-1)
        self._ahead = np.array([dx + dy * self.stride for dx, dy in AHEAD])
        self.places, self.facing, self.carried, self.steps = np.zeros((4, size), dtype=np.int64)
        self.max_steps = np.ones(size, dtype=np.int64)

    def begin(self, slot: int, world: Any, targets: Sequence[Any] = ()) -> None:
        """Take over a world of minigrid's that has just been laid out; `targets` are what its mission is about.

        Raises UnknownThingError where there are other things than minigrid's own.
        """
        self.fill(slot, [EMPTY if thing is None else code_of(thing, targets) for thing in world.grid.grid])
        self.places[slot] = self.place(slot, world.agent_pos)
        self.facing[slot], self.carried[slot], self.steps[slot] = world.agent_dir, code_of(world.carrying, targets), 0
        self.max_steps[slot] = world.max_steps

    def fill(self, slot: int, codes: list[int]) -> None:
        """Put these codes into a world's cells, row by row."""
        margin = self.margin
        inner = self._grids[slot, margin : margin + self.height, margin : margin + self.width]
        inner[:] = np.array(codes).reshape(self.height, self.width)

    def place(self, slot: int, cell: tuple[int, int]) -> int:
        """Where in `cells` the cell (column, row) of a world is."""
        column, row = cell
        return slot * self.area + (int(row) + self.margin) * self.stride + int(column) + self.margin

    def positions(self, slots: IntArray) -> IntArray:
        """Column and row (m, 2) of the agents."""
        rows, columns = np.divmod(self.places[slots] - slots * self.area, self.stride)
        return np.stack([columns, rows], axis=1) - self.margin

    def codes(self, slots: IntArray) -> IntArray:
        """The codes (m, height, width) of the cells of worlds, without the margin."""
        margin = self.margin
        return self._grids[slots, margin : margin + self.height, margin : margin + self.width]

    def ahead(self, slots: IntArray) -> IntArray:
        """Where the cells (m,) are that the agents face."""
        ahead: IntArray = self.places[slots] + self._ahead[self.facing[slots]]
        return ahead

    def step(self, slots: IntArray, actions: AnyArray) -> Turn:
        """`MiniGridEnv.step` of minigrid 3.2, but for what it pays and observes."""
        places, facing = self.places[slots], self.facing[slots]
        ahead = places + self._ahead[facing]
        codes = self.cells[ahead]
        effects = _EFFECTS[actions, codes & LOOK]
        turn = Turn(slots, actions, effects, self.carried[slots])
        self.places[slots] = np.where(effects < NOTHING, ahead, places)
        self.facing[slots] = facing + LEFT_OR_RIGHT[actions] & 3
        self.steps[slots] += 1
        changing = np.flatnonzero(effects > NOTHING)
        if len(changing):
            self._change(slots[changing], ahead[changing], codes[changing], effects[changing])
        return turn

    def _change(self, slots: IntArray, ahead: IntArray, codes: IntArray, effects: IntArray) -> None:
        """What taking, putting and toggling leave in the cells ahead and in the agents' hands."""
        held = self.carried[slots]
        looks = codes & LOOK
        swaps = np.where(held == EMPTY, effects == TAKE, effects == PUT)
        toggles = (effects == SWING) | ((effects == UNLOCK) & (held & LOOK == _KEYS[looks]))
        left = np.where(effects == BREAK, codes >> INSIDE, codes + toggles * _TOGGLED[looks])
        self.cells[ahead] = np.where(swaps, held, left)
        self.carried[slots] = np.where(swaps, codes, held)
