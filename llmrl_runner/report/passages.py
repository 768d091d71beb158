"""Texts of a run on its page, cut where they are very long."""

from dataclasses import dataclass

LONGEST_TEXT = 60_000  # characters of one prompt or answer on the page; the file beside the page holds all of it


@dataclass(frozen=True)
class Passage:
    """A text of the iteration, cut where it is very long."""

    title: str
    file: str
    text: str
    cut: int = 0  # characters that are left out


def passage_of(title: str, file: str, text: str) -> Passage:
    """The text of `file`, a path from the run's folder."""
    kept = text[:LONGEST_TEXT]
    return Passage(title, file, kept, cut=len(text) - len(kept))
