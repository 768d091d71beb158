"""Return against environment steps, an arm a line: interquartile means over runs with their 95 % bands."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmrl_runner.report.comparison import Arm, Comparison
from llmrl_runner.report.drawing import LIGHT, dress_plainly, new_figure
from llmrl_runner.report.evaluations import GREEDY, SAMPLED
from llmrl_runner.report.intervals import iqm
from llmrl_runner.runs.wording import score_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people of every colour vision tell apart; lines differ too, for print without colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
PANELS = ((SAMPLED, "sampled actions"), (GREEDY, "most likely actions"))
PANEL_WIDTH, PANEL_HEIGHT = 4.8, 3.3  # inches
THOUSAND = 1000


def draw_learning(comparisons: Sequence[Comparison], reps: int) -> "Figure":
    """A row of two panels an environment: with sampled actions, where there are any, and with the most likely ones.

    Each arm stands on the steps at which all its runs were evaluated; nothing is interpolated. reps: resamples of the
    bands, which each hold at their step alone.
    """
    ways = [way for way in PANELS if any(way[0] in arm.modes for each in comparisons for arm in each.arms)]
    figure = new_figure((len(ways) * PANEL_WIDTH, PANEL_HEIGHT * len(comparisons) + 0.45))
    panels = figure.subplots(len(comparisons), len(ways), squeeze=False, sharey="row", sharex="row")
    labels = _labels(comparisons)
    titles = list(labels)
    for comparison, line in zip(comparisons, panels, strict=True):
        for axes, (mode, words) in zip(line, ways, strict=True):
            for arm in (arm for arm in comparison.arms if mode in arm.modes):
                _draw_arm(axes, arm, mode, labels[arm.title], titles.index(arm.title), reps)
            _draw_threshold(axes, comparison.threshold)
            _dress(axes, f"{comparison.env}, {words}")
        line[0].set_ylabel("return (IQM over runs)")
    _draw_legend(figure, list(panels.flat))
    return figure


def _labels(comparisons: Sequence[Comparison]) -> dict[str, str]:
    """What the legend says of each arm, in the order of their titles, so that an arm looks the same everywhere."""
    counts: dict[str, list[int]] = defaultdict(list)
    for arm in (arm for comparison in comparisons for arm in comparison.arms):
        counts[arm.title].append(len(arm.runs))
    return {title: f"{title} ({_runs_words(min(found), max(found))})" for title, found in sorted(counts.items())}


def _runs_words(fewest: int, most: int) -> str:
    return f"{fewest} to {most} runs" if fewest < most else "1 run" if most == 1 else f"{most} runs"


def _draw_arm(axes: "Axes", arm: Arm, mode: str, label: str, place: int, reps: int) -> None:
    estimates = iqm(arm.scores(mode), reps)
    steps = arm.steps / THOUSAND
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


def _draw_threshold(axes: "Axes", threshold: float | None) -> None:
    if threshold is None:
        return
    axes.axhline(threshold, color=LIGHT.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    axes.annotate(
        score_words(threshold).rstrip("0").rstrip("."),
        (1, threshold),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        fontsize=8,
        color=LIGHT.muted,
    )


def _dress(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10.5, color=LIGHT.ink)
    axes.set_xlabel("environment steps of training (thousands)")
    axes.margins(x=0.01, y=0.06)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelleft=True)
    dress_plainly(axes, LIGHT)


def _draw_legend(figure: "Figure", panels: Sequence["Axes"]) -> None:
    handles = [axes.get_legend_handles_labels() for axes in panels]
    found = {label: line for lines, labels in handles for line, label in zip(lines, labels, strict=True)}
    figure.legend(
        [found[label] for label in sorted(found)],
        sorted(found),
        loc="outside upper left",
        ncols=max(1, min(4, len(found))),
        frameon=False,
        labelcolor=LIGHT.ink,
        handlelength=2.6,
    )
