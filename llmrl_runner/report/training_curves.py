"""Learning curves of many trainings in one picture: the drafts of a search for rewards, or its final seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.drafts import winner_of
from llmrl_runner.report.drawing import WIDE, Palette, Size, dress_plainly, legend_above, one_panel, show_shares
from llmrl_runner.report.evaluations import GREEDY, SUCCESS, measure_of, read_evaluations
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.report.run_curve import mean_bounds
from llmrl_runner.runs.lookup import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator


@dataclass(frozen=True)
class TrainingCurve:
    """One training's evaluations: steps (k,), scores (k,). kind: what became of it."""

    label: str
    kind: str
    steps: NDArray[np.int64]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class TrainingCurves:
    """Trainings by one measure, success or return, and the threshold by which they are timed, None where unknown."""

    measure: str
    curves: Sequence[TrainingCurve]
    threshold: float | None = None


def draft_curves(run: RunRecord, left_out: list[str]) -> TrainingCurves | None:
    """Those of all drafts that were trained, the winner last; None where none was."""
    winner = winner_of(run.drafts)
    drafts = sorted(run.drafts, key=lambda draft: draft is winner)
    named = [(draft.name, "winner" if draft is winner else draft.status, draft.folder) for draft in drafts]
    return _curves(named, left_out)


def final_curves(run: RunRecord, left_out: list[str]) -> TrainingCurves | None:
    """Those of the final seeds; None where there is none."""
    return _curves(
        [(folder.name.replace("_", " "), "seed", folder) for folder in run.finals], left_out, _threshold(run)
    )


def _threshold(run: RunRecord) -> float | None:
    return number(run.result, "final", "threshold") or number(run.config, "method", "threshold")


def _curves(
    named: Sequence[tuple[str, str, Path]], left_out: list[str], threshold: float | None = None
) -> TrainingCurves | None:
    read = [(label, kind, read_evaluations([folder], left_out)) for label, kind, folder in named]
    known = [(label, kind, evaluations) for label, kind, evaluations in read if evaluations is not None]
    if not known:
        return None
    measure = measure_of([evaluations for _, _, evaluations in known])
    curves = [TrainingCurve(label, kind, each.steps, each.scores(GREEDY, measure)) for label, kind, each in known]
    return TrainingCurves(measure, curves, threshold)


def draw_drafts(drafts: TrainingCurves, palette: Palette, size: Size) -> "Figure":
    """A line a draft: the winner, those trained to the end beside it, and those that were not."""
    figure, axes = one_panel(size)
    told: set[str] = set()
    for curve in drafts.curves:
        _draw_draft(axes, curve, palette, told)
    _dress(axes, drafts.measure, palette, size)
    return figure


def _draw_draft(axes: "Axes", curve: TrainingCurve, palette: Palette, told: set[str]) -> None:
    """`told`: kinds that the legend names already."""
    colour, width, line = {
        "winner": (palette.accent, 2.6, "-"),
        "trained": (palette.ink, 1.3, "-"),
        "failed": (palette.bad, 1.3, (0, (2, 1.5))),
    }.get(curve.kind, (palette.muted, 1.1, (0, (4, 2))))
    label = None if curve.kind in told else _words(curve)
    told.add(curve.kind)
    marker = "o" if len(curve.steps) == 1 else None
    axes.plot(curve.steps, curve.scores, color=colour, linewidth=width, linestyle=line, marker=marker, label=label)


def _words(curve: TrainingCurve) -> str:
    return {"winner": f"winner, {curve.label}", "trained": "trained to the end"}.get(curve.kind, curve.kind)


def draw_finals(finals: TrainingCurves, palette: Palette, size: Size) -> "Figure":
    """A thin line a seed, and their mean with its interval at the steps that all have."""
    figure, axes = one_panel(size)
    for curve, label in zip(finals.curves, ["one seed", *[None] * len(finals.curves)], strict=False):
        marker = "o" if len(curve.steps) == 1 else None
        axes.plot(curve.steps, curve.scores, color=palette.muted, linewidth=1, marker=marker, label=label)
    _draw_mean(axes, finals.curves, palette)
    if finals.threshold is not None and finals.measure == SUCCESS:
        label = f"{100 * finals.threshold:.4g} %"
        axes.axhline(finals.threshold, color=palette.good, linestyle=(0, (5, 3)), linewidth=1.2, label=label)
    _dress(axes, finals.measure, palette, size)
    return figure


def _draw_mean(axes: "Axes", curves: Sequence[TrainingCurve], palette: Palette) -> None:
    if len(curves) < 2:
        return
    steps = sorted(set.intersection(*({int(step) for step in curve.steps} for curve in curves)))
    if not steps:
        return
    scores = np.stack([curve.scores[np.isin(curve.steps, steps)] for curve in curves], axis=1)  # (steps, seeds)
    axes.fill_between(steps, *mean_bounds(scores), color=palette.accent, alpha=0.18, linewidth=0)
    label = f"mean of {len(curves)} seeds"
    axes.plot(steps, scores.mean(axis=1), color=palette.accent, linewidth=2.4, label=label)


def _dress(axes: "Axes", measure: str, palette: Palette, size: Size) -> None:
    axes.set_xlabel("environment steps of training")
    axes.set_ylabel("successful episodes" if measure == SUCCESS else "return")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.xaxis.set_major_locator(_few_steps(size))
    axes.margins(x=0.02, y=0.08)
    if measure == SUCCESS:
        show_shares(axes)
    dress_plainly(axes, palette)
    legend_above(axes, palette, columns=5 if size[0] >= WIDE[0] else 2)


def _few_steps(size: Size) -> "MaxNLocator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(8 if size[0] >= WIDE[0] else 4, integer=True)
