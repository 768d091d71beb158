"""Errors that are meant for the person at the terminal: one line each, naming what to change; and exit codes."""

import difflib
import errno
from collections.abc import Iterable

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
# What a disk has against being written to, which no trace explains better.
DISK_TROUBLE = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.ENOTDIR, errno.EEXIST),
)


class ConfigError(Exception):
    """A key of the configuration, or a file, that can't be used. Reads `key: problem`, or the problem alone."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[str, str]]:
        return type(self), (self.key, self.problem)


class NothingToDoError(ConfigError):
    """The method has nothing to do in this environment: alone it is refused, a sweep leaves it out and goes well."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the nearest of the `known` spellings, or nothing where none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {matches[0]}?" if matches else ""
