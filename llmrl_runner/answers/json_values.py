"""The JSON values in a text that is not all JSON, nor quite JSON."""

import json
import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmrl_runner.answers.brackets import Span, all_spans, bracket_spans
from llmrl_runner.answers.json_reading import NOT_JSON, read_json, read_strictly

OPENING_BRACKET = re.compile(r"[\[{]")
BEGINS_LIKE_JSON = re.compile(r"""[\[{]\s*["'\[{\d-]""")
# No answer is nested deeper, and whoever walks through its values runs out of stack only far below.
DEEPEST = 32
# Text full of brackets that hold no JSON would otherwise take quadratic time. Readings that succeed are not counted.
MOST_READ_IN_VAIN = 20  # times the length of the text
MOST_FAILURES = 300


@dataclass(frozen=True)
class FoundValue:
    """An object or list that stands in a text from `start` to `end`."""

    start: int
    end: int
    value: Any


def json_values(text: str, allow_nan: bool = False) -> list[Any]:
    """The objects and lists in `text`, in their order, none inside another. Never raises.

    Comments (# and //), trailing commas, single quotes and Python's words are forgiven; NaN and Infinity where
    `allow_nan`. Values nested deeper than DEEPEST are left out whole.
    """
    return [found.value for found in find_values(text, allow_nan)]


def find_values(text: str, allow_nan: bool = False) -> list[FoundValue]:
    """The same with the places where they stand."""
    taken: list[Span] = []
    values: list[FoundValue] = []
    patience = MOST_READ_IN_VAIN * len(text)
    for start, end in _candidate_spans(text):
        if patience < 0:
            break
        if _overlaps(start, end, taken):
            continue
        try:
            value = _read_shallow(text[start:end], allow_nan)
        except NOT_JSON:
            patience -= end - start
            continue
        insort(taken, (start, end))
        if value is not None:
            values.append(FoundValue(start, end, value))
    return sorted(values, key=lambda found: found.start)


def is_cut_off(text: str) -> bool:
    """Whether a bracket of JSON stays open at the end."""
    return any(BEGINS_LIKE_JSON.match(text, start) for start in bracket_spans(text)[1])


def syntax_problem(text: str) -> str | None:
    """What keeps the longest thing that looks like JSON from being read; None where nothing does."""
    spans = [span for span in _candidate_spans(text) if BEGINS_LIKE_JSON.match(text, span[0])]
    if not spans:
        return None
    longest = text[slice(*spans[0])]
    try:
        read_json(longest)
    except NOT_JSON:
        try:
            read_strictly(longest)
        except NOT_JSON as error:
            return str(error)
    return None


def _candidate_spans(text: str) -> list[Span]:
    """Where values may begin and end, the longest first."""
    return sorted({*all_spans(text), *_strict_spans(text)}, key=lambda span: (span[0] - span[1], span))


def _strict_spans(text: str) -> Iterator[Span]:
    """Where values begin and end that are JSON as they stand, whatever brackets their strings hold."""
    decoder, position, failures = json.JSONDecoder(strict=False), 0, 0
    while failures < MOST_FAILURES and (opening := OPENING_BRACKET.search(text, position)):
        try:
            _, position = decoder.raw_decode(text, opening.start())
            yield opening.start(), position
        except NOT_JSON:
            position = opening.end()
            failures += 1


def _read_shallow(text: str, allow_nan: bool) -> Any:
    """An object or list, None where it is nested too deep. Raises one of NOT_JSON."""
    try:
        value = read_json(text, allow_nan)
    except RecursionError:
        return None
    return value if _is_shallow(value, DEEPEST) else None


def _overlaps(start: int, end: int, taken: list[Span]) -> bool:
    """Whether a span shares a sign with one of `taken`, which are sorted and share none among themselves."""
    place = bisect_left(taken, end, key=lambda span: span[0])
    return place > 0 and taken[place - 1][1] > start


def _is_shallow(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested at most `levels` deep."""
    if not isinstance(value, list | dict):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
