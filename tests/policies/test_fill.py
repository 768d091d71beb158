"""What becomes of the cells that no row covers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from llmrl_runner.policies.fill import FILLS, fill_table
from llmrl_runner.policies.table_text import NO_CHOICE

BINS = (3, 4)
RNG = np.random.default_rng(0)  # only fill=random draws from it


@given(arrays(np.int64, (12, 2), elements=st.integers(0, 2)), st.lists(st.booleans(), min_size=11, max_size=11))
def test_every_fill_decides_every_cell_and_keeps_those_that_were_covered(entries: np.ndarray, gaps: list[bool]) -> None:
    holes = entries.copy()
    missing = np.array([False, *gaps])
    holes[missing] = NO_CHOICE

    for fill in FILLS:
        filled = fill_table(holes, BINS, 3, fill, rng=RNG, incumbent=entries)
        assert filled.min() >= 0
        np.testing.assert_array_equal(filled[~missing], entries[~missing])


def test_best_takes_the_incumbents_entries_and_nearest_where_there_is_none() -> None:
    entries = np.array([[1], [NO_CHOICE], [NO_CHOICE], [2]])
    incumbent = np.array([[0], [0], [3], [0]])

    assert fill_table(entries, (4,), 4, "best", rng=RNG, incumbent=incumbent).ravel().tolist() == [1, 0, 3, 2]
    assert fill_table(entries, (4,), 4, "best", rng=RNG).ravel().tolist() == [1, 1, 2, 2]


@given(arrays(np.int64, (3, 4, 2), elements=st.integers(-1, 2)))
def test_nearest_takes_a_covered_cell_at_the_smallest_distance(grid: np.ndarray) -> None:
    covered = np.argwhere(grid[..., 0] != NO_CHOICE)
    if not len(covered):
        return

    filled = fill_table(grid.reshape(-1, 2), BINS, 3, "nearest", rng=RNG).reshape(grid.shape)

    for cell in np.argwhere(grid[..., 0] == NO_CHOICE):
        distances = np.square(covered - cell).sum(axis=1)
        nearest = covered[distances == distances.min()]
        assert any((filled[tuple(cell)] == grid[tuple(other)]).all() for other in nearest)


def test_random_follows_its_generator_and_default_its_number() -> None:
    entries = np.full((50, 1), NO_CHOICE)

    first, second = (fill_table(entries, (50,), 4, "random", rng=np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(first, second)
    assert set(first.ravel()) == {0, 1, 2, 3}
    assert set(fill_table(entries, (50,), 4, "default", rng=RNG, default=2).ravel()) == {2}


def test_what_can_not_be_filled_is_refused() -> None:
    empty = np.full((4, 1), NO_CHOICE)

    with pytest.raises(ValueError, match="no cell is covered"):
        fill_table(empty, (4,), 2, "nearest", rng=RNG)
    with pytest.raises(ValueError, match="default action 2 is out of range 0-1"):
        fill_table(empty, (4,), 2, "default", rng=RNG, default=2)
    with pytest.raises(ValueError, match="fill must be one of best, nearest, random, default, not `zero`"):
        fill_table(empty, (4,), 2, "zero", rng=RNG)
