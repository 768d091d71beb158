"""From what a child says of an error to what its program's writer is told."""

import re

import numpy as np

from llmrl_runner.sandbox.connection import FORGED
from llmrl_runner.sandbox.errors import ProgramError
from llmrl_runner.sandbox.inside.layouts import Item

KINDS = ("syntax", "raised", "missing", "constants", "answer", "memory", "flood")
WORDS_LIMIT = 300
LINE_LIMIT = 160
LINES_LIMIT = 12


def told(items: list[Item], source: str) -> ProgramError:
    """The error that the items of a FAILED answer speak of; `forged` where they don't have its form."""
    try:
        numbers, words = items
        ((kind, text),) = words.items()  # type: ignore[union-attr]
        if kind not in KINDS or text.dtype != np.uint8 or numbers.dtype != np.int64 or numbers.ndim != 1:  # type: ignore[union-attr]
            raise ValueError("no failure")
        lines = [int(number) for number in numbers[:LINES_LIMIT]]  # type: ignore[index]
        line = one_line(text.tobytes()[: 4 * WORDS_LIMIT].decode(errors="replace"), WORDS_LIMIT)
        if not line:
            raise ValueError("an error without words")
        return ProgramError(kind, line, quoted(lines, source))
    except (ValueError, AttributeError):
        return ProgramError("forged", FORGED)


def one_line(text: str, limit: int) -> str:
    """Untrusted text as one line of printable characters, shortened."""
    words = " ".join(text[: 4 * limit].split())
    return "".join(c if c.isprintable() else "?" for c in words)[:limit]


def quoted(numbers: list[int], source: str) -> str:
    """Those lines of the source that there are, each with its number: `line 3: return 1 / 0`."""
    lines = re.split("\r\n|\r|\n", source)  # what Python counts as lines
    return "\n".join(
        f"line {number}: {one_line(lines[number - 1], LINE_LIMIT)}" for number in numbers if 0 < number <= len(lines)
    )
