"""A table of any number of fields laid out in the plane: panels over some fields, in each a map over two others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmrl_runner.envs.arrays import IntArray

GAP = -1  # stands between panels


@dataclass(frozen=True)
class Layout:
    """Which dimension of the table goes where, each a tuple of dimensions, the last running fastest.

    down, across: from panel to panel. y, x: within a panel; y counts downwards where `is_map`, else upwards.
    """

    down: tuple[int, ...]
    across: tuple[int, ...]
    y: tuple[int, ...]
    x: tuple[int, ...]
    is_map: bool


@dataclass(frozen=True)
class Mosaic:
    """The panels side by side in one image (height, width) of choices, GAP in between.

    top, left: where each row and column of panels begins, in pixels. panel: height and width of one.
    """

    image: IntArray
    top: IntArray
    left: IntArray
    panel: tuple[int, int]


def choose_layout(names: Sequence[str], bins: Sequence[int]) -> Layout:
    """A layout by the table's shape: a map of row and column where the fields are called so, else panels over the
    fields with the fewest bins, each over two of the rest. Fields of one bin take no room."""
    used = [dimension for dimension, size in enumerate(bins) if size > 1]
    place = {name.split()[-1]: dimension for dimension, name in enumerate(names)}  # `taxi row` is a row as well
    if {place.get("row"), place.get("column")} <= set(used):
        y, x = place["row"], place["column"]
        return _with_panels([other for other in used if other not in (y, x)], (y,), (x,), is_map=True)
    if len(used) < 2:
        return Layout((), (), (), tuple(used), is_map=False)
    x, y = sorted(sorted(used, key=lambda dimension: (bins[dimension], dimension))[-2:])
    return _with_panels([other for other in used if other not in (x, y)], (y,), (x,), is_map=False)


def mosaic(grid: IntArray, layout: Layout) -> Mosaic:
    """The table's choices `grid` (one dimension a field) as one image."""
    panels = _panels(grid, layout)
    rows, columns, height, width = panels.shape
    gap = 1 if max(height, width) <= 12 else 2
    top, left = (np.arange(count) * (size + gap) for count, size in ((rows, height), (columns, width)))
    image = np.full((top[-1] + height, left[-1] + width), GAP, dtype=np.int64)
    for row, column in np.ndindex(rows, columns):
        image[top[row] : top[row] + height, left[column] : left[column] + width] = panels[row, column]
    return Mosaic(image, top, left, (height, width))


def _with_panels(others: list[int], y: tuple[int, ...], x: tuple[int, ...], *, is_map: bool) -> Layout:
    """One further field makes a row of panels, several make rows and columns."""
    half = len(others) // 2
    return Layout(tuple(others[:half]), tuple(others[half:]), y, x, is_map)


def _panels(grid: IntArray, layout: Layout) -> IntArray:
    """Choices as (rows of panels, columns of panels, height, width), top down."""
    groups = (layout.down, layout.across, layout.y, layout.x)
    unused = [dimension for dimension in range(grid.ndim) if dimension not in sum(groups, ())]
    shape = [int(np.prod([grid.shape[dimension] for dimension in group])) for group in groups]
    panels = grid.transpose(*unused, *sum(groups, ())).reshape(shape)
    return panels if layout.is_map else panels[:, :, ::-1]
