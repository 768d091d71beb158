"""What changed from one candidate to the next, as lines of a unified diff."""

import difflib
import json
from dataclasses import dataclass

from llmrl_runner.report.reading import IterationRecord

MOST_LINES_COMPARED = 3_000
MOST_LINES_SHOWN = 300
LONGEST_LINE = 400  # beyond it a JSON file was written in one piece and is laid out before it is compared
HEADER_LINES = 2  # the --- and +++ of a unified diff
KINDS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True)
class Change:
    """Lines of a diff with their kind (`added`, `removed`, `place` or nothing), and a note on what it leaves out."""

    subject: str
    lines: list[tuple[str, str]]
    added: int = 0
    removed: int = 0
    note: str = ""


def change_between(before: IterationRecord, after: IterationRecord) -> Change:
    """How the candidate changed, or the answer itself where one of both has no candidate that can be read."""
    if before.candidate and after.candidate and before.candidate_name == after.candidate_name:
        return change_of(after.candidate_name, before.candidate, after.candidate)
    return change_of("answer", before.response, after.response)


def change_of(subject: str, old_text: str, new_text: str) -> Change:
    """How one text became another, as far as that can be read."""
    old, new = _lines(old_text), _lines(new_text)
    if max(len(old), len(new)) > MOST_LINES_COMPARED:
        return Change(subject, [], note=f"too long to compare here ({len(old):,} and {len(new):,} lines)")
    diff = list(difflib.unified_diff(old, new, lineterm="", n=2))[HEADER_LINES:]
    lines = [(KINDS.get(line[:1], ""), line) for line in diff]
    kinds = [kind for kind, _ in lines]
    hidden = len(lines) - MOST_LINES_SHOWN
    note = f"{hidden:,} more lines are left out" if hidden > 0 else "" if lines else "nothing changed"
    return Change(subject, lines[:MOST_LINES_SHOWN], kinds.count("added"), kinds.count("removed"), note)


def _lines(text: str) -> list[str]:
    lines = text.splitlines()
    if max(map(len, lines), default=0) <= LONGEST_LINE:
        return lines
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False).splitlines()
    except (ValueError, RecursionError):
        return lines
