"""What an agent may see of a MiniGrid environment, cell by cell of its view, from a sample of its layouts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.envs.minigrid_boards import Boards
from llmrl_runner.envs.minigrid_looks import (
    COUNT,
    EMPTY,
    INSIDE,
    LOOK,
    MOVABLE,
    OPAQUE,
    UNKNOWN,
    UnknownThingError,
    code_of,
    having,
    turned,
)
from llmrl_runner.envs.minigrid_sight import Sight

LAYOUTS = 64  # so many that what is drawn evenly from six colours shows each of them, but for one time in 20,000
FACING: IntArray = np.arange(4)

_OPENED = turned("locked", "open")[turned("closed", "open")]
_CLOSED = turned("open", "closed")
_MOVABLE = having(*MOVABLE)


@dataclass(frozen=True)
class Survey:
    """Which looks (cells, 64) each cell of the view may have, and the missions that came up."""

    seen: BoolArray
    missions: list[str]


def survey(world: Any) -> Survey:
    """Look around in the layouts of seeds 0 to LAYOUTS - 1, from wherever the agent can get to.

    With doors as they are and all open; whatever can be carried may lie wherever nothing lies.
    """
    size = world.agent_view_size
    boards = Boards(1, world.width, world.height, size - 1)
    sight = Sight(size, boards.stride, world.see_through_walls)
    seen = np.zeros((size * size, COUNT), dtype=bool)
    things = np.zeros(COUNT, dtype=bool)
    missions = []
    for seed in range(LAYOUTS):
        world.reset(seed=seed)
        missions.append(world.mission)
        codes = [_code(thing) for thing in world.grid.grid]
        things[_with_contents(codes)] = True
        boards.fill(0, codes)
        _look_around(boards.cells, _within_reach(boards, boards.place(0, world.agent_pos)), sight, seen)
    _add_what_actions_do(seen, things & _MOVABLE, sight.own)
    return Survey(seen, missions)


def without_observing(world: Any) -> Any:
    """The same world of minigrid's, whose resets lay it out without computing what is seen of it."""
    world.gen_obs = _nothing
    return world


def _nothing() -> None:
    """In the place of `gen_obs`."""


def _code(thing: Any) -> int:
    try:
        return code_of(thing)
    except UnknownThingError:
        return UNKNOWN


def _with_contents(codes: list[int]) -> list[int]:
    """The looks of all things, in boxes too."""
    looks, rest = [], [code for code in codes if code]
    while rest:
        looks += [code & LOOK for code in rest]
        rest = [code >> INSIDE for code in rest if code >> INSIDE]
    return looks


def _within_reach(boards: Boards, start: int) -> IntArray:
    """Places that the agent can get to through doors, whatever lies in the way."""
    is_wall = having("wall")[boards.cells & LOOK].tolist()
    reached, rest = {start}, [start]
    while rest:
        place = rest.pop()
        beside = {place + step for step in (1, -1, boards.stride, -boards.stride)} - reached
        free = [other for other in beside if not is_wall[other]]
        reached.update(free)
        rest += free
    return np.array(sorted(reached))


def _look_around(cells: IntArray, places: IntArray, sight: Sight, seen: BoolArray) -> None:
    """Note what is seen from each of the places in each direction, with doors as they are and all open."""
    view = np.arange(len(seen))
    for opened in (cells & LOOK, _OPENED[cells & LOOK]):
        free = places[~OPAQUE[opened[places]]]
        standing, facing = np.repeat(free, len(FACING)), np.tile(FACING, len(free))
        seen[view, sight.looks(opened, standing, facing, np.zeros_like(standing))] = True


def _add_what_actions_do(seen: BoolArray, movable: BoolArray, own: int) -> None:
    """Things may be taken from where they lie and put where nothing lies, and open doors closed."""
    seen[:, EMPTY] |= (seen & movable).any(axis=1)
    seen |= np.outer(seen[:, EMPTY], movable)
    for look in np.flatnonzero(np.arange(COUNT) != _CLOSED):
        seen[:, _CLOSED[look]] |= seen[:, look]
    seen[own] = movable
    seen[own, EMPTY] = True
