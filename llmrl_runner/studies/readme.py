"""experiments/<study>/: the README of a study with its question, commands, tables, figures, versions, cost and time."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from llmrl_runner.files.whole import write_text
from llmrl_runner.report.arms import Names, arm_settings
from llmrl_runner.report.checks_table import checks_table
from llmrl_runner.report.comparison import compare
from llmrl_runner.report.intervals import REPS
from llmrl_runner.report.learning import write_learning
from llmrl_runner.report.learning_captions import curves_caption, table_caption
from llmrl_runner.report.learning_table import learning_table
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.several.findings import findings
from llmrl_runner.report.several.markdown import leaderboard, markdown_of, table
from llmrl_runner.report.several.pictures import write_pictures
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.run import Run
from llmrl_runner.report.several.study import read_study
from llmrl_runner.report.several.tables import write_tables
from llmrl_runner.report.table import comparison_table
from llmrl_runner.runs.lookup import number, section, word
from llmrl_runner.runs.wording import cost_words, count_words, duration_words
from llmrl_runner.studies.about import BOARD, CHECKS, LEARNING, About
from llmrl_runner.studies.running import Swept

README = "README.md"
SHOWN = ("curves_env_steps.png", "profiles.png")
FURTHER = (
    "Each environment by itself, what it took, how likely one arm beats another, and how all figures are made: "
    "[report.md](report.md). Every run: [runs.csv](runs.csv); every arm: [arms.csv](arms.csv)."
)
Part = Callable[[About, Swept, Path, Names], Iterator[str]]


def write_study(about: About, swept: Swept, to: Path) -> Path:
    """Write all that a study came to into the folder `to`. Returns its README. Raises OSError where that can't be."""
    to.mkdir(parents=True, exist_ok=True)
    parts = [f"# {about.title}", about.question, *_commands(about, swept)]
    names = _names(about, swept)
    for table_name in about.tables:
        parts += TABLES[table_name](about, swept, to, names)
    parts += [about.notes, *_making(swept)]
    readme = to / README
    write_text(readme, "\n\n".join(part for part in parts if part) + "\n")
    return readme


def _commands(about: About, swept: Swept) -> Iterator[str]:
    words = f' ARGS="{" ".join(swept.words)}"' if swept.words else ""
    yield f"Made by\n\n    make study NAME={about.name}{words}"
    runs = "\n".join(f"    {command}" for command in swept.commands)
    yield f"which runs, and then writes this page from the runs:\n\n{runs}"


def _names(about: About, swept: Swept) -> Names:
    """What the study calls the arms of its runs."""
    named = {folder: about.names[arm] for folder, arm in swept.arms.items() if arm in about.names}
    return {arm_settings(read_run(folder).config): name for folder, name in named.items()}


def _board(about: About, swept: Swept, to: Path, names: Names) -> Iterator[str]:
    """Held-out scores and how they rose, in short; the rest stands in report.md."""
    report = report_of(read_study(swept.folders, names=names), about.title, about.thresholds)
    pictures = _png_files(write_pictures(report, to))
    write_text(to / "report.md", markdown_of(report, pictures))
    write_tables(report, to)
    yield "## Results"
    yield from findings(report)
    if len(report.scores) > 1:
        yield comparison_table(swept.folders, names)
    yield from leaderboard(report, one_by_one=len(report.scores) == 1)
    yield from (f"![{name}]({name})" for name in pictures if name in SHOWN)
    yield FURTHER


def _png_files(pictures: Sequence[Path]) -> list[str]:
    """Their names; the other form of each is for papers, and whoever wants it has `make report`."""
    for path in pictures:
        if path.suffix != ".png":
            path.unlink()
    return [path.name for path in pictures if path.suffix == ".png"]


def _learning(about: About, swept: Swept, to: Path, names: Names) -> Iterator[str]:
    """How networks learned, seed by seed."""
    comparisons = compare(swept.folders, next(iter(about.thresholds.values()), None), names)
    if not comparisons.of_envs:
        return
    write_learning(comparisons, to, REPS)
    yield "## What was learned, and how soon"
    for comparison in comparisons.of_envs:
        yield from (learning_table(comparison, REPS), table_caption(comparison, REPS))
    yield "![Learning curves](curves.png)"
    yield curves_caption(comparisons.of_envs, REPS)
    yield "Heat maps, where the world is a grid, and an episode of each arm: [learning.md](learning.md)."


def _checks(about: About, swept: Swept, to: Path, names: Names) -> Iterator[str]:
    """How the checks before training had ranked drafts."""
    yield "## What the checks had said"
    yield checks_table(swept.folders)


TABLES: dict[str, Part] = {BOARD: _board, LEARNING: _learning, CHECKS: _checks}


def _making(swept: Swept) -> Iterator[str]:
    """When, how long, for how much, by whom, with which versions."""
    runs = read_study(swept.folders).runs
    yield "## How it was made"
    yield table(["", ""], [[what, told] for what, told in _facts(runs, swept) if told])


def _facts(runs: Sequence[Run], swept: Swept) -> Iterator[tuple[str, str]]:
    results = [run.result for run in runs]
    seconds = [known for result in results if (known := number(result, "wall_seconds")) is not None]
    costs = [number(result, "llm", "cost_usd") for result in results]
    calls = [number(result, "llm", "calls") or 0 for result in results]
    models = sorted({name for result in results if (name := word(result, "llm", "model"))})
    yield "page written", datetime.now(UTC).date().isoformat()
    yield "runs", f"{sum(bool(result) for result in results)} of {len(runs)} finished"
    yield "wall time of the sweeps", "" if swept.seconds is None else duration_words(swept.seconds)
    yield "wall time of all runs, one after the other", duration_words(sum(seconds)) if seconds else ""
    yield "of a run, median", duration_words(statistics.median(seconds)) if seconds else ""
    yield "models", ", ".join(models)
    yield "LLM calls", count_words(sum(calls))
    yield "cost", cost_words(None if None in costs else sum(cost or 0.0 for cost in costs))
    yield "versions", ", ".join(_versions(results))


def _versions(results: Sequence[object]) -> Iterator[str]:
    """Each package with every version that a run had of it."""
    found: dict[str, set[str]] = {}
    for result in results:
        for name, version in section({"result": result}, "result", "versions").items():
            found.setdefault(str(name), set()).add(str(version))
    for name, versions in sorted(found.items()):
        yield f"{name} {' and '.join(sorted(versions))}"
