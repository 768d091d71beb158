"""The charts as PNG and SVG files, for papers and slides: a picture an axis, and one of the profiles."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from llmrl_runner.files.whole import replacing
from llmrl_runner.report.drawing import LIGHT, dress_plainly, new_figure, show_shares
from llmrl_runner.report.learning_curves import COLOURS
from llmrl_runner.report.several.charts import DASHES, DOTS, Chart, Line, is_spread, tick_words
from llmrl_runner.report.several.figures import curve_chart, places_used, profile_chart, profile_title
from llmrl_runner.report.several.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_WIDTH, PANEL_HEIGHT = 3.7, 2.8  # inches
COLUMNS = 3
LETTER, HANDLE, LEGEND_ROW = 0.078, 0.7, 0.24  # inches: of a label, before it, and from one to the next below it
DPI = 150
Panels = Sequence[tuple[str, Chart]]


def write_pictures(report: Report, to: Path) -> list[Path]:
    """Write the pictures into the folder `to`, each in both forms. Raises OSError where that is not possible."""
    return [path for name, panels in drawings(report) for path in _saved(name, panels, report, to)]


def drawings(report: Report) -> Iterator[tuple[str, Panels]]:
    """The name of each picture, and its panels by their titles."""
    for axis, panels in report.curves.items():
        yield f"curves_{axis}", [(panel.env.name, curve_chart(report, panel)) for panel in panels]
    if report.profiles:
        yield "profiles", [(profile_title(group), profile_chart(group)) for group in report.profiles]


def _saved(name: str, panels: Panels, report: Report, to: Path) -> Iterator[Path]:
    import matplotlib

    figure = _draw(panels, report)
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        for form in ("png", "svg"):
            path = to / f"{name}.{form}"
            with replacing(path) as temporary:
                metadata = {"Date": None} if form == "svg" else None
                figure.savefig(temporary, format=form, dpi=DPI, facecolor="white", metadata=metadata)
            figure.set_layout_engine("none")  # it is laid out by now, and once is slow enough
            yield path


def _draw(panels: Panels, report: Report) -> "Figure":
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    labels = [report.study.arms[place].title for place in places_used([chart for _, chart in panels])]
    legend_columns = _legend_columns(labels, columns)
    height = PANEL_HEIGHT * rows + LEGEND_ROW * (1 + math.ceil(len(labels) / legend_columns))
    figure = new_figure((columns * PANEL_WIDTH, height))
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes, (title, chart) in zip(grid, panels, strict=False):
        _draw_panel(axes, title, chart)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    _draw_legend(figure, report, places_used([chart for _, chart in panels]), legend_columns)
    return figure


def _draw_panel(axes: "Axes", title: str, chart: Chart) -> None:
    for (level, name), (end, away) in zip(chart.rules, (("right", -2), ("left", 2)), strict=False):
        axes.axhline(level, color=LIGHT.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        place, offset = (float(end == "right"), level), (away, -9)
        axes.annotate(name, place, offset, ("axes fraction", "data"), "offset points", ha=end, fontsize=7)
    for line in chart.lines:
        _draw_line(axes, line)
    if chart.may_be_logarithmic and is_spread([line.places for line in chart.lines]):
        axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: tick_words(value))
    axes.yaxis.set_major_formatter(lambda value, _: tick_words(value))
    axes.set_title(title, loc="left", fontsize=10, color=LIGHT.ink)
    axes.set_xlabel(chart.across, fontsize=8.5)
    axes.set_ylabel(chart.upright, fontsize=8.5)
    axes.tick_params(labelsize=8)
    dress_plainly(axes, LIGHT)
    if chart.is_share:
        show_shares(axes)


def _draw_line(axes: "Axes", line: Line) -> None:
    colour, style = _look(line)
    axes.plot(
        line.places,
        line.values,
        color=colour,
        linestyle=style,
        linewidth=1.0 if line.is_faint else 1.8,
        drawstyle="steps-post" if line.is_stepped else "default",
        marker="o" if len(line.places) == 1 else None,
        markersize=4,
    )
    if line.band is not None:
        low, high = line.band
        step: Literal["post"] | None = "post" if line.is_stepped else None
        axes.fill_between(line.places, low, high, color=colour, alpha=0.18, linewidth=0, step=step)


def _look(line: Line) -> tuple[str, Any]:
    """Its arm's colour, and its kind of line."""
    dash = DOTS if line.is_faint else DASHES[line.place // len(COLOURS) % len(DASHES)]
    return COLOURS[line.place % len(COLOURS)], (0, tuple(float(part) / 2 for part in dash.split())) if dash else "-"


def _legend_columns(labels: Sequence[str], panels: int) -> int:
    """As many as the longest label leaves room for."""
    widest = HANDLE + LETTER * max(map(len, labels), default=1)
    return max(1, min(len(labels), int(panels * PANEL_WIDTH / widest)))


def _draw_legend(figure: "Figure", report: Report, places: Sequence[int], columns: int) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for place in places:
        colour, style = _look(Line(place, np.empty(0), np.empty(0), ""))
        label = report.study.arms[place].title
        handles.append(Line2D([], [], color=colour, linestyle=style, linewidth=2, label=label))
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=columns,
        frameon=False,
        labelcolor=LIGHT.ink,
        fontsize=8.5,
        handlelength=2.4,
    )
