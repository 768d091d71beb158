"""One run in the terminal: what it is, what happened iteration by iteration, what came of it, what is missing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json
from llmrl_runner.looking.excerpts import EXCERPTS, Amount
from llmrl_runner.looking.iteration_story import Row, iteration_rows, iteration_title
from llmrl_runner.report.figures import state_of, title_of
from llmrl_runner.report.reading import IterationRecord, RunRecord, read_run
from llmrl_runner.runs.lookup import JsonObject, number, section, word
from llmrl_runner.runs.show import STATE_STYLES, print_table, result_table
from llmrl_runner.runs.wording import UNKNOWN, cost_words, count_words, duration_words, model_words, score_words

PROGRESS = "progress.json"


def tell_run(folder: Path, console: Console, iteration: int | None = None, amount: Amount = EXCERPTS) -> None:
    """Print the story of a run; of one iteration, where it is given. Raises ConfigError where that isn't there."""
    run = read_run(folder)
    print_table(rows_table(head_rows(run)), console)
    for record in _wanted(run, iteration):
        before = next((each for each in run.iterations if each.index == record.index - 1), None)
        console.print()
        console.print(iteration_title(run, record), soft_wrap=True)
        print_table(rows_table(iteration_rows(run, record, before, amount)), console)
    if iteration is None:
        _tell_end(run, console)


def head_rows(run: RunRecord) -> list[Row]:
    """Which run it is and how it stands."""
    seed = number(run.config, "seed")
    seeded = "" if seed is None else f", seed {seed:.0f}"
    return [
        ("run", Text(f"{title_of(run)}{seeded}", style="bold")),
        ("folder", Text(str(run.folder))),
        *([("command", Text(run.command))] if run.command else []),
        ("model", Text(_model(run))),
        ("state", _state(run)),
        *_progress_rows(run),
    ]


def rows_table(rows: Sequence[Row]) -> Table:
    """Labels and words beside each other."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for label, words in rows:
        table.add_row(Text(label), words)
    return table


def _wanted(run: RunRecord, iteration: int | None) -> list[IterationRecord]:
    if iteration is None:
        return run.iterations
    wanted = [record for record in run.iterations if record.index == iteration]
    if not wanted:
        there = ", ".join(str(record.index) for record in run.iterations) or "none"
        raise ConfigError("--iteration", f"{run.folder} has no complete iteration {iteration} (there are: {there})")
    return wanted


def _model(run: RunRecord) -> str:
    if run.result:
        return model_words(run.result)
    named, backend = (word(run.config, "llm", key) for key in ("model", "backend"))
    return f"{named or word(run.config, 'llm', 'name') or UNKNOWN} ({backend or UNKNOWN})"


def _state(run: RunRecord) -> Text:
    state = state_of(run)
    told = Text(state, style=STATE_STYLES.get(state, "yellow"))
    reason = word(run.result, "ended_by") or word(run.status, "reason")
    updated = word(run.status, "updated")
    return told.append(f": {reason}" if reason else "", style="default").append(
        f" ({updated})" if updated else "", style="dim"
    )


def _progress_rows(run: RunRecord) -> Iterator[Row]:
    """How far a run under way is, where it says so."""
    progress = {} if run.result else _progress(run.folder)
    if not progress:
        return
    iteration, total = number(progress, "iteration"), number(progress, "iterations")
    doing = word(progress, "doing")
    part = f"iteration {iteration:.0f}" if iteration is not None else "between iterations"
    words = [f"{part} of {count_words(total)}" + (f", {doing}" if doing else "")]
    words.append(f"best {score_words(number(progress, 'best'))}")
    words.append(f"steps {count_words(number(progress, 'env_steps'))}")
    words.append(f"calls {count_words(number(progress, 'calls'))}")
    words.append(cost_words(number(progress, "cost_usd")))
    if (left := number(progress, "seconds_left")) is not None:
        words.append(f"{duration_words(left)} left")
    yield "under way", Text("; ".join(words))


def _progress(folder: Path) -> JsonObject:
    try:
        return section({"": read_json(folder / PROGRESS)}, "")
    except (OSError, ValueError):
        return {}


def _tell_end(run: RunRecord, console: Console) -> None:
    console.print()
    if run.result:
        console.print(Text("result", style="bold"))
        print_table(result_table(run.result, run.folder), console)
    else:
        console.print(Text("no result yet", style="yellow"))
    if run.error_text:
        console.print(Text(f"the last error: {run.error_text.strip().splitlines()[-1]}", style="red"), soft_wrap=True)
    for line in run.left_out:
        console.print(Text(f"left out: {line}", style="yellow"), soft_wrap=True)
