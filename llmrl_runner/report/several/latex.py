r"""leaderboard.tex: the leaderboard's tables for a paper, each a float that `\input` takes; they want booktabs."""

import re
from collections.abc import Iterator, Sequence

from llmrl_runner.report.several.board import Board, boards, standing_boards
from llmrl_runner.report.several.report import Report

PREAMBLE = r"% \usepackage{booktabs} in the preamble, then \input{leaderboard.tex}"
ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
MINUS = re.compile(r"(?<![\w.)\]])-(?=\d)")


def latex_of(report: Report) -> str:
    """The whole text: a table over the environments that arms share, and one for each environment."""
    return "\n\n".join([PREAMBLE, *map(_table, [*standing_boards(report), *boards(report)])]) + "\n"


def escaped(text: str) -> str:
    """Text as LaTeX prints it: no sign is a command, two hyphens are no dash, and before a number stands a minus."""
    printed = "".join(ESCAPED.get(sign, sign) for sign in " ".join(text.split()))
    return MINUS.sub("$-$", re.sub("-(?=-)", "-{}", printed))


def _table(board: Board) -> str:
    return "\n".join([r"\begin{table}", *(f"  {line}" for line in _lines(board)), r"\end{table}"])


def _lines(board: Board) -> Iterator[str]:
    yield r"\centering\small"
    yield rf"\caption{{{escaped(' '.join([board.title + ':', board.caption, *board.notes]))}}}"
    yield rf"\label{{tab:{_label(board.title)}}}"
    yield rf"\begin{{tabular}}{{l{'r' * len(board.headings)}}}"
    yield r"  \toprule"
    yield f"  {_row(['arm', *board.headings])}"
    yield r"  \midrule"
    yield from (f"  {_row([row.arm.title, *(words for words, _ in row.cells)])}" for row in board.rows)
    yield r"  \bottomrule"
    yield r"\end{tabular}"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def _label(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
