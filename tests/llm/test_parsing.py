import json
import time

import pytest
from pydantic import BaseModel

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.llm import BudgetReached, RecordingEnded
from llmrl_runner.llm.parsing import ask_until_parsed, parse_json
from llmrl_runner.llm.request import Reply
from llmrl_runner.policies.base import PolicyParseError


class Plan(BaseModel):
    action: str
    steps: list[int]


PLAN = Plan(action="left", steps=[1, 2])
PLAN_TEXT = '{"action": "left", "steps": [1, 2]}'


@pytest.mark.parametrize(
    "text",
    [
        PLAN_TEXT,
        f"<think>{{'action': 'right', 'steps': [9]}}</think>{PLAN_TEXT}",
        f"Sure! Here is [the] plan:\n```json\n{PLAN_TEXT}\n```\nGood luck {{you}}.",
        f"At first ```json\n{{}}\n``` but then\n```json\n{PLAN_TEXT}\n```",
        f"The range is [0, 1) and it's 5\" wide, so {PLAN_TEXT} it is.",
        '{"action": "left", "steps": [1, 2,],}',
        "{'action': 'left', 'steps': [1, 2]}",
        "{'action': \"left\", 'steps': (1, 2), }",
        '{"action": "left",\n "steps": [1, 2], "note": null, "is_fine": true}',
        "{'action': 'left', 'steps': [1, 2], 'note': null, 'is_fine': true}",
        f"```json\n{PLAN_TEXT[:-4]}\n```\nOops, once more: {PLAN_TEXT}",
        f"The plan:\n```json\n{PLAN_TEXT}",
        f"[{PLAN_TEXT}, 1]".replace("[", "", 1),
        f"{PLAN_TEXT.replace('1', '9')}\nNo, rather this:\n{PLAN_TEXT}",
        '{"action": "left",  // as it leans [left\n "steps": [1, 2],  # "}\n}',
    ],
)
def test_a_value_is_found_in_what_models_write(text):
    assert parse_json(text, Plan) == PLAN


def test_strings_are_left_as_they_are():
    class Note(BaseModel):
        text: str

    for text in ("a, ]", "it's true, null}", 'say \\"hi\\", ]', "[{", "line\\nbreak ```", "<b>"):
        assert parse_json(f'Note: {{"text": "{text}",}}', Note).text == json.loads(f'"{text}"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("<think>for ever and ever", "empty"),
        ("I don't know.", "no JSON value"),
        ('{"action": "left", "steps": [1, 2', "cut off"),
        ('```json\n{"action": "left", "steps": [[1, 2], [3', "cut off"),
        ('{"action": "le', "cut off"),
        ('{"action": "left"}', "steps: Field required"),
        ('{"action": "left", "steps": [1, "x"]}', r"steps\.1: .*integer"),
        ("[1, 2]", "the value: "),
        ('{"action": NaN, "steps": []}', "could not be read: NaN is no JSON"),
        ('{"action": "left" "steps": [1]}', "could not be read: Expecting ',' delimiter"),
    ],
)
def test_what_is_wrong_is_said_without_the_bad_text(text, problem):
    with pytest.raises(ParseError, match=problem) as caught:
        parse_json(text, Plan)

    assert "left" not in str(caught.value)


def test_many_problems_are_not_all_told():
    text = json.dumps({"action": "left", "steps": ["x"] * 50})

    with pytest.raises(ParseError, match="and 45 more"):
        parse_json(text, Plan)


def parse_number(text):
    if not text.isdigit():
        raise ParseError("not a number")
    return int(text)


def repair(problem):
    return f"Your answer was wrong: {problem}. Again, please."


def test_valid_answers_need_no_repair(scripted, make_request):
    client = scripted(lambda question: "0")

    (parsed,) = ask_until_parsed(client, make_request(), parse_number, repair)

    assert (parsed.value, parsed.is_valid, parsed.is_repaired, parsed.problems) == (0, True, False, ())
    assert client.usage.calls == 1


def test_only_the_invalid_samples_are_repaired_and_at_once(scripted, make_request):
    def say(question):
        if question.purpose.endswith("/repair"):
            time.sleep(0.1)
            return str(question.sample)
        return "7" if question.sample == 1 else "bad words"

    client = scripted(say)
    started = time.monotonic()

    parsed = ask_until_parsed(client, make_request(samples=4, iteration=3), parse_number, repair)

    assert time.monotonic() - started < 0.25
    assert [sample.value for sample in parsed] == [0, 7, 2, 3]
    assert [sample.is_repaired for sample in parsed] == [True, False, True, True]
    assert parsed[0].problems == ("not a number",)
    assert [answer.text for answer in parsed[2].answers] == ["bad words", "2"]
    turns = [question for question in client.backend.asked if question.purpose == "tabular/propose/repair"]
    assert sorted((turn.iteration, turn.sample) for turn in turns) == [(3, 0), (3, 2), (3, 3)]


def test_the_repair_turn_says_what_was_wrong_and_does_not_repeat_it(scripted, make_request):
    client = scripted(lambda question: "bad words")

    (parsed,) = ask_until_parsed(client, make_request(), parse_number, repair)

    assert (parsed.value, parsed.is_valid, parsed.is_repaired) == (None, False, False)
    assert parsed.problems == ("not a number", "not a number")
    messages = client.backend.asked[1].messages
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[-1].content == "Your answer was wrong: not a number. Again, please."
    assert "bad words" not in str(messages)
    assert client.usage.calls == 2


@pytest.mark.parametrize("text", ["", " \n", "<think>Left or right?</think>"])
def test_an_answer_without_words_is_told_so_whoever_parses_it(scripted, make_request, text):
    client = scripted(lambda question: "7" if question.purpose.endswith("/repair") else text)

    (parsed,) = ask_until_parsed(client, make_request(), parse_number, repair)

    assert (parsed.value, parsed.problems) == (7, ("the answer was empty",))
    assert client.usage.calls == 2


def test_thinking_that_used_up_the_length_is_told_apart(scripted, make_request):
    client = scripted(lambda question: Reply("", "scripted", 10, 100, 0.0, finish_reason="length"))

    (parsed,) = ask_until_parsed(client, make_request(), parse_number, repair)

    assert parsed.problems[0] == "the answer was empty: thinking used up all of its length"


def test_a_resumed_run_repairs_without_asking(scripted, make_request):
    say = lambda question: "5" if question.purpose.endswith("/repair") else "bad"  # noqa: E731
    before = ask_until_parsed(scripted(say), make_request(samples=3), parse_number, repair)
    resumed = scripted(say)

    after = ask_until_parsed(resumed, make_request(samples=3), parse_number, repair)

    assert after == before
    assert resumed.backend.asked == []


def test_a_repair_beyond_the_budget_is_made_once_the_budget_is_raised(scripted, make_request):
    say = lambda question: "3" if question.purpose.endswith("/repair") else "bad"  # noqa: E731
    with pytest.raises(BudgetReached, match=r"llm\.max_calls=3"):
        ask_until_parsed(scripted(say, max_calls=3), make_request(samples=2), parse_number, repair)
    raised = scripted(say)

    parsed = ask_until_parsed(raised, make_request(samples=2), parse_number, repair)

    assert [sample.value for sample in parsed] == [3, 3]
    assert [question.sample for question in raised.backend.asked] == [1]
    assert raised.usage.calls == 4


def test_a_mistake_of_our_own_is_not_blamed_on_the_model(scripted, make_request):
    client = scripted()

    with pytest.raises(ValueError, match="invalid literal"):
        ask_until_parsed(client, make_request(), int, repair)

    assert len(client.backend.asked) == 1


def test_what_is_wrong_with_a_policy_is_told_to_the_model(scripted, make_request):
    def parse(text):
        raise PolicyParseError("no policy")

    (parsed,) = ask_until_parsed(scripted(), make_request(), parse, repair)

    assert parsed.problems == ("no policy", "no policy")


def test_a_repair_that_was_not_recorded_leaves_its_sample_invalid(scripted, make_request):
    def say(question):
        if question.purpose.endswith("/repair") and question.sample == 0:
            raise RecordingEnded("recording ended")
        return "3" if question.purpose.endswith("/repair") else "bad"

    parsed = ask_until_parsed(scripted(say), make_request(samples=2), parse_number, repair)

    assert [sample.value for sample in parsed] == [None, 3]
