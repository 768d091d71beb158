"""Learning curves of arms against what was spent: environment steps, calls, tokens and time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.intervals import LEVEL
from llmrl_runner.report.several.bootstrap import Floats, Resamples, iqms
from llmrl_runner.report.several.course import CALLS, ENV_STEPS, SECONDS, TOKENS
from llmrl_runner.report.several.run import Run
from llmrl_runner.report.several.study import Arm, Cell, Env, Study

AXES = {
    ENV_STEPS: "environment steps",
    CALLS: "LLM calls",
    TOKENS: "tokens, prompt and completion",
    SECONDS: "wall time (s)",
}
MOST_PLACES = 60  # of a curve: more can't be told apart on a page
CURVE_REPS = 500  # resamples of a band: its ends are read off a picture


@dataclass(frozen=True)
class ArmCurve:
    """The interquartile mean over runs (k,) at k places of the axis, and its 95 % band (2, k), None for a single run.

    is_stepped: a value holds until the next place. runs: how many stand in it.
    """

    arm: Arm
    places: Floats
    values: Floats
    band: Floats | None
    is_stepped: bool
    runs: int


@dataclass(frozen=True)
class UnderWay:
    """The points of a run that isn't finished, which stands in no mean."""

    arm: Arm
    places: Floats
    values: Floats


@dataclass(frozen=True)
class Panel:
    """The curves of an environment against one axis, a name in AXES."""

    env: Env
    axis: str
    curves: Sequence[ArmCurve]
    under_way: Sequence[UnderWay]


def panels(study: Study, axis: str) -> list[Panel]:
    """A panel an environment in which there is a curve; none at all where no run has two places on the axis."""
    found = [_panel(env, cells, axis) for env, cells in study.by_env.items()]
    known = [panel for panel in found if panel.curves or panel.under_way]
    return known if any(_is_a_line(curve.places) for panel in known for curve in panel.curves) else []


def _is_a_line(places: Floats) -> bool:
    return len(np.unique(places)) > 1


def _panel(env: Env, cells: Sequence[Cell], axis: str) -> Panel:
    curves = [curve for cell in cells if (curve := _arm_curve(cell, axis)) is not None]
    going = [(cell.arm, run) for cell in cells for run in cell.runs if not run.result]
    under_way = [UnderWay(arm, *points) for arm, run in going if (points := _points(run, axis)) is not None]
    return Panel(env, axis, curves, under_way)


def _points(run: Run, axis: str) -> tuple[Floats, Floats] | None:
    """Its returns and where they stand on the axis, both (k,); None where a place isn't known, or none scored."""
    scored = [point for point in run.course.points if point.episode_return is not None]
    places = [point.spent[axis] for point in scored]
    if not scored or any(place is None for place in places):
        return None
    return np.array(places, dtype=np.float64), np.array([point.episode_return for point in scored], dtype=np.float64)


def _arm_curve(cell: Cell, axis: str) -> ArmCurve | None:
    """Over those runs whose places are known. From where all have a score; of trainings, to where all were looked at.

    A search that has ended keeps its best, so its last score holds on.
    """
    known = [points for run in cell.scored if (points := _points(run, axis)) is not None]
    if not known or len(known) < len([run for run in cell.scored if run.course.points]):
        return None
    is_trained = all(run.course.is_trained for run in cell.scored)
    everywhere = np.unique(np.concatenate([places for places, _ in known]))
    first = max(float(places[0]) for places, _ in known)
    last = (min if is_trained else max)(float(places[-1]) for places, _ in known)
    grid = _thinned(everywhere[(everywhere >= first) & (everywhere <= last)])
    if not len(grid):
        return None
    scores = np.stack([_at(grid, *points, is_trained) for points in known])
    middle, band = _estimates(scores)
    return ArmCurve(cell.arm, grid, middle, band, not is_trained, len(known))


def _thinned(grid: Floats) -> Floats:
    if len(grid) <= MOST_PLACES:
        return grid
    kept: NDArray[np.int64] = np.linspace(0, len(grid) - 1, MOST_PLACES).round().astype(np.int64)
    return grid[kept]


def _at(grid: Floats, places: Floats, values: Floats, is_trained: bool) -> Floats:
    """The score at each place of the grid: between two looks at a training on the line between them, of all else what
    the last look said."""
    if is_trained:
        return np.interp(grid, places, values)
    return values[np.searchsorted(places, grid, side="right") - 1]


def _estimates(scores: Floats) -> tuple[Floats, Floats | None]:
    """Of scores (runs, k), each place by itself."""
    counts = Resamples.of([len(scores)], CURVE_REPS).pooled
    drawn = np.stack([iqms(column, counts) for column in scores.T], axis=1)
    if len(scores) < 2:
        return drawn[0], None
    return drawn[0], np.percentile(drawn[1:], [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0)
