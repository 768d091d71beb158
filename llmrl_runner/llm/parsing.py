"""From a model's words to a value, with one chance to put it right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.answers.fences import fenced_blocks
from llmrl_runner.answers.json_values import find_values, is_cut_off, syntax_problem
from llmrl_runner.answers.thinking import strip_thinking
from llmrl_runner.llm.client import LLMClient
from llmrl_runner.llm.errors import CallsEnded, RecordingEnded
from llmrl_runner.llm.request import Answer, Message, Request

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

T = TypeVar("T")
Model = TypeVar("Model", bound="BaseModel")

EMPTY = "the answer was empty"
MOST_PROBLEMS = 5  # that a model is told of at once
# Stands for the bad answer in the conversation. As in BALROG (Paglieri et al. 2024) the model is told in words that its
# answer was invalid; unlike there the bad text isn't shown again, since that confuses it. Without a turn of the
# assistant, two turns of the user would follow each other, which some providers refuse.
PLACEHOLDER = "(My first answer could not be used.)"


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """What a sample came to.

    value: None where also the repaired answer was invalid. answers: the first, and the repaired one where there is one.
    problems: what was wrong with each that was invalid. is_repaired: the value is from the repaired answer.
    """

    value: T | None
    answers: tuple[Answer, ...]
    problems: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """The last answer, which the value is from."""
        return self.answers[-1]

    @property
    def is_valid(self) -> bool:
        """Whether there is a value in the end."""
        return self.value is not None

    @property
    def is_repaired(self) -> bool:
        """Whether it took the repair turn."""
        return self.is_valid and bool(self.problems)


def ask_until_parsed(
    client: LLMClient, request: Request, parse: Callable[[str], T], repair: Callable[[str], str]
) -> list[Parsed[T]]:
    """Every sample's answer, parsed; the invalid ones are asked for once more, concurrently.

    parse: an answer's text to its value; raises ParseError whose words say what was wrong. repair: those words to the
    message that asks for a better answer. Raises as LLMClient.ask does, BudgetReached also for a repair: what arrived
    is in the transcript, so that nothing is lost once the budget is raised. Where only a repair is beyond the
    recording, its sample stays invalid.
    """
    answered = [(request, answer) for answer in client.ask(request)]
    return _mended(client, answered, parse, lambda sample: repair(sample.problems[-1]))


def ask_each_until_parsed(
    client: LLMClient, requests: Sequence[Request], parse: Callable[[str], T], repair: Callable[[Parsed[T]], str]
) -> list[Parsed[T]]:
    """The same for requests of one sample each, that may say different things.

    repair: the sample whose answer was invalid to the message; its words alone may be those of another sample, too.
    """
    outcomes = client.ask_each(requests)
    for outcome in outcomes:
        if isinstance(outcome, CallsEnded):
            raise outcome
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    return _mended(client, list(zip(requests, answers, strict=True)), parse, repair)


def _mended(
    client: LLMClient,
    answered: Sequence[tuple[Request, Answer]],
    parse: Callable[[str], T],
    repair: Callable[[Parsed[T]], str],
) -> list[Parsed[T]]:
    """Every answer, parsed, and the answer to its repair where that takes one."""
    parsed = [try_parse(parse, answer) for _, answer in answered]
    invalid = [index for index, sample in enumerate(parsed) if not sample.is_valid]
    turns = [repair_turn(answered[index][0], parsed[index], repair) for index in invalid]
    for index, outcome in zip(invalid, client.ask_each(turns), strict=True):
        if isinstance(outcome, RecordingEnded):
            continue
        if isinstance(outcome, CallsEnded):
            raise outcome
        parsed[index] = try_parse(parse, outcome, parsed[index])
    return parsed


def try_parse(parse: Callable[[str], T], answer: Answer, before: Parsed[T] | None = None) -> Parsed[T]:
    """One answer, after the invalid one `before` it. Raises what `parse` does but ParseError: that is a bug of ours."""
    answers = (*(before.answers if before else ()), answer)
    problems = before.problems if before else ()
    try:
        check_words(answer)
        return Parsed(parse(answer.text), answers, problems)
    except ParseError as error:
        return Parsed(None, answers, (*problems, str(error)))


def check_words(answer: Answer) -> None:
    """Raise ParseError where an answer says nothing, so that no parser has to."""
    if not strip_thinking(answer.text):
        used_up = answer.finish_reason == "length"
        raise ParseError(f"{EMPTY}: thinking used up all of its length" if used_up else EMPTY)


def repair_turn(request: Request, sample: Parsed[T], repair: Callable[[Parsed[T]], str]) -> Request:
    """The conversation again, with what was wrong, for one of its samples."""
    turns = [Message("assistant", PLACEHOLDER), Message("user", repair(sample))]
    return replace(
        request,
        purpose=f"{request.purpose}/repair",
        messages=[*request.messages, *turns],
        samples=1,
        first_sample=sample.answer.sample,
    )


def parse_json(text: str, model: "type[Model]") -> Model:
    """The JSON value in an answer that fits `model`; fenced blocks come first, the last one before the others.

    Thinking, prose, trailing commas and single quotes are tolerated. Raises ParseError.
    """
    from pydantic import ValidationError

    answer = strip_thinking(text)
    problem: ValidationError | None = None
    for value in candidates(answer):
        try:
            return model.model_validate(value)
        except ValidationError as error:
            problem = problem or error
    raise ParseError(what_is_wrong(answer, problem))


def candidates(answer: str) -> list[Any]:
    """The JSON values of an answer, likeliest first: the last block's first, then the longest, then the last."""
    places = [*(block.body for block in reversed(fenced_blocks(answer))), answer]
    found = (sorted(find_values(place), key=lambda each: (each.start - each.end, -each.start)) for place in places)
    return [each.value for values in found for each in values]


def what_is_wrong(answer: str, problem: "ValidationError | None") -> str:
    """In words for the model that wrote it."""
    if not answer.strip():
        return EMPTY
    if is_cut_off(answer):
        return "the JSON was cut off before its end; a shorter answer is needed"
    if syntax := syntax_problem(answer):
        return f"the JSON could not be read: {syntax}"
    if problem is None:
        return "no JSON value was found in the answer"
    # Not the `input` of each: that is the bad text.
    lines = [f"{'.'.join(map(str, error['loc'])) or 'the value'}: {error['msg']}" for error in problem.errors()]
    more = [f"and {len(lines) - MOST_PROBLEMS} more"] if len(lines) > MOST_PROBLEMS else []
    return "; ".join(lines[:MOST_PROBLEMS] + more)
