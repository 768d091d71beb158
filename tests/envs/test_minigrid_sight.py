"""What is seen of a MiniGrid, against minigrid's own sweep, for walls anywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from minigrid.core.grid import Grid
from minigrid.core.world_object import Door, Wall

from llmrl_runner.envs.minigrid_boards import Boards
from llmrl_runner.envs.minigrid_looks import LOOKS, UNSEEN, code_of
from llmrl_runner.envs.minigrid_sight import Sight

NORTH = 3  # a view to the north has the cells as the grid has them
THINGS = [None, Wall(), Door("red"), Door("blue", is_open=True), Door("green", is_locked=True)]


@pytest.mark.parametrize("size", [3, 5, 7, 9])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_hidden_is_what_minigrid_hides(size: int, data: st.DataObject) -> None:
    chosen = data.draw(arrays(np.int64, (size, size), elements=st.integers(0, len(THINGS) - 1)))
    grid = Grid(size, size)
    grid.grid = [THINGS[number] for number in chosen.ravel()]
    boards = Boards(1, size, size, size - 1)
    boards.fill(0, [code_of(thing) for thing in grid.grid])
    own = (size // 2, size - 1)

    looks = Sight(size, boards.stride, False).looks(
        boards.cells, np.array([boards.place(0, own)]), np.array([NORTH]), np.array([0])
    )

    seen = grid.process_vis(own).T  # columns and rows, as minigrid has them, to rows and columns
    assert np.array_equal((looks != UNSEEN).reshape(size, size), seen)


def test_who_sees_through_walls_sees_what_lies_beyond_the_grid_as_wall() -> None:
    boards = Boards(1, 3, 3, 6)
    boards.fill(0, [0] * 9)

    looks = Sight(7, boards.stride, True).looks(
        boards.cells, np.array([boards.place(0, (1, 1))]), np.array([NORTH]), np.array([0])
    )

    kinds = [LOOKS[look][0] for look in looks[0]]
    assert kinds.count("empty") == 6  # two rows of the grid, the agent's own and the one ahead
    assert kinds.count("wall") == 49 - 6
