"""The learning curve of a run over its iterations."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmrl_runner.report.drawing import WIDE, Palette, Size, dress_plainly, legend_above, one_panel
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import Interval, interval, number, optimum_value
from llmrl_runner.runs.wording import score_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HELD_OUT_GAP = 0.08  # to the right of the last iteration, as a share of the axis
MOST_TICKS = 8


@dataclass(frozen=True)
class Curve:
    """What is drawn: each iteration with a score (its index, mean and interval), the best so far, the reference lines.

    `best` is the score of the incumbent after each iteration, None before there is one. `unusable` are the iterations
    whose answer could not be used and which have no score.
    """

    iterations: list[int]
    means: list[float]
    intervals: list[Interval | None]
    best: list[tuple[int, float]]
    unusable: list[int]
    optimum: float | None
    held_out: float | None
    held_out_interval: Interval | None

    @property
    def last(self) -> int:
        """The last iteration's index."""
        return max([*self.iterations, *self.unusable])


def curve_of(run: RunRecord) -> Curve | None:
    """The curve of a run, None where no iteration has a score."""
    scored = [(record, number(record.metrics, "return_mean")) for record in run.iterations]
    known = [(record, mean) for record, mean in scored if mean is not None]
    if not known:
        return None
    return Curve(
        iterations=[record.index for record, _ in known],
        means=[mean for _, mean in known],
        intervals=[interval(record.metrics, "return_ci95") for record, _ in known],
        best=_best_so_far(run),
        unusable=[record.index for record, mean in scored if mean is None],
        optimum=optimum_value(run.result),
        held_out=number(run.result, "held_out", "return_mean"),
        held_out_interval=interval(run.result, "held_out", "return_ci95"),
    )


def _best_so_far(run: RunRecord) -> list[tuple[int, float]]:
    """Nothing where a model acts: its rounds are counted, none is kept for being the best."""
    best: list[tuple[int, float]] = []
    if not run.has_search:
        return best
    for record in run.iterations:
        mean = number(record.metrics, "return_mean")
        if record.is_best and mean is not None:
            best.append((record.index, mean))
        elif best:
            best.append((record.index, best[-1][1]))
    return best


def draw(curve: Curve, palette: Palette, size: Size) -> "Figure":
    """Draw the curve with matplotlib, without touching its global state."""
    figure, axes = one_panel(size)
    _draw_references(axes, curve, palette)
    _draw_scores(axes, curve, palette)
    _draw_held_out(axes, curve, palette)
    _dress(axes, curve, palette, is_narrow=size[0] < WIDE[0])
    return figure


def _draw_references(axes: "Axes", curve: Curve, palette: Palette) -> None:
    if curve.optimum is not None:
        label = f"optimum {score_words(curve.optimum)}"
        axes.axhline(curve.optimum, color=palette.good, linestyle=(0, (5, 3)), linewidth=1.4, label=label)
    if curve.best:
        # Steps run on to the edge of the last iteration, where the incumbent still stands.
        indices, scores = zip(*[*curve.best, (curve.best[-1][0] + 0.4, curve.best[-1][1])], strict=True)
        axes.step(indices, scores, where="post", color=palette.accent, linewidth=2.2, label="best so far")


def _draw_scores(axes: "Axes", curve: Curve, palette: Palette) -> None:
    for index, bounds in zip(curve.iterations, curve.intervals, strict=True):
        if bounds is not None:
            axes.vlines(index, *bounds, color=palette.muted, linewidth=2)
    label = "iteration, 95 % interval"
    axes.plot(curve.iterations, curve.means, "o", color=palette.ink, markersize=5.5, label=label)
    if curve.unusable:
        # At the foot of the axes, whatever the scores are.
        feet = [0.03] * len(curve.unusable)
        place = axes.get_xaxis_transform()
        axes.plot(
            curve.unusable, feet, "x", color=palette.bad, markersize=7, label="no score", transform=place, clip_on=False
        )


def _draw_held_out(axes: "Axes", curve: Curve, palette: Palette) -> None:
    if curve.held_out is None:
        return
    place = curve.last + max(0.8, HELD_OUT_GAP * curve.last)
    if curve.held_out_interval is not None:
        axes.vlines(place, *curve.held_out_interval, color=palette.accent, linewidth=2)
    axes.plot([place], [curve.held_out], "D", color=palette.accent, markersize=7, label="held-out")


def _dress(axes: "Axes", curve: Curve, palette: Palette, is_narrow: bool) -> None:
    axes.set_xlabel("iteration")
    axes.set_ylabel("return")
    axes.set_xticks(range(0, curve.last + 1, max(1, math.ceil(curve.last / MOST_TICKS))))
    axes.margins(x=0.06, y=0.12)
    dress_plainly(axes, palette)
    legend_above(axes, palette, columns=2 if is_narrow else 5)
