"""`python -m llmrl_runner.report PATHS...`: write anew the page of each run folder under the paths.

With `--table` it prints the runs side by side instead. With `--learning` it writes the table, the learning curves, the
heat maps and the episodes of runs that evaluated as they trained (method=llmae_ppo, method=reward_gen), arm by arm,
into one folder. With `--checks` it prints how the checks before training ranked the drafts that method=reward_gen then
trained, an environment a row.
"""

import argparse
import math
import sys
from collections.abc import Iterable
from pathlib import Path

from llmrl_runner.report.checks_table import checks_table
from llmrl_runner.report.comparison import compare
from llmrl_runner.report.figures import headline, state_of
from llmrl_runner.report.intervals import REPS
from llmrl_runner.report.learning import write_learning
from llmrl_runner.report.page import write_page
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.table import comparison_table
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.finding import run_folders


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, a line each. Returns 1 where a page could not be written or no run was found, else 0."""
    options = _options(arguments)
    folders = sorted(set(run_folders(options.paths)))
    if not folders:
        print("no run folder found there", file=sys.stderr)
        return 1
    if options.table:
        LastingConsole().print(comparison_table(folders), markup=False, highlight=False, soft_wrap=True)
        return 0
    if options.checks:
        return _checks(folders)
    if options.learning:
        return _learning(folders, options.to, options.threshold)
    failures = [folder for folder in folders if not _rewrite(folder)]
    return 1 if failures else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m llmrl_runner.report", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[Path("outputs")], help="run folders, or folders of them"
    )
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--table", action="store_true", help="print runs side by side as Markdown, write no page")
    kinds.add_argument(
        "--learning",
        action="store_true",
        help="write learning.md, curves.png, visits.png and a GIF an arm into --to, write no page",
    )
    kinds.add_argument(
        "--checks",
        action="store_true",
        help="print how the checks before training ranked the drafts of rewards (train all: method.budgets=full)",
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="the folder for --learning, made where it is missing")
    parser.add_argument(
        "--threshold",
        type=_return,
        metavar="RETURN",
        help="for --learning: the return that counts as learned (0.8 of the highest possible one, where that is known)"
        "; for method=reward_gen the share of successful episodes, where success is defined (the runs' own threshold)",
    )
    options = parser.parse_args(arguments)
    if options.learning and options.to is None:
        parser.error("--learning needs --to DIR, the folder to write into")
    if not options.learning and (options.to is not None or options.threshold is not None):
        parser.error("--to and --threshold belong to --learning")
    return options


def _return(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(f"a number is needed, got '{text}'")
    return found


def _checks(folders: Iterable[Path]) -> int:
    table = checks_table(folders)
    if not table:
        print("no run of method=reward_gen with drafts found there", file=sys.stderr)
        return 1
    LastingConsole().print(table, markup=False, highlight=False, soft_wrap=True)
    return 0


def _learning(folders: Iterable[Path], to: Path, threshold: float | None) -> int:
    """Write the table and pictures of a sweep, and say what was written and what was left out, a line each."""
    comparisons = compare(folders, threshold)
    for line in comparisons.left_out:
        print(f"left out: {line}", file=sys.stderr)
    if not comparisons.of_envs:
        print("no finished run with evaluations found there", file=sys.stderr)
        return 1
    for comparison in comparisons.of_envs:
        if comparison.threshold is None:
            print(f"{comparison.env}: the highest return isn't known, so say --threshold", file=sys.stderr)
    try:
        written = write_learning(comparisons, to, REPS)
    except OSError as error:
        print(f"{to}: {error.strerror or error}", file=sys.stderr)
        return 1
    print(*written, sep="\n")
    return 0


def _rewrite(folder: Path) -> bool:
    try:
        path = write_page(folder)
    except OSError as error:
        print(f"{folder}: no page ({error})", file=sys.stderr)
        return False
    run = read_run(folder)
    score = headline(run)
    print(f"{path}: {state_of(run)}, {score.label.lower()} {score.value} {score.interval}".rstrip())
    return True


if __name__ == "__main__":
    sys.exit(main())
