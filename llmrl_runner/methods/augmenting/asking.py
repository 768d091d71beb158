"""Asking a model about lines: each once, in several samples, as many as the budget allows."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from numpy.random import Generator
from pydantic import BaseModel, Field

from llmrl_runner.envs.choices import ActionChoices
from llmrl_runner.llm import Answer, LLMClient, Request
from llmrl_runner.llm.parsing import Parsed, parse_json, repair_turn, try_parse
from llmrl_runner.methods.augmenting.lines import ADVICE, SCORES, Lines
from llmrl_runner.methods.step_answer import read_step_answer

T = TypeVar("T")
Ask = Callable[[str, str, int], Request]  # purpose, line, sample
Mend = Callable[[str], str]  # what was wrong with an answer -> the words that ask for a better one


class Scored(BaseModel):
    """How near a line is to the task being done, from 0 to 100."""

    score: float = Field(ge=0, le=100)


def ask_for_advice(
    client: LLMClient, lines: Lines, wanted: Sequence[str], samples: int, choices: ActionChoices, ask: Ask, mend: Mend
) -> list[Parsed[str] | None]:
    """Ask what to do in each of the wanted lines, and note it. Returns what came of each line's samples, in order."""
    outcomes = ask_each(client, _requests("advise", wanted, samples, ask), lambda text: _action(text, choices), mend)
    for line, said in _by_line(wanted, outcomes, samples):
        lines.answer(ADVICE, line, dict(Counter(said)))
    return outcomes


def ask_for_scores(
    client: LLMClient, lines: Lines, wanted: Sequence[str], samples: int, ask: Ask, mend: Mend
) -> list[Parsed[float] | None]:
    """The same with how near the task is to being done."""
    outcomes = ask_each(client, _requests("score", wanted, samples, ask), _score, mend)
    for line, said in _by_line(wanted, outcomes, samples):
        lines.answer(SCORES, line, said)
    return outcomes


def ask_each(
    client: LLMClient, requests: Sequence[Request], parse: Callable[[str], T], mend: Mend
) -> list[Parsed[T] | None]:
    """Each answer, parsed, with one turn to repair it; None where the budget or the recording has no answer."""
    parsed: list[Parsed[T] | None] = [
        try_parse(parse, outcome) if isinstance(outcome, Answer) else None for outcome in client.ask_each(requests)
    ]
    invalid = [index for index, sample in enumerate(parsed) if sample is not None and not sample.is_valid]
    turns = [
        repair_turn(requests[index], _known(parsed[index]), lambda sample: mend(sample.problems[-1]))
        for index in invalid
    ]
    for index, outcome in zip(invalid, client.ask_each(turns), strict=True):
        if isinstance(outcome, Answer):
            parsed[index] = try_parse(parse, outcome, parsed[index])
    return parsed


def blind_advice(choices: ActionChoices, rng: Generator) -> str:
    """What `llm=random` advises: any action."""
    return f'{{"action": "{choices.listed[int(rng.integers(len(choices)))].name}"}}'


def blind_score(rng: Generator) -> str:
    """What `llm=random` scores a line with: anything."""
    return f'{{"score": {int(rng.integers(101))}}}'


def _by_line(
    wanted: Sequence[str], outcomes: Sequence[Parsed[T] | None], samples: int
) -> Iterator[tuple[str, list[T]]]:
    """Each line that was answered at all, with the answers that could be used."""
    for number, line in enumerate(wanted):
        answers = [outcome for outcome in outcomes[number * samples : (number + 1) * samples] if outcome is not None]
        if answers:
            yield line, [answer.value for answer in answers if answer.value is not None]


def _requests(purpose: str, wanted: Sequence[str], samples: int, ask: Ask) -> list[Request]:
    return [ask(purpose, line, sample) for line in wanted for sample in range(samples)]


def _known(sample: Parsed[T] | None) -> Parsed[T]:
    assert sample is not None
    return sample


def _action(text: str, choices: ActionChoices) -> str:
    return read_step_answer(text, choices).choice.name


def _score(text: str) -> float:
    return parse_json(text, Scored).score
