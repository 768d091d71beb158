"""report.html: everything about many runs on one self-contained page, without a network, readable without scripts."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from llmrl_runner.report.several.board import boards, standing_boards
from llmrl_runner.report.several.charts import svg_of
from llmrl_runner.report.several.costs import cost_tables
from llmrl_runner.report.several.curves import AXES
from llmrl_runner.report.several.details import Details, details_of
from llmrl_runner.report.several.figures import curve_chart, profile_chart, profile_title
from llmrl_runner.report.several.findings import findings
from llmrl_runner.report.several.matrix import matrix_of
from llmrl_runner.report.several.overview import notes, overview_tiles
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.run import FINISHED, Run
from llmrl_runner.report.several.wording import (
    STATE_TONES,
    cost_of,
    counted,
    progress_words,
    runs_line,
    search_words,
    seeds_words,
)
from llmrl_runner.runs.wording import count_words, duration_words, percent_scored, percent_words, scored

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDERS = (Path(__file__).parent / "templates", Path(__file__).parents[1] / "templates")
MOST_LEFT_OUT = 500  # lines on the page


@dataclass(frozen=True)
class Entry:
    """A run in its list: its figures in words, and its iterations where the page has room for them."""

    name: str
    anchor: str
    state: str
    tone: str
    score: str
    facts: Sequence[str]
    link: str
    iterations: str
    note: str


@dataclass(frozen=True)
class Group:
    """The runs of an arm in an environment. place: the arm's number, None of runs that are in no arm."""

    title: str
    place: int | None
    kind: str
    seeds: str
    entries: Sequence[Entry]


def page_html(report: Report, to: Path, megabytes: float) -> str:
    """The page's HTML. to: the folder that it will lie in, from which runs are linked; megabytes: about its largest
    size. Text that came from a model, a person or a configuration is escaped."""
    environment = _templates()
    details = details_of(report.study, to, megabytes, environment.get_template("several_parts.html.j2").module)
    return environment.get_template("several.html.j2").render(**_contents(report, to, details), megabytes=megabytes)


def _contents(report: Report, to: Path, details: Details) -> Mapping[str, Any]:
    study = report.study
    left_out = [*map(str, study.left_out), *details.left_out]
    entries = {run.folder: _entry(run, k, to, details) for k, run in enumerate(study.runs)}
    return {
        "title": report.title,
        "made": datetime.now().astimezone().strftime("%-d %B %Y, %H:%M"),
        "line": runs_line(study),
        "arms": study.arms,
        "findings": findings(report),
        "tiles": overview_tiles(report),
        "standings": standing_boards(report),
        "boards": boards(report),
        "axes": [(axis, AXES[axis], _panels(report, axis)) for axis in report.curves],
        "missing_axes": [words for axis, words in AXES.items() if axis not in report.curves],
        "profiles": [(profile_title(group), svg_of(profile_chart(group))) for group in report.profiles],
        "matrix": matrix_of(report),
        "costs": cost_tables(report),
        "places": _places(report, entries),
        "notes": notes(report),
        "without_room": len(details.without_room),
        "left_out": left_out[:MOST_LEFT_OUT],
        "more_left_out": max(0, len(left_out) - MOST_LEFT_OUT),
    }


def _panels(report: Report, axis: str) -> list[tuple[str, str]]:
    return [(panel.env.name, svg_of(curve_chart(report, panel))) for panel in report.curves[axis]]


def _places(report: Report, entries: Mapping[Path, Entry]) -> list[tuple[str, str, list[Group]]]:
    """The runs by environment, in it by arm; then those that are in none."""
    study, found = report.study, []
    for env, cells in study.by_env.items():
        groups = [
            Group(
                title=cell.arm.title,
                place=cell.arm.place,
                kind=cell.arm.kind,
                seeds=seeds_words(cell.runs),
                entries=[entries[run.folder] for run in cell.runs],
            )
            for cell in cells
        ]
        found.append((env.name, env.goal, groups))
    strangers = [entries[run.folder] for run in study.runs if run.folder not in study.homes]
    if strangers:
        found.append(("In no arm", "Their config.yaml can't be read.", [Group("unknown arm", None, "", "", strangers)]))
    return found


def _entry(run: Run, number: int, to: Path, details: Details) -> Entry:
    own_page = run.folder / "report.html"
    is_scored = run.state == FINISHED and run.score is not None
    return Entry(
        name=f"seed {run.seed}" if run.seed is not None else run.folder.name,
        anchor=f"run-{number}",
        state=run.state,
        tone=STATE_TONES.get(run.state, ""),
        score=scored(run.score, run.score_interval) if is_scored else search_words(run),
        facts=list(_facts(run)),
        link=quote(os.path.relpath(own_page, to)) if os.path.isfile(own_page) else "",  # noqa: PTH113 (never raises)
        iterations=details.html.get(run.folder, ""),
        note="" if is_scored else run.untested or run.reason or ("" if run.result else progress_words(run)),
    )


def _facts(run: Run) -> list[str]:
    found = []
    if run.state == FINISHED and run.success is not None:
        found.append(f"success {percent_scored(run.success, run.success_interval)}")
    if run.asks_a_model:
        found += [counted(run.spent("calls"), "call"), cost_of(run.spent("cost_usd"), [run])]
    if run.drift:
        found.append(f"{count_words(run.drift)} drifted")
    if run.invalid_rate:
        found.append(f"{percent_words(run.invalid_rate)} invalid")
    found.append(counted(run.spent("env_steps"), "step"))
    found.append(duration_words(run.spent("wall_seconds")))
    return found


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
