"""A whole episode in one answer, `{"plan": ..., "actions": [...]}`: forgiven in its form, never guessed at."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.answers.fences import fenced_blocks
from llmrl_runner.answers.json_reading import JSONObject
from llmrl_runner.answers.json_values import find_values, is_cut_off, syntax_problem
from llmrl_runner.answers.thinking import strip_thinking
from llmrl_runner.envs.choices import ActionChoices, Choice

ACTIONS, PLAN, ACTION = "actions", "plan", "action"
TIMES = ("times", "count", "repeat", "repeats", "x")
COUNT, SIGN, FLAGS = r"(?P<times>\d{1,9})", r"[x*\u00d7]", re.IGNORECASE | re.DOTALL
REPEATS = (
    re.compile(rf"(?P<action>.+?)[\s,]*\(?\s*{SIGN}\s*{COUNT}\s*\)?\.?", FLAGS),  # move forward x3
    re.compile(rf"(?P<action>.+?)[\s,]+\(?\s*{COUNT}\s*(?:{SIGN}|times)\s*\)?\.?", FLAGS),  # move forward (3 times)
    re.compile(rf"{COUNT}\s*(?:{SIGN}|times)\s*(?P<action>.+)", FLAGS),  # 3 x move forward
)
IN_A_LINE = re.compile(r"\s*(?:[,;\n]|->|→)\s*")


@dataclass(frozen=True)
class PlanAnswer:
    """A plan: its words, empty where there are none, and all its actions in order, one a step."""

    plan: str
    choices: tuple[Choice, ...]


def read_plan(text: str, choices: ActionChoices, longest: int) -> PlanAnswer:
    """The actions of an answer, `longest` at most: JSON, fenced or in prose; of several such objects the last counts.

    An action is whatever `choices` reads, on its own or repeated: `{"action": "move forward", "times": 3}`, `move
    forward x3`. Raises ActionError, which says where what is wrong.
    """
    answer = strip_thinking(text).strip()
    if not answer:
        raise ActionError("empty", "the answer was empty")
    said, plan = _said(answer)
    runs = list(_runs(said, choices))
    if not runs:
        raise ActionError("no actions", f"its list of `{ACTIONS}` was empty; at least one action is needed")
    if sum(times for _, times in runs) > longest:
        raise ActionError("too long", f"it has more actions than the {longest} steps that an episode may have")
    return PlanAnswer(plan, tuple(choice for choice, times in runs for _ in range(times)))


def _said(answer: str) -> tuple[list[Any], str]:
    """The list of actions as it was written, and the words of the plan."""
    found = [pairs for pairs in _objects(answer) if _value(pairs, ACTIONS) is not None]
    if found:
        return _listed(_value(found[-1], ACTIONS)), _words(_value(found[-1], PLAN))
    if (bare := _bare(answer)) is not None:
        return bare, ""
    if is_cut_off(answer):
        raise ActionError("cut off", "the JSON was cut off before its end; a shorter answer is needed")
    if syntax := syntax_problem(answer):
        raise ActionError("no JSON", f"the JSON could not be read: {syntax}")
    raise ActionError("no actions", f"no JSON object with a list of `{ACTIONS}` was found in the answer")


def _objects(answer: str) -> Iterator[list[tuple[str, Any]]]:
    """The JSON objects of an answer as pairs, in their order."""
    for found in find_values(answer):
        for value in found.value if isinstance(found.value, list) else [found.value]:
            if isinstance(value, JSONObject):
                yield value.pairs


def _value(pairs: list[tuple[str, Any]], name: str) -> Any:
    """The last value of this name, None where there is none."""
    return next((value for key, value in reversed(pairs) if key.strip().casefold() == name), None)


def _listed(said: Any) -> list[Any]:
    """A list of actions as it is; one in a line of text, by its commas."""
    if isinstance(said, str):
        return [part for part in IN_A_LINE.split(said.strip()) if part]
    if isinstance(said, list):
        return said
    raise ActionError("no actions", f"`{ACTIONS}` must be a list")


def _bare(answer: str) -> list[Any] | None:
    """The list that is the whole answer, or the whole of its last fenced block."""
    blocks = fenced_blocks(answer)
    whole = (blocks[-1].body if blocks else answer).strip()
    values = find_values(whole)
    is_all = len(values) == 1 and (values[0].start, values[0].end) == (0, len(whole))
    return values[0].value if is_all and isinstance(values[0].value, list) else None


def _words(plan: Any) -> str:
    """The words of a plan: text, lines of it, or whatever else was written, as text."""
    if isinstance(plan, list) and all(isinstance(line, str) for line in plan):
        return "\n".join(plan).strip()
    return plan.strip() if isinstance(plan, str) else "" if plan is None else json.dumps(plan, ensure_ascii=False)


def _runs(said: list[Any], choices: ActionChoices) -> Iterator[tuple[Choice, int]]:
    """Each entry's action and how often it is taken. Raises ActionError with the entry's number."""
    for number, entry in enumerate(said, start=1):
        try:
            yield _run(entry, choices)
        except ActionError as error:
            raise ActionError(error.kind, f"entry {number} of `{ACTIONS}`: {error}") from error


def _run(entry: Any, choices: ActionChoices) -> tuple[Choice, int]:
    if isinstance(entry, JSONObject):
        counts = [value for name in TIMES if (value := _value(entry.pairs, name)) is not None]
        return choices.read(_value(entry.pairs, ACTION)), _times(counts[0]) if counts else 1
    try:
        return choices.read(entry), 1
    except ActionError:
        for form in REPEATS if isinstance(entry, str) else ():
            if match := form.fullmatch(entry.strip().strip("\"'`")):
                return choices.read(match["action"]), _times(match["times"])
        raise


def _times(said: Any) -> int:
    """How often. Raises ActionError for what is no whole number of at least 1."""
    is_number = isinstance(said, int | float) and not isinstance(said, bool) and said == said // 1
    if not is_number and not (isinstance(said, str) and said.strip().isdecimal() and len(said) < 10):
        raise ActionError("no count", "how often an action is repeated must be a whole number")
    if (times := int(said)) < 1:
        raise ActionError("no count", "an action must be repeated at least once")
    return times
