"""Errors that are meant for the person at the terminal: one line each, naming what to change."""

import difflib
from collections.abc import Iterable


class ConfigError(Exception):
    """A key of the configuration that can't be used. Reads `key: problem`; the command ends with exit code 2."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[str, str]]:
        return ConfigError, (self.key, self.problem)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the nearest of the `known` spellings, or nothing where none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {matches[0]}?" if matches else ""
