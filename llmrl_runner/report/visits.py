"""Heat maps of where agents stood in a grid, early and late in training, drawn as the world is: row 0 on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.drawing import Palette, Size, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 5
COLOURS = "viridis"
SHADES = 64
GAMMA = 0.5  # square root of the share: cells that are seldom visited stay apart from those that never are


@dataclass(frozen=True)
class VisitRow:
    """A row of heat maps: its label, the steps of each map, and maps (k, columns, rows) of counts."""

    label: str
    steps: Sequence[int]
    maps: NDArray[np.int64]


def visit_row(label: str, steps: NDArray[np.int64], visits: NDArray[np.int64], panels: int = PANELS) -> VisitRow:
    """The first evaluation, the last, and some between, closer together at the beginning, where most is learned.

    steps (k,), visits (k, columns, rows).
    """
    places = _places(len(steps), panels)
    return VisitRow(label, [int(steps[k]) for k in places], visits[places])


def _places(count: int, panels: int) -> NDArray[np.int64]:
    """So many of `count` places that each lies about as many times further than the one before."""
    spread = np.rint(np.geomspace(1, count, min(panels, count))).astype(np.int64) - 1
    order = np.arange(len(spread))
    return np.asarray(np.maximum.accumulate(spread - order) + order)  # where rounding made two the same: the next one


def draw_visits(rows: Sequence[VisitRow], palette: Palette, size: Size) -> "Figure":
    """One row of maps below another, with one scale for all: the share of a map's steps that was spent on a cell.

    A cell on which nobody stood is plain. Shares, since agents that reach the goal soon take few steps.
    """
    figure = new_figure(size)
    panels = figure.subplots(len(rows), max(len(row.steps) for row in rows), squeeze=False)
    shares = [_shares(row.maps) for row in rows]
    scale = _scale(max(float(share.max()) for share in shares), palette)
    for row, share, line in zip(rows, shares, panels, strict=True):
        for k, axes in enumerate(line):
            if k < len(row.steps):
                mesh = _draw_map(axes, share[k], scale, palette)
                axes.set_title(_steps_words(row.steps[k]), color=palette.ink, fontsize=9)
            else:
                axes.set_visible(False)
        line[0].set_ylabel(row.label, color=palette.ink, fontsize=10)
        _number_cells(line[0], row, palette)
    _draw_scale(figure, mesh, panels, palette)
    return figure


def _shares(maps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each map's counts as shares in percent; all 0 where nobody stood anywhere."""
    totals = maps.sum(axis=(1, 2), keepdims=True)
    return np.asarray(100 * maps / np.maximum(totals, 1), dtype=np.float64)


def _scale(highest: float, palette: Palette) -> dict[str, Any]:
    from matplotlib import colormaps
    from matplotlib.colors import PowerNorm

    colours = colormaps[COLOURS].resampled(SHADES).with_extremes(bad=palette.line)
    return {"cmap": colours, "norm": PowerNorm(GAMMA, vmin=0, vmax=highest or 1)}


def _draw_map(axes: "Axes", share: NDArray[np.float64], scale: dict[str, Any], palette: Palette) -> Any:
    cells = np.ma.masked_equal(share.T, 0)  # (rows, columns)
    mesh = axes.pcolormesh(cells, **scale, edgecolors="face", linewidth=0.2)
    columns, rows = share.shape
    axes.set_aspect("equal")
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return mesh


def _number_cells(axes: "Axes", row: VisitRow, palette: Palette) -> None:
    """The first and the last column and row of a map by their numbers, at the middle of their cells."""
    _, columns, rows = row.maps.shape
    axes.set_xticks([0.5, columns - 0.5], ["0", str(columns - 1)])
    axes.set_yticks([0.5, rows - 0.5], ["0", str(rows - 1)])
    axes.tick_params(colors=palette.muted, length=0, labelsize=7, pad=2)


def _draw_scale(figure: "Figure", mesh: Any, panels: Any, palette: Palette) -> None:
    bar = figure.colorbar(mesh, ax=list(panels.flat), pad=0.015, aspect=16 + 8 * len(panels), fraction=0.05)
    bar.set_label("% of the steps\n(square-root scale)", color=palette.muted, fontsize=8)
    bar.ax.tick_params(colors=palette.muted, length=0, labelsize=8)
    bar.outline.set_visible(False)


def _steps_words(steps: int) -> str:
    return f"{steps / 1000:,.0f}k steps" if steps >= 1000 else f"{steps} steps"
