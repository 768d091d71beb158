"""The folder that TensorBoard is shown: a link a run, named by what differs, and what it needs to know of all runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from llmrl_runner.report.figures import row_words
from llmrl_runner.report.hparam_columns import metric_columns, setting_columns
from llmrl_runner.report.reading import RunRecord, read_run
from llmrl_runner.report.run_names import run_names
from llmrl_runner.runs.charts import layout
from llmrl_runner.runs.hparams import experiment
from llmrl_runner.runs.tensorboard import TensorBoardLog

EVENTS = "tensorboard"  # a run's folder of event files; below it those of drafts and final seeds
ABOUT = "0 all runs"  # the view's own run: a table of the others, the columns of HPARAMS, the CUSTOM SCALARS

TELLING = ("config.yaml", "status.json", "metrics.jsonl", "result.json")  # one of them changes where a run goes on
Stamp: TypeAlias = tuple[int, ...]


class Board:
    """A view in `folder` that follows its runs: `show` may be called again as they begin, go on and end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told = ""
        self._known: dict[Path, tuple[Stamp, RunRecord]] = {}

    def show(self, run_folders: Sequence[Path]) -> dict[str, Path]:
        """Link these runs and no others, and tell of them. Returns the names of those that have something to show."""
        runs = [self._read(folder) for folder in run_folders]
        names = run_names({run.folder: run.config for run in runs})
        shown = {names[run.folder]: run.folder for run in runs if (run.folder / EVENTS).is_dir()}
        self._link(shown)
        self._tell(runs, names)
        return shown

    def _read(self, folder: Path) -> RunRecord:
        """A run as it is now; one in which nothing was written since is not read again."""
        stamp = tuple(_changed(folder / name) for name in TELLING)
        if folder not in self._known or self._known[folder][0] != stamp:
            self._known[folder] = (stamp, read_run(folder))
        return self._known[folder][1]

    def _link(self, shown: Mapping[str, Path]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = {name: str((run / EVENTS).resolve()) for name, run in shown.items()}
        for link in [path for path in self.folder.iterdir() if path.is_symlink()]:
            if wanted.get(link.name) != str(link.readlink()):
                link.unlink()
        for name, target in wanted.items():
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(target, target_is_directory=True)

    def _tell(self, runs: Sequence[RunRecord], names: Mapping[Path, str]) -> None:
        """Written anew only where something changed: TensorBoard would show every writing as a step."""
        table = runs_table(runs, names)
        if table == self._told:
            return
        self._told = table
        with TensorBoardLog(self.folder / ABOUT) as log:
            log.open_iteration(0)
            log.text("runs", 0, table)
            log.value(layout())
            log.value(
                experiment(setting_columns([run.config for run in runs]), metric_columns([run.result for run in runs]))
            )


def runs_table(runs: Sequence[RunRecord], names: Mapping[Path, str]) -> str:
    """The runs as a Markdown table: name, state, score, calls, cost, and where they lie."""
    lines = ["| run | state | score | calls | cost | folder |", "| --- | --- | --- | --- | --- | --- |"]
    for run in runs:
        lines.append("| " + " | ".join(map(_cell, [names[run.folder], *row_words(run), str(run.folder)])) + " |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _changed(path: Path) -> int:
    """When a file changed last; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
