"""How the figures of many runs are worded, the same on the page and in Markdown."""

import math
from collections.abc import Sequence
from itertools import groupby

from llmrl_runner.report.evaluations import SUCCESS
from llmrl_runner.report.several.bootstrap import Estimate
from llmrl_runner.report.several.course import COST, SECONDS
from llmrl_runner.report.several.run import FAILED, FINISHED, RUNNING, STATES, Run
from llmrl_runner.report.several.study import Cell, Study
from llmrl_runner.report.several.thresholds import Threshold, Toll, success_a_dollar
from llmrl_runner.runs.lookup import number, word
from llmrl_runner.runs.wording import (
    REPLAY,
    UNKNOWN,
    cost_words,
    count_words,
    duration_words,
    percent_scored,
    score_words,
    scored,
)

NOTHING = "-"
STATE_TONES = {FINISHED: "good", FAILED: "bad", RUNNING: "warn"}


def estimate_words(estimate: Estimate | None) -> str:
    """`0.93 [0.90, 0.95]`."""
    return NOTHING if estimate is None else scored(estimate.value, estimate.interval)


def share_words(estimate: Estimate | None) -> str:
    """`93.0 % [90.1, 95.2]`."""
    return NOTHING if estimate is None else percent_scored(estimate.value, estimate.interval)


def runs_words(cell: Cell) -> str:
    """`5`, or `3 of 5` where some have no score, which their mean knows nothing of."""
    scored_runs, runs = len(cell.scored), len(cell.runs)
    return str(runs) if scored_runs == runs else f"{scored_runs} of {runs}"


def seeds_words(runs: Sequence[Run]) -> str:
    """`seeds 0 to 4`, `seeds 0, 3`, `seed 2`, or nothing where no run tells its own."""
    seeds = sorted({run.seed for run in runs if run.seed is not None})
    rows = [[seed for _, seed in row] for _, row in groupby(enumerate(seeds), lambda pair: pair[1] - pair[0])]
    told = ", ".join(f"{row[0]} to {row[-1]}" if len(row) > 2 else ", ".join(map(str, row)) for row in rows)
    return f"seed{'s' if len(seeds) > 1 else ''} {told}" if seeds else ""


def threshold_words(threshold: Threshold | None) -> str:
    """`a return of 0.656 (0.8 of the optimum)`."""
    if threshold is None:
        return "no threshold: neither the highest return nor success is known; say --threshold"
    value = f"{100 * threshold.value:g} %" if threshold.measure == SUCCESS else score_words(threshold.value)
    return f"a {threshold.measure} of {value} ({threshold.why})"


def counted(count: float | None, what: str) -> str:
    """`1 call`, `12,300 calls`, `calls unknown`."""
    return f"{what}s {UNKNOWN}" if count is None else f"{count_words(count)} {what}{'' if count == 1 else 's'}"


def took_words(value: float | None) -> str:
    """A count that was spent until a threshold: `1,200`, `never` or `unknown`."""
    return "never" if value == math.inf else count_words(value)


def toll_cost_words(toll: Toll, runs: Sequence[Run]) -> str:
    """Dollars until a threshold."""
    return "never" if toll.cost_usd == math.inf else cost_of(toll.cost_usd, runs)


def cost_of(cost: float | None, runs: Sequence[Run]) -> str:
    """`$0.0123`, `unknown`, or why it was nothing."""
    return UNKNOWN if cost is None else cost_words(cost) if cost else f"$0 ({why_free(runs)})"


def why_free(runs: Sequence[Run]) -> str:
    """Why calls cost nothing."""
    if not any(run.asks_a_model for run in runs):
        return "no calls"
    if all(run.is_control for run in runs):
        return "no model"
    return "recorded" if any(run.backend == REPLAY for run in runs) else "free"


def price_words(runs: Sequence[Run]) -> str:
    """Success a dollar: `12.3`, or why there is no such figure."""
    price = success_a_dollar(runs)
    if price is None:
        is_defined = runs and all(run.success is not None for run in runs)
        return "cost unknown" if is_defined else "success not defined"
    return f"free ({why_free(runs)})" if price == math.inf else f"{price:,.3g}"


def spent_words(runs: Sequence[Run], what: str) -> tuple[str, str]:
    """What all runs spent together, and of how many it isn't known: `12,300`, `of 2 runs unknown`; unknown where
    it is of most of them."""
    known = [spent for run in runs if (spent := run.spent(what)) is not None]
    missing, words = len(runs) - len(known), {COST: cost_words, SECONDS: duration_words}.get(what, count_words)
    if not known:
        return UNKNOWN, "known of no run"
    if len(known) < missing:
        return UNKNOWN, f"known of {len(known)} {'run' if len(known) == 1 else 'runs'}: {words(sum(known))}"
    return words(sum(known)), f"of {missing} {'run' if missing == 1 else 'runs'} unknown" if missing else ""


def states_words(study: Study) -> str:
    """`12 finished, 1 running, 2 failed`."""
    states = [run.state for run in study.runs]
    known = [*STATES, *sorted({*states} - {*STATES})]
    return ", ".join(f"{states.count(state)} {state}" for state in known if state in states) or "none"


def runs_line(study: Study) -> str:
    """`23 runs (22 finished, 1 running) of 4 arms in 6 environments`."""
    counts = ((study.runs, "run"), (study.arms, "arm"), (study.envs, "environment"))
    runs, arms, envs = (counted(len(found), what) for found, what in counts)
    return f"{runs} ({states_words(study)}) of {arms} in {envs}"


def progress_words(run: Run) -> str:
    """How far an unfinished run is: `iteration 2 of 5, 3 of 5 episodes, 2 min 10 s left`."""
    told, done = run.record.progress, len(run.record.iterations)
    index, total = number(told, "iteration"), number(told, "iterations")
    total = number(run.config, "method", "iterations") if total is None else total
    is_going = index is not None and run.state == RUNNING
    at = f"iteration {index + 1:.0f}" if index is not None and is_going else counted(done, "iteration") + " done"
    parts = [f"{at} of {total:.0f}" if total is not None else at]
    if run.state == RUNNING:
        left = number(told, "seconds_left")
        parts += [word(told, "doing") or "", f"{duration_words(left)} left" if left is not None else ""]
    return ", ".join(filter(None, parts))


def search_words(run: Run) -> str:
    """The score of a run that has no held-out one, said to be none."""
    best = run.best_search_score
    best = number(run.record.progress, "best") if best is None else best
    return "no score yet" if best is None else f"best in its search {score_words(best)}, not comparable"
