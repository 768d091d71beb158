"""From what a child says of an error to what its program's writer is told."""

import numpy as np

from llmrl_runner.sandbox.connection import FORGED
from llmrl_runner.sandbox.errors import ProgramError
from llmrl_runner.sandbox.inside.wire import Item

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
        return ProgramError(kind, one_line(text.tobytes()[: 4 * WORDS_LIMIT]), quoted(lines, source))
    except (ValueError, AttributeError):
        return ProgramError("forged", FORGED)


def one_line(text: bytes) -> str:
    """Untrusted bytes as one line of printable characters, shortened."""
    words = " ".join(text.decode(errors="replace").split())
    return "".join(c if c.isprintable() else "?" for c in words)[:WORDS_LIMIT]


def quoted(numbers: list[int], source: str) -> str:
    """Those lines of the source that there are, each with its number: `line 3: return 1 / 0`."""
    lines = source.splitlines()
    return "\n".join(
        f"line {number}: {lines[number - 1].strip()[:LINE_LIMIT]}" for number in numbers if 0 < number <= len(lines)
    )
