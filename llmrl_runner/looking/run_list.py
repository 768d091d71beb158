"""Several runs in the terminal, a row each."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmrl_runner.report.figures import row_words, state_of
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.run_names import run_names
from llmrl_runner.runs.lookup import word
from llmrl_runner.runs.show import STATE_STYLES, print_table


def tell_runs(folders: Sequence[Path], console: Console) -> None:
    """Print a row a run: its name by what differs, its state, its score, what it spent, its folder's name."""
    runs = [read_run(folder) for folder in folders]
    names = run_names({run.folder: run.config for run in runs})
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("run", overflow="fold")
    table.add_column("state", no_wrap=True)
    table.add_column("score", overflow="fold")
    for heading in ("calls", "cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("called", no_wrap=True)
    for run in runs:
        state, *figures = row_words(run)
        styled = Text(state, style=STATE_STYLES.get(state, ""))
        table.add_row(Text(names[run.folder]), styled, *map(Text, [*figures, run.folder.name]))
    print_table(table, console)
    for run in runs:
        if state_of(run) == "failed":
            reason = word(run.status, "reason") or "no reason was noted"
            console.print(Text(f"{names[run.folder]}: {reason}", style="red"), soft_wrap=True)
