"""What a line of a transcript or a recording holds, and what is wrong with one that doesn't hold it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
Kind = tuple[str, Callable[[Any], bool]]  # in words, and how it is told from others


def of_type(*types: type) -> Callable[[Any], bool]:
    """Whether a value is of one of the types."""
    return lambda value: isinstance(value, types)


def are_messages(value: Any) -> bool:
    """Whether a value is a conversation, as a request holds it."""
    return isinstance(value, list) and all(
        isinstance(message, dict) and isinstance(message.get("role"), str) and isinstance(message.get("content"), str)
        for message in value
    )


TEXT: Kind = ("text", of_type(str))
TEXT_OR_NULL: Kind = ("text or null", of_type(str, type(None)))
WHOLE: Kind = ("a whole number", of_type(int))
WHOLE_OR_NULL: Kind = ("a whole number or null", of_type(int, type(None)))
NUMBER: Kind = ("a number", of_type(int, float))
NUMBER_OR_NULL: Kind = ("a number or null", of_type(int, float, type(None)))
FLAG: Kind = ("true or false", of_type(bool))
MESSAGES: Kind = ("a list of messages, each with the texts `role` and `content`", are_messages)

# A line of a recording.
RECORDED: dict[str, Kind] = {
    "purpose": TEXT,
    "iteration": WHOLE,
    "sample": WHOLE,
    "occurrence": WHOLE,
    "turn": WHOLE,
    "messages": MESSAGES,
    "text": TEXT,
    "model": TEXT,
    "prompt_tokens": WHOLE_OR_NULL,
    "completion_tokens": WHOLE_OR_NULL,
}
# A line of a run's transcript: the same, and what the run needs besides to go on.
TRANSCRIBED: dict[str, Kind] = RECORDED | {
    "key": TEXT,
    "cost_usd": NUMBER_OR_NULL,
    "finish_reason": TEXT_OR_NULL,
    "attempts": WHOLE,
    "is_cached": FLAG,
    "has_drifted": FLAG,
    "latency_s": NUMBER,
    "time": TEXT,
}


def read_line(line: bytes, fields: Mapping[str, Kind], defaults: Mapping[str, Any] | None = None) -> Record:
    """The object in a line, with `defaults` for what it leaves out. Raises ValueError, which says what is wrong."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    record = {**(defaults or {}), **value}
    for name, (words, fits) in fields.items():
        if name not in record:
            raise ValueError(f"`{name}` is missing")
        if not fits(record[name]):
            raise ValueError(f"`{name}` must be {words}")
    return record
