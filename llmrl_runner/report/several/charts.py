"""Charts of the page as small SVG: lines in the colours of their arms, which follow the page into the dark.

A chart is as wide as a phone, so that its letters are as large on a desk, where several stand side by side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from llmrl_runner.report.several.bootstrap import Floats

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 40  # around the plot
UNDER, OVER = 12, 5  # from a rule to the foot of its name below or, where there is no room, above it
TICKS = 4
NICE = (1, 2, 2.5, 5, 10)  # times a power of ten: steps between ticks
DASHES = ("", "6 3", "2 2.5", "8 3 2 3")
DOTS = "1 3"  # of a run that counts in no mean
COLOURS = 7
MANY_TIMES = 100  # as far apart ends of an axis are only told apart by powers of ten
THOUSAND, MILLION = 1e3, 1e6


@dataclass(frozen=True)
class Line:
    """Values (k,) at places (k,), with a band (2, k) where there is one. place: the number of its arm. words: what
    a pointer over it is told. is_faint: of a single run that counts in no mean."""

    place: int
    places: Floats
    values: Floats
    words: str
    band: Floats | None = None
    is_stepped: bool = False
    is_faint: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines over an axis.

    rules: at most two levels with a name, which stand at either end. ends: of the upright axis, where they aren't the
    lines' own.
    """

    words: str
    across: str
    upright: str
    lines: Sequence[Line]
    rules: Sequence[tuple[float, str]] = ()
    ends: tuple[float, float] | None = None
    is_share: bool = False
    may_be_logarithmic: bool = field(default=False)


class Scale:
    """From the values of an axis to pixels."""

    def __init__(self, low: float, high: float, start: float, end: float, is_logarithmic: bool = False) -> None:
        self.low, self.high = low, high if high > low else low + (abs(low) or 1.0)
        self.start, self.end, self.is_logarithmic = start, end, is_logarithmic

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, value = (math.log10(each) if self.is_logarithmic else each for each in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self) -> list[float]:
        """Round values along it."""
        return _powers(self.low, self.high) if self.is_logarithmic else round_steps(self.low, self.high)


def is_spread(places: Sequence[Floats]) -> bool:
    """Whether places on an axis, all above 0, are so far apart that it should be logarithmic."""
    everything = np.concatenate(list(places)) if places else np.empty(0)
    return bool(len(everything)) and float(everything.min()) > 0 and everything.max() / everything.min() > MANY_TIMES


def svg_of(chart: Chart) -> str:
    """The chart as an <svg> element."""
    places = [line.places for line in chart.lines]
    across = Scale(*_extent(places), LEFT, WIDTH - RIGHT, chart.may_be_logarithmic and is_spread(places))
    upright = Scale(*(chart.ends or _upright_extent(chart)), HEIGHT - BOTTOM, TOP)
    parts = [*_axes(chart, across, upright), *_rules(chart, upright)]
    parts += [part for line in chart.lines for part in _band(line, across, upright)]
    parts += [part for line in chart.lines for part in _line(line, across, upright)]
    label = escape(chart.words, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def round_steps(low: float, high: float) -> list[float]:
    """About TICKS round values from low to high."""
    raw = (high - low) / TICKS
    power = 10 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    step = next(nice * power for nice in NICE if nice * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_words(value: float) -> str:
    """`1.2M`, `20k`, `0.5`."""
    for unit, name in ((MILLION, "M"), (THOUSAND, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.4g}{name}"
    return f"{value:.4g}" if abs(value) > 1e-9 else "0"


def _powers(low: float, high: float) -> list[float]:
    return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def _extent(arrays: Sequence[Floats]) -> tuple[float, float]:
    everything = np.concatenate(list(arrays))
    return float(everything.min()), float(everything.max())


def _upright_extent(chart: Chart) -> tuple[float, float]:
    arrays = [line.values for line in chart.lines] + [
        line.band.ravel() for line in chart.lines if line.band is not None
    ]
    low, high = _extent([*arrays, np.array([level for level, _ in chart.rules])])
    room = 0.05 * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _axes(chart: Chart, across: Scale, upright: Scale) -> list[str]:
    foot = HEIGHT - BOTTOM
    parts = []
    for tick in upright.ticks():
        y, words = upright.at(tick), f"{100 * tick:.0f} %" if chart.is_share else tick_words(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{words}</text>')
    for tick in across.ticks():
        parts.append(f'<text x="{across.at(tick):.1f}" y="{foot + 15}" text-anchor="middle">{tick_words(tick)}</text>')
    axis = f"{chart.across}{', powers of ten' if across.is_logarithmic else ''}"
    parts.append(f'<path class="foot" d="M{LEFT} {foot}H{WIDTH - RIGHT}"/>')
    middle, height = (LEFT + WIDTH - RIGHT) / 2, (TOP + foot) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(axis)}</text>')
    turned = f'transform="rotate(-90 11 {height})"'
    parts.append(f'<text x="11" y="{height}" text-anchor="middle" {turned}>{escape(chart.upright)}</text>')
    return parts


def _rules(chart: Chart, upright: Scale) -> list[str]:
    parts = []
    for (level, name), (x, anchor) in zip(chart.rules, ((WIDTH - RIGHT, "end"), (LEFT, "start")), strict=False):
        y = upright.at(level)
        foot = y + UNDER if y + UNDER < HEIGHT - BOTTOM else y - OVER
        parts.append(f'<path class="rule" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="name" x="{x}" y="{foot:.1f}" text-anchor="{anchor}">{escape(name)}</text>')
    return parts


def _band(line: Line, across: Scale, upright: Scale) -> list[str]:
    if line.band is None or len(line.places) < 2:
        return []
    low, high = (_corners(line, values, across, upright) for values in line.band)
    return [f'<path class="band" style="--c:var(--arm-{line.place % COLOURS})" d="{_path(high + low[::-1])}Z"/>']


def _line(line: Line, across: Scale, upright: Scale) -> list[str]:
    style = f'style="--c:var(--arm-{line.place % COLOURS})"'
    dash = DOTS if line.is_faint else DASHES[line.place // COLOURS % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    words = f"<title>{escape(line.words)}</title>"
    corners = _corners(line, line.values, across, upright)
    parts = [f'<path class="line{" faint" * line.is_faint}" {style}{dashed} d="{_path(corners)}">{words}</path>']
    if len(line.places) == 1 or not line.is_faint:
        x, y = corners[-1]
        bounds = line.band[:, -1] if line.band is not None and len(line.places) == 1 else None
        if bounds is not None:
            low, high = (upright.at(float(bound)) for bound in bounds)
            parts.append(f'<path class="line" {style} d="M{x:.1f} {low:.1f}V{high:.1f}"/>')
        parts.append(f'<circle {style} cx="{x:.1f}" cy="{y:.1f}" r="3.2">{words}</circle>')
    return parts


def _corners(line: Line, values: Floats, across: Scale, upright: Scale) -> list[tuple[float, float]]:
    points = [(across.at(float(x)), upright.at(float(y))) for x, y in zip(line.places, values, strict=True)]
    if not line.is_stepped:
        return points
    steps = [points[0]]
    for x, y in points[1:]:
        steps += [(x, steps[-1][1]), (x, y)]
    return steps


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
