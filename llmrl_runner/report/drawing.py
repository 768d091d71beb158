"""Drawings of the report: as picture files on white, and as SVG that follows the page's light or dark colours."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from llmrl_runner.files.whole import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Size = tuple[float, float]  # inches
WIDE: Size = (9.0, 3.7)
NARROW: Size = (4.3, 3.7)
MARGIN = 0.1  # inches
PICTURE_DPI = 130
ALL_SHARES = (-0.04, 1.04)  # the ends of an axis


@dataclass(frozen=True)
class Palette:
    """Colours of a drawing, as #rrggbb."""

    ink: str
    muted: str
    line: str
    accent: str
    good: str
    bad: str


LIGHT = Palette(ink="#1b2430", muted="#5c6778", line="#e2e6ec", accent="#2f6fde", good="#12805c", bad="#b3261e")
# Colours that nothing else has: each is replaced by the page's own variable, which is light or dark as the reader is.
PLACEHOLDERS = Palette("#010101", "#020202", "#030303", "#040404", "#050505", "#060606")

Drawing: TypeAlias = "Callable[[Palette, Size], Figure]"


def save_picture(figure: "Figure", path: Path, dpi: int = PICTURE_DPI) -> Path:
    """Write a drawing as a PNG file, on white."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=dpi, facecolor="white")
    return path


def page_svg(name: str, drawing: Drawing, size: Size) -> str:
    """The drawing as an <svg> element whose colours are the page's `--ink`, `--muted`, `--line`, `--accent` and so on.

    `name` keeps the ids of the drawings on one page apart.
    """
    import matplotlib

    # The text stays text, in the page's font.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{name}-{size[0]}"}):
        figure = drawing(PLACEHOLDERS, size)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    svg = written.getvalue()
    return _in_page_colours(svg[svg.index("<svg") :])


def _in_page_colours(svg: str) -> str:
    for name, colour in vars(PLACEHOLDERS).items():
        svg = svg.replace(colour, f"var(--{name})")
    in_page_font = re.sub(r"font-family: [^;\"]*; ?", "", svg)
    # The style sheet gives the width; the height follows from the view box.
    return re.sub(r' (?:width|height)="[^"]*pt"', "", in_page_font, count=2)


def one_panel(size: Size) -> tuple["Figure", "Axes"]:
    """A figure with one pair of axes, made without touching matplotlib's global state."""
    figure = new_figure(size)
    return figure, figure.add_subplot()


def new_figure(size: Size) -> "Figure":
    """An empty figure that gives its parts the room they need."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size)
    figure.set_layout_engine("constrained", w_pad=MARGIN, h_pad=MARGIN)
    return figure


def dress_plainly(axes: "Axes", palette: Palette) -> None:
    """Horizontal lines and the foot of the axes, in quiet colours."""
    axes.grid(axis="y", color=palette.line, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(colors=palette.muted, length=0)
    axes.xaxis.label.set_color(palette.muted)
    axes.yaxis.label.set_color(palette.muted)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(palette.line)


def show_shares(axes: "Axes") -> None:
    """All of 0 to 100 %, for shares in [0, 1]."""
    axes.set_ylim(*ALL_SHARES)
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")


def legend_above(axes: "Axes", palette: Palette, columns: int) -> None:
    """The legend over the axes, where it hides nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        frameon=False,
        ncols=columns,
        labelcolor=palette.ink,
        handlelength=1.6,
        columnspacing=1.4,
        borderaxespad=0.4,
    )
