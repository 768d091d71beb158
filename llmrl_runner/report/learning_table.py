"""What the runs of a comparison came to, as a Markdown table: a row a figure, a column an arm."""

import statistics
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.comparison import Arm, Comparison
from llmrl_runner.report.evaluations import GREEDY, SAMPLED
from llmrl_runner.report.intervals import iqm, mean, median_step, share_interval
from llmrl_runner.report.learning_captions import range_words, threshold_words
from llmrl_runner.runs.lookup import number, value_at
from llmrl_runner.runs.wording import count_words, duration_words, percent_scored, percent_words, scored

NOTHING = "-"
MODES = ((SAMPLED, "sampled"), (GREEDY, "greedy"))
HELD_OUT = (("held_out_sampled", "sampled"), ("held_out", "greedy"))

Cell = Callable[[Arm], str]


def learning_table(comparison: Comparison, reps: int) -> str:
    """The table, rows that no arm has anything in left out. reps: resamples of the intervals."""
    header = ["", *(f"`{arm.title}`" for arm in comparison.arms)]
    cells = [[label, *map(cell, comparison.arms)] for label, cell in _rows(comparison, reps)]
    known = [row for row in cells if set(row[1:]) != {NOTHING}]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *known])


def _rows(comparison: Comparison, reps: int) -> list[tuple[str, Cell]]:
    return [
        ("runs (seeds)", _runs),
        ("final seeds", lambda arm: str(len(arm.runs)) if arm.is_about_rewards else NOTHING),
        *((f"final return, {words}: IQM", _final_return(mode, reps)) for mode, words in MODES),
        *((f"final success, {words}", _final_success(mode, reps)) for mode, words in MODES),
        *((f"held-out return, {words}: IQM", _held_out(key, reps)) for key, words in HELD_OUT),
        *((f"held-out success, {words}", _held_out_success(key, reps)) for key, words in HELD_OUT),
        ("held-out success of a final seed, mean", _held_out_rates(reps)),
        ("held-out return of a final seed: IQM", _held_out_means(reps)),
        *(_threshold_rows(comparison.threshold, comparison.measure) if comparison.threshold is not None else []),
        (
            "environment steps at the last evaluation",
            lambda arm: range_words(sorted({int(run.evaluations.steps[-1]) for run in arm.runs})),
        ),
        ("steps in another environment before", _steps_elsewhere),
        ("wall time of a run, median", _wall_time),
        ("steps a second, median", _speed),
        ("demonstrations kept a run, mean", _kept),
        ("drafts a run, mean", lambda arm: _mean_count(arm.numbers("drafts", "asked"))),
        ("environment steps of the search, mean", lambda arm: _mean_count(arm.numbers("drafts", "env_steps"))),
        (
            "calls a run, mean",
            lambda arm: _mean_count(arm.numbers("llm" if arm.is_about_rewards else "demos", "calls")),
        ),
        ("answers given to another prompt a run, mean", _drifted),
        ("tokens a run, mean: in, out", _tokens),
        *((f"success once cloned, {words}", _cloned(f"{words}_success_rate", reps)) for _, words in MODES),
    ]


def _threshold_rows(threshold: float, measure: str) -> list[tuple[str, Cell]]:
    label = threshold_words(threshold, measure)
    return [
        (f"steps to a {measure} of {label}: median (range)", lambda arm: _steps_to(arm, threshold, measure)),
        (f"runs that reach {label}", lambda arm: _share_at(arm, threshold, measure)),
    ]


def _runs(arm: Arm) -> str:
    seeds = sorted(int(seed) for record in arm.records if (seed := number(record.config, "seed")) is not None)
    is_row = len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1))
    told = f"{seeds[0]} to {seeds[-1]}" if is_row else ", ".join(map(str, seeds))
    return f"{len(arm.records)} ({told})" if told else str(len(arm.records))


def _final_return(mode: str, reps: int) -> Cell:
    def cell(arm: Arm) -> str:
        runs = arm.runs if mode in arm.modes else []
        return _returns_words([float(run.evaluations.means(mode)[-1]) for run in runs], reps)

    return cell


def _held_out(key: str, reps: int) -> Cell:
    return lambda arm: NOTHING if arm.is_about_rewards else _returns_words(_of_all(arm, key, "return_mean"), reps)


def _held_out_success(key: str, reps: int) -> Cell:
    def cell(arm: Arm) -> str:
        rates = [] if arm.is_about_rewards else _of_all(arm, key, "success_rate")
        return _rates_words(rates, len(arm.records), reps)

    return cell


def _held_out_rates(reps: int) -> Cell:
    return lambda arm: _rates_words(arm.figures_of_seeds("held_out_success_rates"), len(arm.runs), reps)


def _held_out_means(reps: int) -> Cell:
    return lambda arm: _returns_words(arm.figures_of_seeds("held_out_return_means"), reps)


def _final_success(mode: str, reps: int) -> Cell:
    def cell(arm: Arm) -> str:
        known = [run.evaluations.successes.get(mode) for run in arm.runs]
        return _rates_words([float(found[-1].mean()) for found in known if found is not None], len(arm.runs), reps)

    return cell


def _cloned(key: str, reps: int) -> Cell:
    return lambda arm: _rates_words(_of_all(arm, "cloning", key), len(arm.records), reps)


def _of_all(arm: Arm, *path: str) -> list[float]:
    """A figure of result.json where every run has it: an average over some of them would be of another arm."""
    found = arm.numbers(*path)
    return found if len(found) == len(arm.records) else []


def _returns_words(returns: Sequence[float], reps: int) -> str:
    if not returns:
        return NOTHING
    estimates = iqm(_column(returns), reps)
    return scored(estimates.first, estimates.interval)


def _rates_words(rates: Sequence[float], runs: int, reps: int) -> str:
    if not rates or len(rates) < runs:
        return NOTHING
    estimates = mean(_column(rates), reps)
    return percent_scored(estimates.first, estimates.interval)


def _column(values: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)[:, np.newaxis]


def _steps_to(arm: Arm, threshold: float, measure: str) -> str:
    steps = [run.evaluations.first_step_at(threshold, measure) for run in arm.runs]
    reached = sorted(step for step in steps if step is not None)
    if not reached:
        return "never"
    middle = median_step(steps)
    last = "never" if len(reached) < len(steps) else count_words(reached[-1])
    spread = f" ({count_words(reached[0])} to {last})" if len(steps) > 1 else ""
    return f"{'never' if middle is None else count_words(middle)}{spread}"


def _share_at(arm: Arm, threshold: float, measure: str) -> str:
    reached = sum(run.evaluations.first_step_at(threshold, measure) is not None for run in arm.runs)
    runs = len(arm.runs)
    return f"{reached} of {runs}, {percent_scored(reached / runs, share_interval(reached, runs))}"


def _steps_elsewhere(arm: Arm) -> str:
    steps = {
        int(trained)
        for run in arm.runs
        for iteration in run.record.iterations
        if iteration.is_elsewhere and (trained := number(iteration.metrics, "trained_steps")) is not None
    }
    return range_words(sorted(steps)) or NOTHING


def _wall_time(arm: Arm) -> str:
    seconds = arm.numbers("wall_seconds")
    return duration_words(statistics.median(seconds)) if seconds else NOTHING


def _speed(arm: Arm) -> str:
    """Nothing of rewards, whose wall time is that of several trainings side by side."""
    if arm.is_about_rewards:
        return NOTHING
    speeds = [
        float(run.evaluations.steps[-1]) / seconds
        for run in arm.runs
        if (seconds := number(run.record.result, "wall_seconds"))
    ]
    return count_words(statistics.median(speeds)) if speeds else NOTHING


def _kept(arm: Arm) -> str:
    """Of one run and not of all: runs that share their demonstrations would count them once a seed."""
    kept, attempted = (_of_all(arm, "demos", what) for what in ("kept", "attempted"))
    if not kept or not sum(attempted):
        return NOTHING
    rates = [value_at(run.record.result, "demos", "success_rate") for run in arm.runs]
    share = f" ({percent_words(sum(kept) / sum(attempted))})" if any(rate is not None for rate in rates) else ""
    return f"{_mean_count(kept)} of {_mean_count(attempted)}{share}"


def _drifted(arm: Arm) -> str:
    is_replayed = any(value_at(run.record.result, "llm", "backend") == "replay" for run in arm.runs)
    return _mean_count(arm.numbers("llm", "replay_drift")) if is_replayed else NOTHING


def _tokens(arm: Arm) -> str:
    counts = [_mean_count(arm.numbers("demos", f"{kind}_tokens")) for kind in ("prompt", "completion")]
    return NOTHING if set(counts) == {NOTHING} else ", ".join(counts)


def _mean_count(counts: Sequence[float]) -> str:
    return count_words(statistics.mean(counts)) if counts else NOTHING
