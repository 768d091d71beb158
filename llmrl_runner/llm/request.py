"""What a model is asked, and what comes back."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.random import Generator

KEY_DIGITS = 20
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Message:
    """One turn of a conversation; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True)
class Request:
    """Messages that are to be answered `samples` times, independently.

    purpose: `<method>/<step>`, such as `tabular/propose`. iteration: the method's, from 0. blind: a well-formed answer
    that knows nothing, given by `llm=random`. first_sample: the index of the first sample, where only some of a
    former request's samples are asked about again. takes_exact_words_alone: whether a recording may answer only where
    it has these very words, and not from the same place of the run.
    """

    purpose: str
    messages: tuple[Message, ...] | list[Message]
    iteration: int
    samples: int = 1
    blind: "Callable[[Generator], str] | None" = None
    first_sample: int = 0
    takes_exact_words_alone: bool = False


@dataclass(frozen=True)
class Question:
    """One sample of a request, with its place in the run.

    occurrence: how often exactly these messages were asked before, in this purpose, iteration and sample.
    turn: how often this purpose, iteration and sample asked anything before.
    """

    key: str
    purpose: str
    iteration: int
    sample: int
    occurrence: int
    turn: int
    messages: tuple[Message, ...]
    blind: "Callable[[Generator], str] | None" = None
    takes_exact_words_alone: bool = False


@dataclass(frozen=True)
class Reply:
    """What a backend says to a question. None where it doesn't know; finish_reason: `length` where it was cut off."""

    text: str
    model: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    finish_reason: str | None = None
    attempts: int = 1
    is_cached: bool = False
    has_drifted: bool = False


@dataclass(frozen=True)
class Answer:
    """A reply as the run keeps it. latency_s in seconds; is_cached: a recording gave it, at no cost;
    has_drifted: the recording was made for other words at this place."""

    key: str
    text: str
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    finish_reason: str | None
    latency_s: float
    attempts: int
    sample: int
    is_cached: bool
    has_drifted: bool

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Answer":
        """The answer in one line of a transcript."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Usage:
    """What a run has asked in all, the same whether or not it was interrupted. None where a part is unknown.

    calls: answers; cached_calls: those that a recording gave; replay_drift: those recorded for another prompt.
    """

    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    cost_usd: float | None = 0.0
    replay_drift: int = 0

    def with_lines(self, records: Iterable[Mapping[str, Any]]) -> "Usage":
        """This and further lines of a transcript."""
        lines = list(records)
        return Usage(
            calls=self.calls + len(lines),
            cached_calls=self.cached_calls + sum(bool(line["is_cached"]) for line in lines),
            prompt_tokens=known_sum([self.prompt_tokens, *(line["prompt_tokens"] for line in lines)]),
            completion_tokens=known_sum([self.completion_tokens, *(line["completion_tokens"] for line in lines)]),
            cost_usd=known_sum([self.cost_usd, *(line["cost_usd"] for line in lines)]),
            replay_drift=self.replay_drift + sum(bool(line["has_drifted"]) for line in lines),
        )

    def to_dict(self) -> dict[str, Any]:
        """For result.json."""
        return asdict(self)


def known_sum(values: Iterable[Number | None]) -> Number | None:
    """The sum, or None where one of the values is unknown."""
    total: Any = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total  # type: ignore[no-any-return]


def fingerprint(value: Any) -> str:
    """A short sha256 of anything JSON can hold; messages count by their role and content."""
    text = json.dumps(value, sort_keys=True, default=asdict)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]
