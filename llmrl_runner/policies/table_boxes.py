"""A table as few boxes: blocks of neighbouring cells with the same entry, found greedily."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from llmrl_runner.envs.arrays import BoolArray, IntArray

Slices = tuple[slice, ...]
# A box is grown along the dimensions in several orders and the largest is kept; huge tables make do with fewer.
FEW_ORDERS_FROM = 5000


@dataclass(frozen=True)
class Box:
    """The cells first to last, both included, of each field (k,), what they choose (dims,), and how many they are."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    choices: tuple[int, ...]
    cells: int


def boxes_of_table(entries: IntArray, bins: tuple[int, ...]) -> list[Box]:
    """Boxes that give back the table when they are written one after the other, exactly.

    entries (n_cells, dims). The first box is the whole table with its commonest entry; the others hold what differs,
    largest first, and don't contradict each other, so any of them may be left out and the others stay true.
    """
    kinds, numbers = np.unique(entries, axis=0, return_inverse=True)
    grid = numbers.reshape(bins)
    commonest = int(np.bincount(numbers.reshape(-1)).argmax())
    whole = Box((0,) * len(bins), tuple(size - 1 for size in bins), _choices(kinds[commonest]), len(entries))
    found = [
        _box(slices, kinds[kind], cells) for slices, kind, cells in _exceptions(grid, grid == commonest, commonest)
    ]
    return [whole, *sorted(found, key=lambda box: -box.cells)]


def painted(boxes: list[Box], bins: tuple[int, ...]) -> IntArray:
    """The entries (n_cells, dims) that boxes make when written one after the other; the first covers the table."""
    grid: IntArray = np.zeros((*bins, len(boxes[0].choices)), dtype=np.int64)
    for box in boxes:
        grid[tuple(slice(first, last + 1) for first, last in zip(box.first, box.last, strict=True))] = box.choices
    return grid.reshape(-1, grid.shape[-1])


def _exceptions(grid: IntArray, is_right: BoolArray, commonest: int) -> Iterator[tuple[Slices, int, int]]:
    """Boxes (slices, kind, cells that they newly set right) until every cell of `is_right` is True; changes it."""
    orders = _orders(grid)
    same = {kind: grid == kind for kind in np.unique(grid).tolist() if kind != commonest}
    for cell in zip(*np.nonzero(~is_right), strict=True):
        if is_right[cell]:
            continue
        kind = int(grid[cell])
        grown = [_grown(same[kind], cell, order) for order in orders]
        gains = [int((~is_right[slices]).sum()) for slices in grown]
        best = int(np.argmax(gains))
        is_right[grown[best]] = True
        yield grown[best], kind, gains[best]


def _orders(grid: IntArray) -> list[list[int]]:
    """Orders of the dimensions: each one first in turn, then the rest."""
    dimensions = list(range(grid.ndim))
    orders = [[first, *(other for other in reversed(dimensions) if other != first)] for first in reversed(dimensions)]
    return orders if grid.size < FEW_ORDERS_FROM else orders[:2]


def _grown(same: BoolArray, cell: tuple[int, ...], order: list[int]) -> Slices:
    """The largest box around `cell` in which `same` holds everywhere, grown along one dimension after the other."""
    slices = [slice(int(index), int(index) + 1) for index in cell]
    for dimension in order:
        others = tuple(axis for axis in range(same.ndim) if axis != dimension)
        strip = [*slices]
        strip[dimension] = slice(None)
        holds = np.asarray(same[tuple(strip)].all(axis=others)) if others else same
        slices[dimension] = _run_around(holds, int(cell[dimension]))
    return tuple(slices)


def _run_around(holds: BoolArray, index: int) -> slice:
    """The longest run of True in `holds` that contains `index`."""
    gaps = np.flatnonzero(~holds)
    place = int(np.searchsorted(gaps, index))
    first = int(gaps[place - 1]) + 1 if place > 0 else 0
    return slice(first, int(gaps[place]) if place < len(gaps) else len(holds))


def _box(slices: Slices, choices: IntArray, cells: int) -> Box:
    first = tuple(int(part.start) for part in slices)
    last = tuple(int(part.stop) - 1 for part in slices)
    return Box(first, last, _choices(choices), cells)


def _choices(entry: IntArray) -> tuple[int, ...]:
    return tuple(int(choice) for choice in entry)
