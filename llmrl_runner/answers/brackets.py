"""Where brackets match in a text, however much prose stands around them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

Span = tuple[int, int]  # from the opening bracket to after the closing one

CLOSER = {"{": "}", "[": "]"}
OPENER = {closer: opener for opener, closer in CLOSER.items()}
SIGN = re.compile(r"""\\.|["'\n\[\]{}]|//|#""")
# What holds no brackets: the sign that opens it and the one that closes it. Without knowing how a model wrote its JSON,
# an apostrophe may open a string or stand in a word, and # or // a comment or a place in a text.
STRINGS = {'"': '"'}
ALL_STRINGS = STRINGS | {"'": "'"}
COMMENTS = {"#": "\n", "//": "\n"}
READINGS = (STRINGS, ALL_STRINGS, STRINGS | COMMENTS, ALL_STRINGS | COMMENTS)


def all_spans(text: str) -> set[Span]:
    """The spans of brackets that match under any of the readings."""
    return {span for skipped in READINGS for span in bracket_spans(text, skipped)[0]}


def bracket_spans(text: str, skipped: Mapping[str, str] = STRINGS) -> tuple[list[Span], list[int]]:
    """The spans of all brackets that match outside of what is skipped, and where those begin that stay open."""
    spans: list[Span] = []
    stack: list[tuple[str, int]] = []
    open_now: Counter[str] = Counter()
    for position, sign in _brackets(text, skipped):
        if sign in CLOSER:
            stack.append((sign, position))
            open_now[sign] += 1
        elif open_now[OPENER[sign]]:
            start = _pop_to(OPENER[sign], stack, open_now)
            spans.append((start, position + 1))
    return spans, [start for _, start in stack]


def _pop_to(opener: str, stack: list[tuple[str, int]], open_now: Counter[str]) -> int:
    """Close the innermost `opener`, and with it whatever was left open inside."""
    while True:
        sign, start = stack.pop()
        open_now[sign] -= 1
        if sign == opener:
            return start


def _brackets(text: str, skipped: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Brackets outside of strings and comments, which begin inside of brackets only and end with their line."""
    depth, closer = 0, ""  # the sign that closes the string or comment that a sign stands in
    for match in SIGN.finditer(text):
        sign = match[0]
        if closer:
            closer = "" if sign in (closer, "\n") else closer
        elif sign in skipped:
            closer = skipped[sign] if depth else ""
        elif sign in "[]{}":
            depth = max(0, depth + (1 if sign in CLOSER else -1))
            yield match.start(), sign
