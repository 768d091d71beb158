"""What a MiniGrid agent sees, for many agents at once: the view by crop and rotation, hidden cells by table."""

from functools import cache

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.minigrid_looks import LOOK, OPAQUE, UNSEEN

AHEAD = ((1, 0), (0, 1), (-1, 0), (0, -1))  # columns and rows of a step in minigrid's directions 0 to 3
LARGEST = 9  # wider views than this need too large a table

_IS_OPAQUE: AnyArray = OPAQUE.astype(np.uint8)


class Sight:
    """Views of `size` x `size` cells in grids that lie in one flat array, `stride` cells a row.

    Cells of a view are in rows, the farthest first, each from left to right; the agent stands in the last one's
    middle.
    Around each grid there must be `size` - 1 cells of wall.
    """

    def __init__(self, size: int, stride: int, sees_through_walls: bool) -> None:
        self.own = size * size - 1 - size // 2  # the agent's own cell in the view
        self._size = size
        self._offsets = np.array([_offsets(size, stride, *ahead) for ahead in AHEAD])
        self._table = None if sees_through_walls else _sweeps(size)
        self._rows = _rows(size)

    def looks(self, cells: IntArray, places: IntArray, facing: IntArray, carried: IntArray) -> IntArray:
        """Looks (m, size * size) of what agents at `places` (m,) see; what they carry shows at their own cell.

        cells: codes, flat; facing: directions (m,) 0 to 3; carried: codes (m,).
        """
        looks: IntArray = cells[places[:, np.newaxis] + self._offsets[facing]]
        looks &= LOOK
        hidden = None if self._table is None else self._hidden(looks)
        looks[:, self.own] = carried & LOOK
        if hidden is not None:
            np.copyto(looks, UNSEEN, where=hidden)
        return looks

    def _hidden(self, looks: IntArray) -> BoolArray:
        """Which cells (m, size * size) the agents don't see: row by row from their own, as `visible` says."""
        assert self._table is not None
        count, size = len(looks), self._size
        opaque = self._packed(_IS_OPAQUE[looks]).T
        seen, above = self._table
        states = np.empty((size, count), dtype=np.int64)
        next_row = np.full(count, (1 << size // 2) << size)
        for row in range(size - 1, -1, -1):
            np.add(next_row, opaque[row], out=states[row])
            next_row = above[states[row]]
        hidden: BoolArray = self._rows[seen[states.T]].reshape(count, size * size)
        return hidden

    def _packed(self, opaque: AnyArray) -> IntArray:
        """Zeros and ones (m, size * size) as a bit mask a row (m, size), the leftmost cell in the lowest bit."""
        size = self._size
        if size < 8:
            return np.packbits(opaque.reshape(-1, size, size), axis=2, bitorder="little")[:, :, 0].astype(np.int64)
        masks: IntArray = opaque.reshape(-1, size, size) @ (1 << np.arange(size))
        return masks


def visible(mask: IntArray, opaque: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """One row of minigrid's sweep: which of its cells are seen in the end, and which of the row beyond it at first.

    Bit masks (m,), the leftmost cell in the lowest bit. A seen cell that is not opaque shows its neighbours and three
    cells beyond, first from left to right, then back. Source: `Grid.process_vis` of minigrid 3.2.
    """
    beyond = np.zeros_like(mask)
    for cells, side in ((range(size - 1), 1), (range(size - 1, 0, -1), -1)):
        for cell in cells:
            shows = mask >> cell & ~opaque >> cell & 1
            mask = mask | shows << cell + side
            beyond |= shows << cell | shows << cell + side
    return mask, beyond


@cache
def _sweeps(size: int) -> tuple[IntArray, IntArray]:
    """`visible` for each mask * 2**size + opaque: cells that are seen, and the next mask times 2**size."""
    masks, opaque = np.divmod(np.arange(1 << 2 * size), 1 << size)
    seen, beyond = visible(masks, opaque, size)
    return seen, beyond << size


@cache
def _rows(size: int) -> BoolArray:
    """Which cells of a row (2**size, size) are not seen, for each mask of those that are."""
    unseen: BoolArray = (np.arange(1 << size)[:, np.newaxis] >> np.arange(size) & 1) == 0
    return unseen


def _offsets(size: int, stride: int, dx: int, dy: int) -> list[int]:
    """How far in the flat array each cell of the view lies from the agent."""
    steps = [(ahead, right) for ahead in range(size - 1, -1, -1) for right in range(-(size // 2), size // 2 + 1)]
    return [(ahead * dy + right * dx) * stride + ahead * dx - right * dy for ahead, right in steps]
