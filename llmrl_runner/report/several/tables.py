"""runs.csv, arms.csv and pairs.csv: every figure of a report, a row a run, an arm in an environment, a pair of arms.

What is not known is an empty cell, never 0. "never" stands where a threshold was not reached.
"""

import csv
import io
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmrl_runner.files.whole import write_text
from llmrl_runner.report.several.bootstrap import Estimate
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.run import FINISHED, Run
from llmrl_runner.report.several.scores import CellScore, Overall
from llmrl_runner.report.several.thresholds import success_a_dollar
from llmrl_runner.runs.lookup import Interval, number

Row = Mapping[str, Any]
ALL_ENVIRONMENTS = "all environments"
SPENT = ("env_steps", "calls", "tokens", "cost_usd", "wall_seconds")
RUN_COLUMNS = (
    "folder", "method", "env", "llm", "model", "seed", "arm", "kind", "state", "held_out_return", "held_out_return_std",
    "held_out_return_low", "held_out_return_high", "held_out_success", "held_out_success_low", "held_out_success_high",
    "held_out_episodes", "held_out_length", "action_rate", "optimum", "return_max", "exact_return",
    "best_search_return", "env_steps", "calls", "cached_calls", "tokens", "cost_usd", "wall_seconds", "iterations",
    "replay_drift", "invalid_rate", "left_out",
)  # fmt: skip
ARM_COLUMNS = (
    "env", "arm", "kind", "measure", "runs", "scored_runs", "mean", "mean_low", "mean_high", "iqm", "iqm_low",
    "iqm_high", "interval_over", "median", "optimality_gap", "optimality_gap_low", "optimality_gap_high", "success",
    "success_low", "success_high", "optimum", "threshold", "threshold_measure", "reached", "env_steps_to_threshold",
    "calls_to_threshold", "cost_usd_to_threshold", "success_a_dollar", "env_steps", "calls", "tokens", "cost_usd",
    "wall_seconds",
)  # fmt: skip
PAIR_COLUMNS = ("first", "second", "envs", "first_runs", "second_runs", "probability", "low", "high")


def write_tables(report: Report, to: Path) -> list[Path]:
    """Write the three files into the folder `to`. Raises OSError where that is not possible."""
    tables = (
        ("runs.csv", RUN_COLUMNS, run_rows(report)),
        ("arms.csv", ARM_COLUMNS, arm_rows(report)),
        ("pairs.csv", PAIR_COLUMNS, pair_rows(report)),
    )
    for name, columns, rows in tables:
        write_text(to / name, csv_text(columns, rows))
    return [to / name for name, _, _ in tables]


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """As spreadsheets and pandas read it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "never" if math.isinf(value) else int(value) if value.is_integer() and abs(value) < 1e15 else value
    return "" if value is None else value


def run_rows(report: Report) -> Iterable[Row]:
    """All runs that were found and could be read, the compared ones and the others."""
    study = report.study
    whys = {line.folder: line.why for line in reversed(study.left_out)}
    for run in study.runs:
        cell = study.homes.get(run.folder)
        yield {
            "folder": str(run.folder), "method": run.method, "env": cell.env.name if cell else run.env, "llm": run.llm,
            "model": run.model, "seed": run.seed, "arm": cell.arm.title if cell else None,
            "kind": cell.arm.kind if cell else None, "state": run.state, **_held_out(run), "optimum": run.optimum,
            "return_max": run.return_max, "exact_return": number(run.result, "exact_return_mean"),
            "best_search_return": run.best_search_score, **{what: run.spent(what) for what in SPENT},
            "cached_calls": number(run.result, "llm", "cached_calls"), "iterations": len(run.record.iterations),
            "replay_drift": number(run.result, "llm", "replay_drift"),
            "invalid_rate": number(run.result, "invalid_rate"), "left_out": whys.get(run.folder),
        }  # fmt: skip


def _held_out(run: Run) -> Row:
    if run.state != FINISHED or run.score is None:
        return {}
    return {
        "held_out_return": run.score, "held_out_return_std": number(run.result, "held_out", "return_std"),
        **_ends("held_out_return", run.score_interval), "held_out_success": run.success,
        **_ends("held_out_success", run.success_interval),
        "held_out_episodes": number(run.result, "held_out", "episodes"),
        "held_out_length": number(run.result, "held_out", "length_mean"),
        "action_rate": number(run.result, "action_rate"),
    }  # fmt: skip


def _ends(name: str, bounds: Interval | None) -> Row:
    low, high = bounds or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def _estimate(name: str, estimate: Estimate | None) -> Row:
    return {} if estimate is None else {name: estimate.value, **_ends(name, estimate.interval)}


def arm_rows(report: Report) -> Iterable[Row]:
    """An arm in an environment by its returns; then, over the environments of a standing, by their common scale."""
    for env, scores in report.scores.items():
        for score in scores:
            yield {"env": env.name, "measure": "held-out return", **_arm_row(report, score)}
    for standing in report.standings:
        envs = f"{ALL_ENVIRONMENTS}: {', '.join(scale.env.name for scale in standing.scales)}"
        for row in standing.rows:
            yield {"env": envs, "measure": "normalised held-out return", **_overall_row(row)}


def _arm_row(report: Report, score: CellScore) -> Row:
    cell, toll, threshold = score.cell, report.toll_of(score.cell), report.thresholds[score.cell.env]
    price = success_a_dollar(cell.scored)
    return {
        "arm": cell.arm.title, "kind": cell.arm.kind, "runs": len(cell.runs), "scored_runs": len(cell.scored),
        **_estimate("mean", score.mean), **_estimate("iqm", score.iqm),
        "interval_over": "episodes" if score.is_of_one_run else "runs", **_estimate("success", score.success),
        "optimum": cell.env.optimum, "threshold": threshold and threshold.value,
        "threshold_measure": threshold and threshold.measure, "reached": toll and toll.reached,
        "env_steps_to_threshold": toll and toll.env_steps, "calls_to_threshold": toll and toll.calls,
        "cost_usd_to_threshold": toll and toll.cost_usd,
        "success_a_dollar": None if price is None or math.isinf(price) else price,
        **{what: mean_spent(cell.scored, what) for what in SPENT},
    }  # fmt: skip


def mean_spent(runs: Sequence[Run], what: str) -> float | None:
    """What a run spent in the mean, unknown where one of them doesn't say."""
    known = [spent for run in runs if (spent := run.spent(what)) is not None]
    return statistics.fmean(known) if known and len(known) == len(runs) else None


def _overall_row(row: Overall) -> Row:
    return {
        "arm": row.arm.title, "kind": row.arm.kind, "scored_runs": row.runs, **_estimate("mean", row.mean),
        **_estimate("iqm", row.iqm), "interval_over": "runs", "median": row.median.value,
        **_estimate("optimality_gap", row.gap), **_estimate("success", row.success),
    }  # fmt: skip


def pair_rows(report: Report) -> Iterable[Row]:
    """The probability that a run of the first arm returns more than one of the second."""
    for pair in report.improvements:
        low, high = pair.probability.interval or (None, None)
        yield {
            "first": pair.first.title, "second": pair.second.title, "envs": " ".join(env.name for env in pair.envs),
            "first_runs": pair.runs[0], "second_runs": pair.runs[1], "probability": pair.probability.value,
            "low": low, "high": high,
        }  # fmt: skip
