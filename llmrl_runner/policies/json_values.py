"""JSON values out of text that need not be all JSON, nor quite JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

COMMENT = re.compile(r"(?m)(?://|#).*$")
TRAILING_COMMA = re.compile(r",(\s*[\]}])")
# Text full of brackets that open nothing would otherwise take quadratic time.
MOST_ATTEMPTS = 200
DEEPEST = 12  # no policy is nested deeper; it keeps every reader of these values from running out of stack


def json_values(text: str) -> list[Any]:
    """The lists and objects in `text`, in their order; comments and trailing commas are forgiven. Never raises."""
    strict = list(_values(text))
    return strict or list(_values(TRAILING_COMMA.sub(r"\1", COMMENT.sub("", text))))


def _values(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    position = 0
    for _ in range(MOST_ATTEMPTS):
        match = re.compile(r"[\[{]").search(text, position)
        if match is None:
            return
        try:
            value, position = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            position = match.start() + 1
        else:
            if _is_shallow(value, DEEPEST):
                yield value


def _is_shallow(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested at most `levels` deep."""
    if not isinstance(value, list | dict):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
