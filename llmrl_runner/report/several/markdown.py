"""report.md: the tables of a report as Markdown, for a repository or a paper's appendix."""

from collections.abc import Iterable, Iterator, Sequence

from llmrl_runner.report.several.board import Board, boards, standing_boards
from llmrl_runner.report.several.costs import cost_tables
from llmrl_runner.report.several.findings import findings
from llmrl_runner.report.several.matrix import Matrix, Square, matrix_of
from llmrl_runner.report.several.overview import notes
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.study import Study
from llmrl_runner.report.several.wording import NOTHING, progress_words, runs_line, search_words

MOST_LEFT_OUT = 100


def markdown_of(report: Report, pictures: Sequence[str]) -> str:
    """The whole text. pictures: the names of those that lie beside it."""
    return "\n\n".join(_parts(report, pictures)) + "\n"


def _parts(report: Report, pictures: Sequence[str]) -> Iterator[str]:
    yield f"# {_plain(report.title)}"
    yield f"{runs_line(report.study)}."
    yield from findings(report)
    if report.scores:
        yield "## Leaderboard"
        yield from leaderboard(report)
    if pictures:
        yield "## Pictures"
        yield from (f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in pictures)
    if matrix := matrix_of(report):
        yield "## Probability of improvement"
        yield _matrix(matrix)
    if report.scores:
        yield "## What it took"
        yield from _costs(report)
    yield from _unfinished(report.study)
    yield "## How the figures are made"
    yield from notes(report)
    yield from _left_out(report.study)


def leaderboard(report: Report, one_by_one: bool = True) -> Iterator[str]:
    """The arms over all environments that they share, and, `one_by_one`, in each."""
    for board in [*standing_boards(report), *(boards(report) if one_by_one else [])]:
        yield from _board(board)


def _costs(report: Report) -> Iterator[str]:
    for costs in cost_tables(report):
        rows = [[f"`{arm.title}`", *cells] for arm, cells in costs.rows]
        yield f"### {_plain(costs.title)}\n\n{_plain(costs.caption)}"
        yield table(["arm", *costs.headings], rows)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; no cell breaks it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _board(board: Board) -> Iterator[str]:
    yield f"### {_plain(board.title)}\n\n{_plain(board.caption)}"
    rows = [[_named(row.arm.title, row.arm.kind), *(words for words, _ in row.cells)] for row in board.rows]
    yield table(["arm", *board.headings], rows)
    if board.notes:
        yield "\n".join(f"- {_plain(note)}" for note in board.notes)


def _named(title: str, kind: str) -> str:
    return f"`{title}`" + (f" ({kind})" if kind else "")


def _matrix(matrix: Matrix) -> str:
    rows = [
        [f"{k}. `{arm.title}`", *(_square_words(square) for square in squares)]
        for k, (arm, squares) in enumerate(matrix.rows, 1)
    ]
    return table(["a run of ... returns more than one of", *(str(k) for k in range(1, len(rows) + 1))], rows)


def _square_words(square: Square | None) -> str:
    return f"{square.share} ({square.interval})" if square and square.share else NOTHING


def _unfinished(study: Study) -> Iterator[str]:
    going = [run for run in study.runs if not run.result]
    if going:
        yield "## Not finished"
        rows = [[str(run.folder), run.state, progress_words(run), search_words(run), run.reason] for run in going]
        yield table(["run", "state", "how far", "score of its search", "why"], rows)


def _left_out(study: Study) -> Iterator[str]:
    if study.left_out:
        yield f"## Left out of means, or not read: {len(study.left_out)}"
        lines = [f"- {_plain(str(line))}" for line in study.left_out[:MOST_LEFT_OUT]]
        more = len(study.left_out) - MOST_LEFT_OUT
        yield "\n".join([*lines, *([f"- and {more} more, in runs.csv"] if more > 0 else [])])
