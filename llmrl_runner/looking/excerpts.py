"""Texts of a run in the terminal: their end or beginning in a few lines, or all of them; and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from llmrl_runner.report.changes import Change

LINES = 6  # of an excerpt
LONGEST_LINE = 240  # characters of a line in an excerpt
TONES = {"added": "green", "removed": "red", "place": "cyan"}


@dataclass(frozen=True)
class Amount:
    """How much is shown of each text; None shows all of it."""

    lines: int | None = LINES

    def beginning(self, text: str) -> Text:
        """The first lines, and how many more there are."""
        return self._cut(text.strip("\n").split("\n"), is_end=False)

    def end(self, text: str) -> Text:
        """The last lines, and how many there are before: what a prompt asks for comes last."""
        return self._cut(text.strip("\n").split("\n"), is_end=True)

    def change(self, change: Change) -> Text:
        """A diff in colours, with how many lines came and went on top."""
        counts = f"{change.subject}: {change.added} lines added, {change.removed} removed"
        shown = change.lines[: self.lines]
        lines = [Text(line, style=TONES.get(kind, "dim")) for kind, line in shown]
        more = len(change.lines) - len(shown)
        remarks = [remark for remark in (_more(more, "follow") if more else "", change.note) if remark]
        return Text("\n").join([Text(counts), *lines, *(Text(remark, style="dim italic") for remark in remarks)])

    def _cut(self, lines: Sequence[str], is_end: bool) -> Text:
        if self.lines is None or len(lines) <= self.lines:
            return Text("\n".join(lines if self.lines is None else map(_shortened, lines)))
        kept = lines[-self.lines :] if is_end else lines[: self.lines]
        remark = Text(_more(len(lines) - self.lines, "before" if is_end else "follow"), style="dim italic")
        shown = Text("\n".join(map(_shortened, kept)))
        return Text("\n").join([remark, shown] if is_end else [shown, remark])


EXCERPTS, ALL = Amount(), Amount(None)


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..."


def _more(count: int, where: str) -> str:
    what = "line" if count == 1 else "lines"
    return f"({count:,} {what} before this)" if where == "before" else f"({count:,} more {what}; --full shows all)"
