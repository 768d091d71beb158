"""Two runs beside each other in the terminal: settings, results, iterations, and what their best candidates are."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmrl_runner.looking.excerpts import Amount
from llmrl_runner.report.changes import Change, change_of
from llmrl_runner.report.differences import difference_of_means
from llmrl_runner.report.drafts import winner_of
from llmrl_runner.report.figures import state_of, title_of
from llmrl_runner.report.reading import IterationRecord, RunRecord, read_run
from llmrl_runner.runs.held_out import read_held_out
from llmrl_runner.runs.hparams import flat
from llmrl_runner.runs.identity import shapes_a_result
from llmrl_runner.runs.lookup import number, section
from llmrl_runner.runs.show import print_table, result_lines
from llmrl_runner.runs.wording import UNKNOWN, cost_words, count_words, score_words, scored

NOTHING = "-"
LEFT_TO_OTHERS = ("report",)  # lines of a result that differ always
FILES = ("policy.csv", "reward.py", "lines.json", "lessons.json", "candidate.json")  # what can be read of a candidate

Runs = tuple[RunRecord, RunRecord]


def tell_difference(folders: tuple[Path, Path], console: Console, amount: Amount) -> None:
    """Print what differs between two runs; what is the same in both is left out."""
    runs = read_run(folders[0]), read_run(folders[1])
    _tell_heads(runs, console)
    _section("settings", settings_table(runs), console)
    _section("results", results_table(runs), console)
    console.print(held_out_words(runs), soft_wrap=True)
    _section("iterations", iterations_table(runs), console)
    _section("versions", versions_table(runs), console)
    for title, change in text_changes(runs):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(amount.change(change), soft_wrap=True)
    for run in runs:
        for line in run.left_out:
            console.print(Text(f"left out: {run.folder.name}: {line}", style="yellow"), soft_wrap=True)


def settings_table(runs: Runs) -> Table | None:
    """The settings that differ and shape a result, by their dotted keys; None where there are none."""
    one, two = (flat(run.config) for run in runs)
    keys = [key for key in dict.fromkeys([*one, *two]) if one.get(key) != two.get(key) and shapes_a_result(key)]
    return _table([(key, _said(one.get(key)), _said(two.get(key))) for key in keys])


def results_table(runs: Runs) -> Table | None:
    """The lines of both results that aren't the same."""
    one, two = (dict(result_lines(run.result, run.folder)) if run.result else {} for run in runs)
    labels = [label for label in _merged(list(one), list(two)) if label not in LEFT_TO_OTHERS]
    rows = [(label, one.get(label, NOTHING), two.get(label, NOTHING)) for label in labels]
    return _table([row for row in rows if row[1] != row[2]])


def held_out_words(runs: Runs) -> Text:
    """The difference of the held-out returns, and whether it may be chance."""
    found = difference_of_means([run.result for run in runs], [read_held_out(run.folder) for run in runs])
    if found is None:
        return Text("held-out returns can't be compared: one of the runs has none", style="yellow")
    words = f"held-out return, the second minus the first: {scored(found.mean, found.interval)} ({found.how})"
    if found.interval is None:
        return Text(f"{words}: too little is known for an interval")
    return Text(f"{words}: {'a clear difference' if found.is_clear else 'it may be chance'}")


def iterations_table(runs: Runs) -> Table | None:
    """Each iteration's return, steps, calls and cost so far, beside each other."""
    pairs = zip_longest(*(run.iterations for run in runs))
    return _table([(_name(pair), *map(_progress_words, pair)) for pair in pairs])


def versions_table(runs: Runs) -> Table | None:
    """Packages whose versions differ."""
    one, two = (section(run.result, "versions") for run in runs)
    if not one or not two:
        return _table([("all of them", *("known" if known else UNKNOWN for known in (one, two)))])
    names = [name for name in _merged(list(one), list(two)) if one.get(name) != two.get(name)]
    return _table([(name, _said(one.get(name)), _said(two.get(name))) for name in names])


def text_changes(runs: Runs) -> Iterator[tuple[str, Change]]:
    """From the first run's best candidate to the second's, and between the prompts that they began with."""
    places = [_best_place(run) for run in runs]
    for name in FILES:
        texts = [_text(place / name) if place else "" for place in places]
        if any(texts):
            yield "the best candidate", change_of(name, *texts)
            break
    prompts = [next((record.prompt for record in run.iterations if record.prompt), "") for run in runs]
    if any(prompts):
        yield "the first prompt", change_of("prompt.md", *prompts)


def _tell_heads(runs: Runs, console: Console) -> None:
    for mark, style, run in zip("-+", ("red", "green"), runs, strict=True):
        seed = number(run.config, "seed")
        words = f"{mark} {title_of(run)}{'' if seed is None else f', seed {seed:.0f}'}, {state_of(run)}: {run.folder}"
        console.print(Text(words, style=style), soft_wrap=True)


def _section(title: str, table: Table | None, console: Console) -> None:
    console.print()
    console.print(Text(title if table else f"{title}: the same", style="bold"))
    if table:
        print_table(table, console)


def _table(rows: Sequence[Sequence[str]]) -> Table | None:
    if not rows:
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", overflow="fold")
    table.add_column("first", style="red", overflow="fold")
    table.add_column("second", style="green", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _merged(one: Sequence[str], two: Sequence[str]) -> list[str]:
    """The labels of both, those of the second alone where they stand there."""
    merged = list(one)
    for place, label in enumerate(two):
        if label not in merged:
            before = two[place - 1] if place else None
            merged.insert(merged.index(before) + 1 if before in merged else 0, label)
    return merged


def _name(pair: Sequence[IterationRecord | None]) -> str:
    return next(record.folder.name for record in pair if record is not None)


def _progress_words(record: IterationRecord | None) -> str:
    if record is None:
        return NOTHING
    metrics = record.metrics
    score = "no score" if number(metrics, "return_mean") is None else score_words(number(metrics, "return_mean"))
    steps, calls = (number(metrics, key) for key in ("env_steps", "calls"))
    asked = f"{count_words(calls)} {'call' if calls == 1 else 'calls'}"
    stage = f"{record.stage}: " if record.stage else ""
    best = " (best so far)" if record.is_best and not record.stage else ""
    return (
        f"{stage}{score}{best}; {count_words(steps)} steps, {asked}, {cost_words(number(metrics, 'cost_usd'))} so far"
    )


def _best_place(run: RunRecord) -> Path | None:
    winner = winner_of(run.drafts)
    if winner is not None:
        return winner.folder
    best = run.best_iteration
    return None if best is None else best.folder


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _said(value: object) -> str:
    return NOTHING if value is None else str(value) or UNKNOWN
