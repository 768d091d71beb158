"""JSON values in a text that is not all JSON, nor quite JSON."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

CLOSER = {"{": "}", "[": "]"}
OPENER = {closer: opener for opener, closer in CLOSER.items()}
# Outside of strings (which the first two alternatives step over): a comma before a closing bracket, and JSON's words.
STRING_OR_SLIP = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|,(?=\s*[\]}])|\b(?:true|false|null)\b""", re.DOTALL
)
PYTHON_WORD = {"true": "True", "false": "False", "null": "None"}
BEGINS_LIKE_JSON = re.compile(r"""[\[{]\s*["'\[{\d-]""")
DOUBLE_QUOTES, BOTH_QUOTES = '"', "\"'"
MOST_ATTEMPTS = 300  # a text of nothing but brackets would otherwise take quadratic time
NOT_JSON = (ValueError, SyntaxError, TypeError, RecursionError, MemoryError)


def json_values(text: str) -> list[Any]:
    """The objects and lists in `text`, the longest first, none inside another. Never raises."""
    taken: list[tuple[int, int]] = []
    values = []
    for start, end in candidate_spans(text)[:MOST_ATTEMPTS]:
        if any(first <= start and end <= last for first, last in taken):
            continue
        try:
            values.append(read_json(text[start:end]))
        except NOT_JSON:
            continue
        taken.append((start, end))
    return values


def candidate_spans(text: str) -> list[tuple[int, int]]:
    """Where values may begin and end, the longest first."""
    spans = {*bracket_spans(text)[0], *bracket_spans(text, BOTH_QUOTES)[0], *strict_spans(text)}
    return sorted(spans, key=lambda span: span[0] - span[1])


def is_cut_off(text: str) -> bool:
    """Whether a bracket of JSON stays open at the end."""
    return any(BEGINS_LIKE_JSON.match(text, start) for start in bracket_spans(text)[1])


def syntax_problem(text: str) -> str | None:
    """What keeps the longest thing that looks like JSON from being read; None where nothing does."""
    spans = [span for span in candidate_spans(text) if BEGINS_LIKE_JSON.match(text, span[0])]
    if not spans:
        return None
    longest = text[slice(*spans[0])]
    try:
        read_json(longest)
    except NOT_JSON:
        try:
            json.loads(longest, strict=False, parse_constant=refuse_constant)
        except NOT_JSON as error:
            return str(error)
    return None


def read_json(text: str) -> Any:
    """One value, strictly, else with trailing commas, single quotes or Python's words. Raises one of NOT_JSON."""
    for attempt in (text, STRING_OR_SLIP.sub(without_comma, text)):
        try:
            # strict=False: a line break within a string, as in code, is let through.
            return json.loads(attempt, strict=False, parse_constant=refuse_constant)
        except ValueError:
            continue
    return as_json(ast.literal_eval(STRING_OR_SLIP.sub(as_python, text)))


def without_comma(match: re.Match[str]) -> str:
    """Strings and words stay; a comma that ends a list goes."""
    return "" if match[0] == "," else match[0]


def as_python(match: re.Match[str]) -> str:
    """The same with JSON's words in Python's spelling."""
    return match[1] or PYTHON_WORD.get(match[0], "")


def as_json(value: Any) -> Any:
    """A Python literal with JSON's types alone: tuples as lists, keys as text. Raises ValueError for others."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"{type(value).__name__} is no JSON")


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python's reader would take."""
    raise ValueError(f"{name} is no JSON")


def strict_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where values begin and end that are JSON as they stand, whatever brackets their strings hold."""
    decoder, position = json.JSONDecoder(strict=False), 0
    for _ in range(MOST_ATTEMPTS):
        opening = re.compile(r"[\[{]").search(text, position)
        if opening is None:
            return
        try:
            _, position = decoder.raw_decode(text, opening.start())
            yield opening.start(), position
        except NOT_JSON:
            position = opening.end()


def bracket_spans(text: str, quotes: str = DOUBLE_QUOTES) -> tuple[list[tuple[int, int]], list[int]]:
    """(start, end) of all brackets that match outside of strings, and where those begin that stay open."""
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    open_now: Counter[str] = Counter()
    for position, sign in brackets(text, quotes):
        if sign in CLOSER:
            stack.append((sign, position))
            open_now[sign] += 1
        elif open_now[OPENER[sign]]:
            start = pop_to(OPENER[sign], stack, open_now)
            spans.append((start, position + 1))
    return spans, [start for _, start in stack]


def pop_to(opener: str, stack: list[tuple[str, int]], open_now: Counter[str]) -> int:
    """Close the innermost `opener`, and with it whatever was left open inside."""
    while True:
        sign, start = stack.pop()
        open_now[sign] -= 1
        if sign == opener:
            return start


def brackets(text: str, quotes: str) -> Iterator[tuple[int, str]]:
    """Brackets outside of strings; a string begins with one of `quotes`, inside brackets, and ends with its line."""
    depth, string = 0, ""  # the quote of the string that a sign stands in
    for match in re.finditer(r"""\\.|["'\n\[\]{}]""", text):
        sign = match[0]
        if string:
            string = "" if sign in (string, "\n") else string
        elif sign in quotes:
            string = sign if depth else ""
        elif sign in "[]{}":
            depth = max(0, depth + (1 if sign in CLOSER else -1))
            yield match.start(), sign
