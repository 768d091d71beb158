"""Reading the table that an LLM wrote, tolerantly, and saying what was wrong with it."""

from dataclasses import dataclass, field

import numpy as np

from llmrl_runner.answers.fences import split_fences
from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.cell_words import CellError, Span, read_span, read_value
from llmrl_runner.policies.table_form import TableForm
from llmrl_runner.policies.table_rows import RawRow, find_rows

NO_CHOICE = -1
MOST_FAULTS = 8  # told one by one; the rest is counted
MOST_EXAMPLES = 4


@dataclass(frozen=True)
class ParsedTable:
    """A table as it was understood.

    entries (n_cells, dims): the choice of each action dimension, NO_CHOICE (-1) in cells that no row covers.
    n_rows: rows that were used. coverage: share of the cells that a row covers. problems: short lines for the LLM.
    """

    entries: IntArray
    n_rows: int
    coverage: float
    problems: list[str]


@dataclass
class _Draft:
    """A table while its rows are read, one after the other."""

    form: TableForm
    n_rows: int = 0
    faults: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    seen: dict[tuple[Span, ...], tuple[int, tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.grid: IntArray = np.full((*self.form.bins, len(self.form.actions)), NO_CHOICE, dtype=np.int64)

    def add(self, number: int, row: RawRow) -> None:
        """Write one row into the table; a row with a fault is left out and the fault is noted."""
        try:
            spans, choices = _read_row(row, self.form)
        except CellError as fault:
            self.faults.append(f"row {number}{fault}")
            return
        self._note_conflict(number, spans, choices)
        self.grid[tuple(slice(span.first, span.last + 1) for span in spans)] = choices
        self.n_rows += 1

    def _note_conflict(self, number: int, spans: tuple[Span, ...], choices: tuple[int, ...]) -> None:
        """A later row overrules an earlier one, which is meant for wildcards and not for the very same cells."""
        before, other = self.seen.get(spans, (0, choices))
        if other != choices:
            self.conflicts.append(f"rows {before} and {number} name the same cells and differ; row {number} counts")
        self.seen[spans] = (number, choices)

    def finished(self) -> ParsedTable:
        """The table with everything there is to say about it."""
        entries = self.grid.reshape(-1, len(self.form.actions))
        covered = entries[:, 0] != NO_CHOICE
        problems = [*_capped(self.faults), *_capped(self.conflicts), *_gaps(covered, self.form)]
        return ParsedTable(entries, self.n_rows, float(covered.mean()), problems)


def parse_table(text: str, form: TableForm) -> ParsedTable:
    """The table in an LLM's answer.

    Rows are lines like `0 | 1-2 | * | 1` (Markdown, commas and white space are understood too) or JSON: a list of
    lists, `{"rows": [...]}`, or objects `{field: value, ..., "action": 1}`. Fields take a number, a range, `*`, or a
    word where the environment has one; actions a number or a name. Later rows overrule earlier ones. The last fenced
    block with a usable row counts; text outside counts where no block has one. Raises PolicyParseError where there
    is no usable row at all.
    """
    fenced, outside = split_fences(text)
    drafts = (_read_block(body, form) for body in [*(block.body for block in reversed(fenced)), outside])
    faults: list[str] = []
    for draft in drafts:
        if draft.n_rows:
            return draft.finished()
        faults = faults or draft.faults
    expected = f"expected rows of {form.width} columns, {form.header}"
    raise PolicyParseError(f"no usable row found: {faults[0]}; {expected}" if faults else f"no row found; {expected}")


def _read_block(text: str, form: TableForm) -> _Draft:
    draft = _Draft(form)
    for number, row in enumerate(find_rows(text, form), start=1):
        draft.add(number, row)
    return draft


def _read_row(row: RawRow, form: TableForm) -> tuple[tuple[Span, ...], tuple[int, ...]]:
    """The cells that a row names, and what it chooses there. Raises CellError."""
    if row.complaint:
        raise CellError(f": {row.complaint}")
    if len(row.written) != form.width:
        raise CellError(f" has {len(row.written)} columns, {form.width} needed: {form.header}")
    spans: list[Span] = []
    choices: list[int] = []
    for place, (written, column) in enumerate(zip(row.written, form.columns, strict=True), start=1):
        try:
            if place <= len(form.fields):
                spans.append(read_span(written, column))
            else:
                choices.append(read_value(written, column))
        except CellError as fault:
            raise CellError(f", column {place} ({column.name}): {fault}") from fault
    return tuple(spans), tuple(choices)


def _capped(lines: list[str]) -> list[str]:
    rest = len(lines) - MOST_FAULTS
    return lines if rest <= 0 else [*lines[:MOST_FAULTS], f"and {rest} more rows of this kind"]


def _gaps(covered: BoolArray, form: TableForm) -> list[str]:
    """How many cells no row covers, with examples spread over the table."""
    missing = np.flatnonzero(~covered)
    if not len(missing):
        return []
    spread = missing[np.unique(np.linspace(0, len(missing) - 1, MOST_EXAMPLES).astype(int))]
    examples = "; ".join(" | ".join(str(bin) for bin in np.unravel_index(cell, form.bins)) for cell in spread)
    share = len(missing) / len(covered)
    return [f"{len(missing)} of {len(covered)} cells ({share:.0%}) are covered by no row, such as {examples}"]
