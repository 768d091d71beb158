"""`python -m scripts.report PATHS...`: a report over all run folders at or below the paths.

It writes report.html (one self-contained page), report.md, leaderboard.tex, runs.csv, arms.csv, pairs.csv, and the
curves and profiles as PNG and SVG files. Runs in progress and damaged ones are shown as what they are, and what is left
out is said.
"""

import argparse
import math
import sys
from pathlib import Path

from llmrl_runner.files.whole import write_text
from llmrl_runner.report.several.latex import latex_of
from llmrl_runner.report.several.markdown import markdown_of
from llmrl_runner.report.several.page import page_html
from llmrl_runner.report.several.pictures import write_pictures
from llmrl_runner.report.several.report import Report, report_of
from llmrl_runner.report.several.study import Study, read_study
from llmrl_runner.report.several.tables import write_tables
from llmrl_runner.report.several.wording import runs_line
from llmrl_runner.runs.console import LastingConsole

MOST_TOLD = 10  # lines of what was left out; the page has all of them
MEGABYTES = 30.0
BAD_INPUT, FAILED = 2, 1


def main(words: list[str] | None = None) -> int:
    """The exit code: 2 where a path isn't there, 1 where there is no run or the report can't be written, else 0."""
    options = _options(words)
    missing = [path for path in options.paths if not path.exists()]
    if missing:
        print(f"{missing[0]}: there is no such folder", file=sys.stderr)
        return BAD_INPUT
    to = options.to or options.paths[0] / "report"
    study = read_study(options.paths, but=[to])
    if not study.runs and not study.left_out:
        print("no run folder found there", file=sys.stderr)
        return FAILED
    chosen = dict(options.threshold)
    report = report_of(study, options.title or _title(options.paths), chosen, chosen.pop("", None))
    try:
        written = write_report(report, to, options.page_mb)
    except OSError as error:
        print(f"{error.filename or to}: {error.strerror or error}", file=sys.stderr)
        return FAILED
    _tell(study, written)
    return 0


def write_report(report: Report, to: Path, megabytes: float = MEGABYTES) -> list[Path]:
    """Write all files of a report into the folder `to`, made where it is missing. Returns them, the page first."""
    to.mkdir(parents=True, exist_ok=True)
    page, text, latex = to / "report.html", to / "report.md", to / "leaderboard.tex"
    pictures = write_pictures(report, to)
    write_text(page, page_html(report, to, megabytes))
    write_text(text, markdown_of(report, [path.name for path in pictures if path.suffix == ".png"]))
    write_text(latex, latex_of(report))
    return [page, text, latex, *write_tables(report, to), *pictures]


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[Path("outputs")], help="run folders, or folders of them (outputs)"
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="the folder to write into (report, in the first path)")
    parser.add_argument("--title", help="the page's title")
    parser.add_argument(
        "--threshold",
        type=_threshold,
        metavar="[ENV=]RETURN",
        action="append",
        default=[],
        help="the return that counts as good enough, in every environment or in one (0.8 of the optimum or of the "
        "highest possible return where that is above 0, else a success of 0.8)",
    )
    parser.add_argument(
        "--page-mb",
        type=_megabytes,
        metavar="MB",
        default=MEGABYTES,
        help="about how large report.html may be; further runs have figures and a link alone (%(default)g)",
    )
    return parser.parse_args(words)


def _threshold(text: str) -> tuple[str, float]:
    env, _, level = text.rpartition("=")
    return env, _number(level, -math.inf)


def _megabytes(text: str) -> float:
    return _number(text, 0.0)


def _number(text: str, least: float) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or found < least:
        raise argparse.ArgumentTypeError(f"a number{' of 0 or more' if least == 0 else ''} is needed, got '{text}'")
    return found


def _title(paths: list[Path]) -> str:
    names = [path.resolve().name for path in paths]
    return f"Runs in {', '.join(names[:3])}{' and others' if len(names) > 3 else ''}"


def _tell(study: Study, written: list[Path]) -> None:
    for line in study.left_out[:MOST_TOLD]:
        print(f"left out: {line}", file=sys.stderr)
    if len(study.left_out) > MOST_TOLD:
        print(f"left out: {len(study.left_out) - MOST_TOLD} more, on the page", file=sys.stderr)
    console = LastingConsole()
    for told in (runs_line(study), *map(str, written)):
        console.print(told, markup=False, highlight=False, soft_wrap=True)
