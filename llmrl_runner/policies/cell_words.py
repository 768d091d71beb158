"""One column of a row as an LLM may write it: `2`, `*`, `0-2`, or the word that stands for a number."""

import re
from typing import NamedTuple

from llmrl_runner.policies.table_form import Column

NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?")
RANGE = re.compile(r"([0-9]{1,9})\s*(?:-|\u2013|\u2014|\.\.+|to)\s*([0-9]{1,9})")
LONGEST = 200  # what is longer is prose
ANY = {"*", "any", "all"}
DECORATION = re.compile(r"^(?:\*\*(.+)\*\*|`(.+)`|\"(.+)\"|'(.+)')$")
NAMED = re.compile(r"^[^\W\d][\w ]*[=:]\s*(.+)$")  # `action = 1`
EXPLAINED = re.compile(r"^([^(]+?)\s*\(.*\)$")  # `0 (left)`


class Span(NamedTuple):
    """The values first to last of a column, both included."""

    first: int
    last: int


class CellError(ValueError):
    """What stands in a column can't be used; the message says why and goes on after `row 3, column 2 (name): `."""


def read_span(written: str, column: Column) -> Span:
    """The values that a state column names. Raises CellError."""
    word = plain(written)
    if word.casefold() in ANY and word.casefold() not in _known(column):
        return Span(0, column.size - 1)
    if match := RANGE.fullmatch(word):
        return _range(int(match[1]), int(match[2]), column)
    value = read_value(written, column)
    return Span(value, value)


def read_value(written: str, column: Column) -> int:
    """The single value that a column names, by number or by word. Raises CellError."""
    for word in _readings(written):
        if NUMBER.fullmatch(word):
            return _checked(int(float(word)), column)
        if (value := _known(column).get(_spelling(word))) is not None:
            return value
    raise CellError(f"`{shorten(written)}` is unknown; allowed: {allowed(column)}")


def is_readable(written: str, column: Column | None) -> bool:
    """Whether this looks like a column's value, be it allowed or not."""
    known = _known(column) if column else {}
    return any(
        word.casefold() in ANY or NUMBER.fullmatch(word) or RANGE.fullmatch(word) or _spelling(word) in known
        for word in _readings(written)
    )


def allowed(column: Column) -> str:
    """What may stand in a column: `0-5`, or `0 left, 1 down, 2 right`."""
    if not column.words:
        return "0" if column.size == 1 else f"0-{column.size - 1}"
    return ", ".join(f"{value} {word}" for value, word in enumerate(column.words))


def plain(written: str) -> str:
    """Without Markdown's decoration around it."""
    word = written.strip().replace("\\", "")
    match = DECORATION.match(word)
    return next(group for group in match.groups() if group is not None).strip() if match else word


def shorten(text: str, limit: int = 30) -> str:
    """One line of at most `limit` characters, for messages."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _readings(written: str) -> list[str]:
    """The word as it stands, then without `name =` before it, then without an explanation in brackets after it."""
    words = [plain(written[:LONGEST])]
    for pattern in (NAMED, EXPLAINED):
        if match := pattern.match(words[-1]):
            words.append(plain(match[1]))
    return words


def _range(first: int, last: int, column: Column) -> Span:
    if first > last:
        raise CellError(f"the range {first}-{last} runs backwards")
    return Span(_checked(first, column), _checked(last, column))


def _checked(value: int, column: Column) -> int:
    if not 0 <= value < column.size:
        raise CellError(f"{value} is out of range; allowed: {allowed(column)}")
    return value


def _known(column: Column) -> dict[str, int]:
    return {_spelling(word): value for value, word in enumerate(column.words)}


def _spelling(word: str) -> str:
    """Words are the same whatever their case, and whether written with spaces, underscores or hyphens."""
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()
