"""The learning curve of one run that evaluated as it was trained: return against environment steps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.drawing import WIDE, Palette, Size, dress_plainly, legend_above, one_panel
from llmrl_runner.report.evaluations import GREEDY, SAMPLED, Evaluations
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import Interval, interval, number, optimum_value
from llmrl_runner.runs.wording import score_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEVEL = 0.95
THOUSAND = 1000
HELD_OUT = {SAMPLED: "held_out_sampled", GREEDY: "held_out"}
WORDS = {SAMPLED: "sampled actions", GREEDY: "most likely actions"}
GAP = 0.03  # between the last evaluation and the held-out scores, and between these, as a share of the axis


@dataclass(frozen=True)
class RunCurve:
    """What is drawn: the mean return of each evaluation with its 95 % interval over episodes, by mode, and references.

    steps (k,) environment steps; means (k,) and bounds (2, k) by mode; held_out: mean and interval by mode.
    """

    steps: NDArray[np.int64]
    means: dict[str, NDArray[np.float64]]
    bounds: dict[str, NDArray[np.float64]]
    held_out: dict[str, tuple[float, Interval | None]]
    optimum: float | None


def run_curve_of(run: RunRecord, evaluations: Evaluations) -> RunCurve:
    """The curve of a run's evaluations, with its held-out scores where it has them."""
    held_out = {
        mode: (mean, interval(run.result, key, "return_ci95"))
        for mode, key in HELD_OUT.items()
        if (mean := number(run.result, key, "return_mean")) is not None
    }
    return RunCurve(
        steps=evaluations.steps,
        means={mode: evaluations.means(mode) for mode in evaluations.modes},
        bounds={mode: mean_bounds(evaluations.returns[mode]) for mode in evaluations.modes},
        held_out=held_out,
        optimum=optimum_value(run.result),
    )


def mean_bounds(returns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Student's t interval of the mean of each evaluation's `returns` (k, n), as (2, k); no width where n is 1.

    It is cut at the lowest and highest return that any episode had, since no mean of such episodes lies beyond.
    """
    from scipy.special import stdtrit

    n = returns.shape[1]
    means = returns.mean(axis=1)
    if n < 2:
        return np.stack([means, means])
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * returns.std(axis=1, ddof=1) / np.sqrt(n)
    return np.asarray(np.clip([means - half, means + half], returns.min(), returns.max()))


def draw_run_curve(curve: RunCurve, palette: Palette, size: Size) -> "Figure":
    """Draw the curve with matplotlib, without touching its global state."""
    figure, axes = one_panel(size)
    if curve.optimum is not None:
        label = f"optimum {score_words(curve.optimum)}"
        axes.axhline(curve.optimum, color=palette.good, linestyle=(0, (5, 3)), linewidth=1.4, label=label)
    for mode, colour, line in ((SAMPLED, palette.accent, "-"), (GREEDY, palette.ink, (0, (4, 1.5)))):
        if mode in curve.means:
            _draw_mode(axes, curve, mode, colour, line)
    _draw_held_out(axes, curve, palette)
    axes.set_xlabel("environment steps of training (thousands)")
    axes.set_ylabel("return")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.margins(x=0.02, y=0.08)
    dress_plainly(axes, palette)
    legend_above(axes, palette, columns=5 if size[0] >= WIDE[0] else 2)
    return figure


def _draw_mode(axes: "Axes", curve: RunCurve, mode: str, colour: str, line: object) -> None:
    steps = curve.steps / THOUSAND
    marker = "o" if len(steps) == 1 else None
    axes.plot(steps, curve.means[mode], color=colour, linewidth=2, linestyle=line, marker=marker, label=WORDS[mode])
    axes.fill_between(steps, *curve.bounds[mode], color=colour, alpha=0.15, linewidth=0)


def _draw_held_out(axes: "Axes", curve: RunCurve, palette: Palette) -> None:
    """The held-out scores to the right of the last evaluation, in the colours of their modes."""
    last = float(curve.steps[-1]) / THOUSAND or 1.0
    colours = {SAMPLED: palette.accent, GREEDY: palette.ink}
    for k, (mode, (mean, bounds)) in enumerate(curve.held_out.items()):
        place = last * (1 + GAP * (k + 1))
        if bounds is not None:
            axes.vlines(place, *bounds, color=colours[mode], linewidth=2)
        label = "held-out episodes" if k == len(curve.held_out) - 1 else None
        axes.plot([place], [mean], "D", color=colours[mode], markersize=5.5, label=label)
