"""Return against environment steps, an arm a line: interquartile means over runs with their 95 % bands."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.comparison import Arm, Comparison
from llmrl_runner.report.drawing import LIGHT, dress_plainly, new_figure, show_shares
from llmrl_runner.report.evaluations import GREEDY, RETURN, SAMPLED, SUCCESS
from llmrl_runner.report.intervals import Estimates, iqm, mean
from llmrl_runner.report.learning_captions import threshold_words
from llmrl_runner.runs.wording import score_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people of every colour vision tell apart; lines differ too, for print without colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
PANELS = ((SAMPLED, "sampled actions"), (GREEDY, "most likely actions"))
AXES = {RETURN: "return (IQM over runs)", SUCCESS: "success (mean over seeds)"}
PANEL_WIDTH, PANEL_HEIGHT = 4.8, 3.3  # inches
LEGEND_COLUMNS = 2  # a panel, where the words are short enough
LETTER, HANDLE, LEGEND_ROW = 0.075, 0.65, 0.22  # inches: of a label, before it, and from one to the next below it
THOUSAND, MANY_STEPS = 1000, 10_000
UNITS = {THOUSAND: " (thousands)", 1: ""}


def draw_learning(comparisons: Sequence[Comparison], reps: int) -> "Figure":
    """A row of two panels an environment: with sampled actions, where there are any, and with the most likely ones.

    Each arm stands on the steps at which all its runs were evaluated; nothing is interpolated. reps: resamples of the
    bands, which each hold at their step alone.
    """
    ways = [way for way in PANELS if any(way[0] in arm.modes for each in comparisons for arm in each.arms)]
    labels = _labels(comparisons)
    columns = _legend_columns(list(labels.values()), len(ways))
    height = PANEL_HEIGHT * len(comparisons) + LEGEND_ROW * (1 + -(-len(labels) // columns))
    figure = new_figure((len(ways) * PANEL_WIDTH, height))
    panels = figure.subplots(len(comparisons), len(ways), squeeze=False, sharey="row", sharex="row")
    titles, scale = list(labels), _scale(comparisons)
    for comparison, line in zip(comparisons, panels, strict=True):
        for axes, (mode, words) in zip(line, ways, strict=True):
            for arm in (arm for arm in comparison.arms if mode in arm.modes):
                what = _scores(arm, mode, comparison.measure, reps), arm.steps / scale
                _draw_arm(axes, *what, labels[arm.title], titles.index(arm.title))
            _draw_threshold(axes, comparison.threshold, comparison.measure)
            _dress(axes, f"{comparison.env}, {words}", UNITS[scale])
        line[0].set_ylabel(AXES[comparison.measure])
        if comparison.measure == SUCCESS:
            show_shares(line[0])
    _draw_legend(figure, list(panels.flat), columns)
    return figure


def _labels(comparisons: Sequence[Comparison]) -> dict[str, str]:
    """What the legend says of each arm, in the order of their titles, so that an arm looks the same everywhere."""
    counts: dict[str, list[int]] = defaultdict(list)
    for arm in (arm for comparison in comparisons for arm in comparison.arms):
        counts[arm.title].append(len(arm.runs))
    what = "seed" if all(arm.is_about_rewards for comparison in comparisons for arm in comparison.arms) else "run"
    return {title: f"{title} ({_runs_words(min(found), max(found), what)})" for title, found in sorted(counts.items())}


def _runs_words(fewest: int, most: int, what: str) -> str:
    return f"{fewest} to {most} {what}s" if fewest < most else f"1 {what}" if most == 1 else f"{most} {what}s"


def _scale(comparisons: Sequence[Comparison]) -> int:
    """Thousands of steps, where there are many."""
    last = max(int(arm.steps[-1]) for comparison in comparisons for arm in comparison.arms)
    return THOUSAND if last >= MANY_STEPS else 1


def _scores(arm: Arm, mode: str, measure: str, reps: int) -> Estimates:
    """Over the arm's runs. Of success rates the mean: their middle half would hide the seed that never learned."""
    return (mean if measure == SUCCESS else iqm)(arm.scores(mode, measure), reps)


def _draw_arm(axes: "Axes", estimates: Estimates, steps: NDArray[np.float64], label: str, place: int) -> None:
    colour, line = COLOURS[place % len(COLOURS)], LINES[place % len(LINES)]
    axes.plot(
        steps,
        estimates.points,
        color=colour,
        linestyle=line,
        linewidth=2,
        marker="o" if len(steps) == 1 else None,
        label=label,
    )
    if estimates.bounds is not None:
        axes.fill_between(steps, *estimates.bounds, color=colour, alpha=0.18, linewidth=0)


def _draw_threshold(axes: "Axes", threshold: float | None, measure: str) -> None:
    """Named at its right end; of success, which ends there, at its left one."""
    if threshold is None:
        return
    axes.axhline(threshold, color=LIGHT.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    is_share = measure == SUCCESS
    axes.annotate(
        threshold_words(threshold, measure) if is_share else score_words(threshold).rstrip("0").rstrip("."),
        (0 if is_share else 1, threshold),
        xycoords=("axes fraction", "data"),
        xytext=(2 if is_share else -2, 3),
        textcoords="offset points",
        ha="left" if is_share else "right",
        fontsize=8,
        color=LIGHT.muted,
    )


def _dress(axes: "Axes", title: str, unit: str) -> None:
    axes.set_title(title, loc="left", fontsize=10.5, color=LIGHT.ink)
    axes.set_xlabel(f"environment steps of training{unit}")
    axes.margins(x=0.01, y=0.06)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelleft=True)
    dress_plainly(axes, LIGHT)


def _legend_columns(labels: Sequence[str], panels: int) -> int:
    """As many as the longest label leaves room for."""
    widest = HANDLE + LETTER * max(len(label) for label in labels)
    return max(1, min(LEGEND_COLUMNS * panels, len(labels), int(panels * PANEL_WIDTH / widest)))


def _draw_legend(figure: "Figure", panels: Sequence["Axes"], columns: int) -> None:
    handles = [axes.get_legend_handles_labels() for axes in panels]
    found = {label: line for lines, labels in handles for line, label in zip(lines, labels, strict=True)}
    figure.legend(
        [found[label] for label in sorted(found)],
        sorted(found),
        loc="outside upper left",
        ncols=columns,
        frameon=False,
        labelcolor=LIGHT.ink,
        handlelength=2.6,
    )
