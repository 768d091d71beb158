"""A run's result, or a sweep's, as a short table in the terminal; plain aligned lines where there is none."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmrl_runner.files.whole import read_json
from llmrl_runner.runs.lookup import JsonObject, interval, number, optimum_value, section, word
from llmrl_runner.runs.reward_result import is_about_rewards
from llmrl_runner.runs.reward_wording import UNCONFINED, median_steps_words, reached_words, reward_lines
from llmrl_runner.runs.wording import (
    UNKNOWN,
    asks_a_model,
    both_ways_words,
    count_words,
    demos_words,
    drifted_words,
    duration_words,
    has_search,
    held_out_score,
    held_out_success,
    knowledge_words,
    model_words,
    percent_words,
    result_calls,
    result_cost,
    result_cut_short,
    result_drift,
    result_invalid,
    result_tokens,
    score_words,
    scored,
    untested_words,
)

STATE_STYLES = {"finished": "green", "failed": "red", "running": "yellow", "skipped": "cyan", "left out": "cyan"}
LOUD = "bold red"
UNDEFINED = "-"
CLONED = ("sampled_success_rate", "greedy_success_rate")
VERY_WIDE = 10_000  # columns: lines of a log file are never folded


@dataclass(frozen=True)
class SweepRow:
    """One job of a sweep: what it was, how it stands, its result.json (empty where it has none), its error."""

    job: str
    state: str
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


def show_result(run_folder: Path, console: Console) -> None:
    """Print what result.json says and where the page of the run lies. Says so where there is no result yet."""
    try:
        result: JsonObject = read_json(run_folder / "result.json")
    except (OSError, ValueError):
        console.print(f"{run_folder}: no result yet", markup=False, highlight=False, soft_wrap=True)
        return
    print_table(result_table(result, run_folder), console)


def result_table(result: JsonObject, run_folder: Path) -> Table:
    """The short table of one result: what, how good, how dear, and where to read more."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in result_lines(result, run_folder):
        table.add_row(Text(label), Text(text, style=LOUD if text == UNCONFINED else ""))
    return table


def result_lines(result: JsonObject, run_folder: Path) -> Iterable[tuple[str, str]]:
    """The lines of one result as label and words."""
    yield "run", f"{_word(result, 'method')} on {_word(result, 'env')}, seed {_seed(result)}"
    yield "model", model_words(result)
    yield from _where_known("training", word(result, "training", "what"))
    yield "held-out return", _held_out(result)
    yield "success", held_out_success(result) or UNDEFINED
    yield from _where_known("sampled actions", _sampled(result))
    yield from _where_known("demonstrations", demos_words(result))
    yield from _where_known("cloned alone", both_ways_words(section(result, "cloning"), *CLONED))
    yield from _where_known("cut off", result_cut_short(result))
    yield from _where_known("exact return", _exact_return(result))
    yield "optimum", optimum_words(result)
    yield from reward_lines(result)
    if has_search(result) and not is_about_rewards(result):
        yield "search score", scored(number(result, "search", "return_mean"), interval(result, "search", "return_ci95"))
    if has_search(result):
        yield "best iteration" if asks_a_model(result) else "tested iteration", _best_iteration(result)
    yield from _where_known("invalid answers", result_invalid(result))
    if asks_a_model(result):
        yield "calls", result_calls(result)
        yield "tokens", result_tokens(result)
        yield "cost", result_cost(result).removeprefix("cost ")
    yield from _where_known("replay drift", result_drift(result))
    yield from _where_known("knowledge", knowledge_words(result))
    yield from _where_known("ended by", word(result, "ended_by"))
    yield "budget", f"{_count(result, 'budget', 'episodes')} episodes, {_count(result, 'budget', 'env_steps')} steps"
    yield "wall time", duration_words(number(result, "wall_seconds"))
    page = run_folder / "report.html"
    yield "report", str(page) if page.exists() else f"not written yet; see {run_folder}"


def _held_out(result: JsonObject) -> str:
    if untested := untested_words(result):
        return f"none: {untested}"
    return f"{held_out_score(result)} over {_count(result, 'held_out', 'episodes')} episodes"


def _sampled(result: JsonObject) -> str | None:
    """The same network's held-out return where it draws its actions."""
    scores = section(result, "held_out_sampled")
    if number(scores, "return_mean") is None:
        return None
    success = held_out_success({"held_out": scores})
    return f"return {held_out_score({'held_out': scores})}" + (f", success {success}" if success else "")


def _best_iteration(result: JsonObject) -> str:
    if untested_words(result):
        return f"none of {_count(result, 'iterations')}"
    return f"{_count(result, 'best_iteration')} (counted from 0) of {_count(result, 'iterations')}"


def _exact_return(result: JsonObject) -> str | None:
    exact = number(result, "exact_return_mean")
    return None if exact is None else f"{score_words(exact)} (computed from the environment's own model)"


def optimum_words(result: JsonObject) -> str:
    """The optimum, or what is known instead: a bound that no episode exceeds."""
    optimum, bound = optimum_value(result), number(result, "return_max")
    if optimum is not None:
        return score_words(optimum)
    return "not known" if bound is None else f"not known; no episode exceeds {score_words(bound)}"


def sweep_table(rows: Iterable[SweepRow]) -> Table:
    """All jobs of a sweep, a row each; where one of them is about rewards, with how soon its networks learned."""
    jobs = list(rows)
    is_timed = any(is_about_rewards(row.result) for row in jobs)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("job", overflow="fold")
    table.add_column("state", no_wrap=True)
    timed = ("steps to threshold",) if is_timed else ()
    for heading in ("held-out return", "success", *timed, "invalid", "optimum", "calls", "cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in jobs:
        state = Text(row.state, style=STATE_STYLES.get(row.state, ""))
        table.add_row(Text(row.job), state, *(Text(cell) for cell in _sweep_cells(row.result, is_timed)))
    return table


def _sweep_cells(result: JsonObject, is_timed: bool) -> tuple[str, ...]:
    if not result:
        return (UNDEFINED,) * (7 if is_timed else 6)
    optimum, invalid = optimum_value(result), number(result, "invalid_rate")
    return (
        "none" if untested_words(result) else held_out_score(result),
        held_out_success(result) or UNDEFINED,
        *((_steps_cell(result),) if is_timed else ()),
        UNDEFINED if invalid is None else percent_words(invalid),
        UNDEFINED if optimum is None else score_words(optimum),
        _count(result, "llm", "calls") + drifted_words(number(result, "llm", "replay_drift")),
        result_cost(result),
    )


def _steps_cell(result: JsonObject) -> str:
    return f"{median_steps_words(result)} ({reached_words(result)})" if section(result, "final") else UNDEFINED


def show_sweep(rows: Iterable[SweepRow], console: Console) -> None:
    """Print the table of a sweep's jobs, and below it each error in one line."""
    jobs = list(rows)
    print_table(sweep_table(jobs), console)
    for row in jobs:
        if row.error:
            line = Text(f"{row.job}: {' '.join(row.error.split())}", style="red" if row.state == "failed" else "")
            console.print(line, highlight=False, soft_wrap=True)


def print_table(table: Table, console: Console) -> None:
    """Print it as wide as the terminal is; in a pipe as plain aligned lines, none of them folded."""
    if console.is_terminal:
        console.print(table, highlight=False)
        return
    table.box = None
    page = Console(file=io.StringIO(), width=VERY_WIDE, color_system=None)
    with page.capture() as captured:
        page.print(table, highlight=False)
    for line in captured.get().splitlines():
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def _where_known(label: str, text: str | None) -> Iterable[tuple[str, str]]:
    if text is not None:
        yield label, text


def _word(result: JsonObject, *path: str) -> str:
    return word(result, *path) or UNKNOWN


def _count(result: JsonObject, *path: str) -> str:
    return count_words(number(result, *path))


def _seed(result: JsonObject) -> str:
    seed = number(result, "seed")
    return UNKNOWN if seed is None else str(int(seed))
