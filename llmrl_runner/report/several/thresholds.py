"""What it took to get good enough: environment steps, calls and dollars to a threshold, and success a dollar."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmrl_runner.report.comparison import SHARE_OF_BOUND
from llmrl_runner.report.evaluations import RETURN, SUCCESS
from llmrl_runner.report.several.course import CALLS, COST, ENV_STEPS
from llmrl_runner.report.several.run import Run
from llmrl_runner.report.several.study import Cell, Env, Study

ENOUGH_SUCCESS = 0.8
NEVER = float("inf")


@dataclass(frozen=True)
class Threshold:
    """The score that counts as good enough, and why this one."""

    value: float
    measure: str
    why: str


@dataclass(frozen=True)
class Toll:
    """What an arm's runs had spent when they first reached a threshold: medians over runs, one that never does counting
    as later than any. None is unknown, infinity never. reached: how many runs of `runs` did."""

    runs: int
    reached: int
    env_steps: float | None
    calls: float | None
    cost_usd: float | None


def thresholds(study: Study, chosen: Mapping[str, float], for_all: float | None = None) -> dict[Env, Threshold | None]:
    """The threshold in each environment, None where nobody says.

    chosen: returns by environments' names; for_all: the return in the others. Else 0.8 of the optimum, or of the return
    that no episode exceeds, where that is known and above 0; else a success of 0.8 where all runs define it.
    """
    return {env: _threshold(env, cells, chosen.get(env.name, for_all)) for env, cells in study.by_env.items()}


def _threshold(env: Env, cells: Sequence[Cell], chosen: float | None) -> Threshold | None:
    if chosen is not None:
        return Threshold(chosen, RETURN, "as asked for")
    for bound, what in ((env.optimum, "the optimum"), (env.return_max, "the highest possible return")):
        if bound is not None and bound > 0:
            return Threshold(SHARE_OF_BOUND * bound, RETURN, f"{SHARE_OF_BOUND:g} of {what}")
    points = [point for cell in cells for run in cell.scored for point in run.course.points]
    if points and all(point.success is not None for point in points):
        return Threshold(ENOUGH_SUCCESS, SUCCESS, "since no highest return above 0 is known")
    return None


def toll(cell: Cell, threshold: Threshold) -> Toll | None:
    """What the cell's scored runs took; None where none was looked at on its way."""
    runs = [run for run in cell.scored if run.course.points]
    if not runs:
        return None
    first = [run.course.first_at(threshold.value, threshold.measure) for run in runs]
    spent = {
        what: median([NEVER if point is None else point.spent[what] for point in first])
        for what in (ENV_STEPS, CALLS, COST)
    }
    reached = sum(point is not None for point in first)
    return Toll(len(runs), reached, spent[ENV_STEPS], spent[CALLS], spent[COST])


def median(values: Sequence[float | None]) -> float | None:
    """Of numbers, infinity among them; unknown where one is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known and len(known) == len(values) else None


def success_a_dollar(runs: Sequence[Run]) -> float | None:
    """Held-out success of all runs by what all of them cost; infinity where they cost nothing, None where success is
    not defined or a cost is not known."""
    successes, costs = [run.success for run in runs], [run.spent(COST) for run in runs]
    known = [success for success in successes if success is not None]
    paid = [cost for cost in costs if cost is not None]
    if not runs or len(known) < len(runs) or len(paid) < len(runs):
        return None
    return sum(known) / sum(paid) if sum(paid) > 0 else NEVER
