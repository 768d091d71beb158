"""What is read of an answer that plans a whole episode: any form of a list of actions, and nothing else."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.envs.choices import ActionChoices, Choice
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.plan_answer import read_plan
from tests.methods.composed import config_of

LONGEST = 30
KINDS = {"empty", "cut off", "no JSON", "no actions", "no action", "no count", "too long"}
KINDS |= {"several actions", "out of range", "unknown name"}


@cache
def lake() -> ActionChoices:
    """left, down, right and up: 0 to 3."""
    return Environment(config_of("env=frozen_lake").env).choices


def read(answer: str) -> list[int]:
    return [choice.key for choice in read_plan(answer, lake(), LONGEST).choices]


def refused(answer: str) -> ActionError:
    with pytest.raises(ActionError) as error:
        read(answer)
    return error.value


def outcome_of(answer: str) -> list[int] | str:
    """The actions that are read, or as what the answer is counted."""
    try:
        return read(answer)
    except ActionError as error:
        return error.kind


@pytest.mark.parametrize(
    "answer",
    [
        '{"plan": "down, then right", "actions": ["down", "down", "right"]}',
        '{"actions": [1, 1, 2]}',
        '{"actions": ["1", "1 (down)", "2: right"]}',
        '{"actions": ["down x2", "right"]}',
        '{"actions": ["Down (x2)", "right x1"]}',
        '{"actions": ["down, 2 times", "1 x right"]}',
        '{"actions": ["1 x2", 2.0]}',
        '{"actions": ["2x down", "right"]}',
        '{"actions": ["down \\u00d7 2", ["right"]]}',
        '{"actions": [{"action": "down", "times": 2}, {"action": 2}]}',
        '{"actions": [{"Action": "down", "Count": "2"}, {"action": "right", "times": 1.0}]}',
        '{"actions": "down, down, right"}',
        '{"actions": "down x2 -> right"}',
        '["down", "down", "right"]',
        '```json\n["down", "down", "right"]\n```',
        'I plan.\n```json\n{"plan": "x", "actions": ["down", "down", "right"]}\n```\nThat reaches it.',
        '<think>{"actions": ["up"]}</think>{"actions": ["down", "down", "right"]}',
        'First {"actions": ["up"]}. No, wrong. {"actions": ["down", "down", "right"]}',
        "{'actions': ['down', 'down', 'right',],  # the way\n}",
        '{"plan": "line\nbreak", "ACTIONS": ["down", "down", "right"]}',
    ],
)
def test_one_list_of_actions_is_read_in_whatever_form(answer: str) -> None:
    assert read(answer) == [1, 1, 2]


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ("", "empty", "empty"),
        ("<think>all of it", "empty", "empty"),
        ("I would go down.", "no actions", "no JSON object with a list of `actions`"),
        ("The goal is at [3, 3].", "no actions", "no JSON object"),
        ('{"action": "down"}', "no actions", "no JSON object"),
        ('{"actions": []}', "no actions", "was empty"),
        ('{"actions": {"a": 1}}', "no actions", "must be a list"),
        ('{"actions": ["down", "jump"]}', "unknown name", "entry 2 of `actions`"),
        ('{"actions": ["down", "down", 4]}', "out of range", "entry 3 of `actions`"),
        ('{"actions": ["down", null]}', "no action", "entry 2"),
        ('{"actions": ["down", {"times": 3}]}', "no action", "entry 2"),
        ('{"actions": [["down", "up"]]}', "several actions", "entry 1"),
        ('{"actions": [{"action": "down", "times": 0}]}', "no count", "at least once"),
        ('{"actions": [{"action": "down", "times": 1.5}]}', "no count", "whole number"),
        ('{"actions": [{"action": "down", "times": true}]}', "no count", "whole number"),
        ('{"actions": ["down x0"]}', "no count", "at least once"),
        ('{"actions": ["down x31"]}', "too long", "more actions than the 30 steps"),
        ('{"actions": ["down x999999999", "up"]}', "too long", "more actions than the 30"),
        ('{"actions": [{"action": "down", "times": 1e300}]}', "too long", "the 30 steps"),
        ('{"actions": ["down", "do', "cut off", "cut off"),
        ('{"actions": [down, up]}', "no JSON", "could not be read"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_kind_and_its_place(answer: str, kind: str, says: str) -> None:
    error = refused(answer)

    assert (error.kind, says in str(error)) == (kind, True)


def test_a_plan_may_be_as_long_as_the_episode_and_no_longer() -> None:
    assert read(json.dumps({"actions": ["up"] * LONGEST})) == [3] * LONGEST
    assert refused(json.dumps({"actions": ["up"] * (LONGEST + 1)})).kind == "too long"


@pytest.mark.parametrize(
    ("plan", "words"),
    [("down twice", "down twice"), (["down", "right"], "down\nright"), (None, ""), ({"leg": 1}, '{"leg": 1}')],
)
def test_the_words_of_a_plan_are_kept_whatever_they_are(plan: Any, words: str) -> None:
    assert read_plan(json.dumps({"plan": plan, "actions": ["up"]}), lake(), LONGEST).plan == words


RUNS = st.lists(
    st.tuples(st.deferred(lambda: st.sampled_from(lake().listed)), st.integers(1, 4)), min_size=1, max_size=7
)
FORMS = st.sampled_from(["name", "key", "text", "object", "word count"])
NOISE = st.text(alphabet=st.characters(exclude_characters="{}[]<`~\\\"'", codec="utf-8"))


def written(choice: Choice, times: int, form: str) -> list[Any]:
    """Entries that mean an action so many times."""
    if form == "object":
        return [{"action": choice.name, "times": times}]
    if form == "text":
        return [f"{choice.name} x{times}"]
    if form == "word count":
        return [f"{choice.name.upper()} ({times} times)"]
    return [choice.name if form == "name" else choice.key] * times


@given(RUNS, st.data(), NOISE, NOISE)
def test_a_well_formed_plan_is_read_whatever_stands_around_it(
    runs: list[tuple[Choice, int]], data: st.DataObject, before: str, after: str
) -> None:
    entries = [entry for choice, times in runs for entry in written(choice, times, data.draw(FORMS))]

    found = read(f"{before}\n{json.dumps({'plan': 'p', 'actions': entries})}\n{after}")

    assert found == [choice.key for choice, times in runs for _ in range(times)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["down", "2", "up x3", "x", "3 x 2", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["action", "times", "actions"]), inner),
    max_leaves=8,
)


@given(st.text() | VALUES.map(lambda value: json.dumps({"actions": value})) | VALUES.map(json.dumps))
def test_any_answer_is_a_plan_that_fits_the_episode_or_refused_as_a_kind_that_is_known(answer: str) -> None:
    outcome = outcome_of(answer)

    assert 1 <= len(outcome) <= LONGEST if isinstance(outcome, list) else outcome in KINDS
