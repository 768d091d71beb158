"""An LLM that acts, asked over a real socket, and all that it can do wrong: no crash, no end that fails to come, every
fault counted."""

import json
import threading

import pytest

from llmrl_runner.llm.backends import retry
from tests.app.acted import only_acted
from tests.app.command import CommandLine, Ended, transcript_of
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import Exchange, MisbehavingServer

WORDS = " ".join(["swing"] * 5000)
GOOD = '{"reflection": "I wait.", "action": 3}'


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.02)


def act(command: CommandLine, server: MisbehavingServer, *more: str) -> Ended:
    """Episodes of a rod that never ends by itself."""
    return command.run(
        "method=reflect",
        "env=pendulum",
        "method.episodes=1",
        "method.max_steps=5",
        "display.gif=false",
        "llm=openai_compatible",
        "llm.model=test-model",
        f"llm.api_base={server.api_base}",
        "llm.max_retries=2",
        *more,
        OPENAI_API_KEY="sk-none-needed",
    )


# What is said, and as what it is counted; "" where it names an action.
MISCHIEF = {
    "an action out of range": ('{"action": 7}', "out of range"),
    "an action far out of range": (f'{{"action": 1{"0" * 30}}}', "out of range"),
    "two actions in one answer": ('{"action": 1}\n{"action": 2}', "several actions"),
    "two actions under one key": ("{'action': 1, 'action': 2}", "several actions"),
    "a list of actions": ('{"action": [1, 2]}', "several actions"),
    "an action by name": ('{"action": "No torque."}', ""),
    "an action as 1.": ('{"action": "1."}', ""),
    "a bare number": ("3", ""),
    "an action that is a fraction": ('{"action": 0.5}', "out of range"),
    "a name of none": ('{"action": "jump"}', "unknown name"),
    "an empty reflection": ('{"reflection": "", "action": 3}', ""),
    "a reflection of 5,000 words": (json.dumps({"reflection": WORDS, "action": 3}), ""),
    "5,000 words and no action": (WORDS, "no action"),
    "5,000 brackets": ("{[" * 2500, "cut off"),
    "no action": ('{"reflection": "Hm."}', "no action"),
    "null": ('{"action": null}', "no action"),
    "nothing": ("", "empty"),
    "only spaces": (" \n ", "empty"),
    "only thinking": ("<think>3</think>", "empty"),
    "thinking without end": ("<think>3, or", "empty"),
    "a cut answer": ('{"reflection": "I wai', "cut off"),
    "broken JSON": ('{"action": 3,, "b": 1}', "no JSON"),
    "a refusal": ("I'm sorry, but I can't help with swinging a rod in this situation.", "no action"),
    "half a letter": ('{"reflection": "\\ud83d", "action": 3}', ""),
}


def test_every_answer_of_a_model_that_misbehaves_costs_a_step_and_is_counted(
    here: CommandLine, server: MisbehavingServer
) -> None:
    server.script = [does.says(text) for text, _ in MISCHIEF.values()]

    ended = act(here, server, f"method.max_steps={len(MISCHIEF)}", "method.fallback=noop")

    run = only_acted(here)
    faults = {name: "" if step["valid"] else "refused" for name, step in zip(MISCHIEF, run.steps(), strict=True)}
    expected = [kind for _, kind in MISCHIEF.values() if kind]
    assert ended.code == 0, ended.err
    assert faults == {name: "refused" if kind else "" for name, (_, kind) in MISCHIEF.items()}
    assert run.result["invalid_kinds"] == {kind: expected.count(kind) for kind in expected}
    assert (run.result["answers"], run.result["llm"]["calls"]) == (len(MISCHIEF), len(server.requests))
    assert (run.result["long_thoughts"], run.result["empty_thoughts"]) == (1, 4)
    assert {step["action"] for step in run.steps() if not step["valid"]} == {"no torque"}


@pytest.mark.parametrize(
    ("kind", "fallback"),
    [("nothing", "random"), ("an action out of range", "noop"), ("two actions in one answer", "repeat")],
)
def test_a_model_that_never_answers_well_ends_at_the_step_cap(
    kind: str, fallback: str, here: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says(MISCHIEF[kind][0])

    ended = act(here, server, f"method.fallback={fallback}")

    result = only_acted(here).result
    assert ended.code == 0, ended.err
    assert len(server.requests) == result["budget"]["env_steps"] == 5
    assert (result["invalid_rate"], result["invalid_kinds"]) == (1.0, {MISCHIEF[kind][1]: 5})


STUMBLES = [
    does.fails(429, Retry_After="0.05"),
    does.fails(500),
    does.cuts(),
    does.page(),
    does.sends(does.completion(GOOD)[:90]),
    does.hangs(),
]


def test_an_episode_gets_over_a_stumbling_server_step_by_step(here: CommandLine, server: MisbehavingServer) -> None:
    server.script = [each for stumble in STUMBLES for each in (stumble, does.says(GOOD))]

    ended = act(here, server, f"method.max_steps={len(STUMBLES)}", "llm.timeout_s=0.7")

    run = only_acted(here)
    assert ended.code == 0, ended.err
    assert [step["valid"] for step in run.steps()] == [True] * len(STUMBLES)
    assert [line["attempts"] for line in transcript_of(run.path)] == [2] * len(STUMBLES)
    assert run.steps()[0]["completion_tokens"] == 7


def test_a_server_that_fails_for_good_ends_all_episodes_in_one_line_and_the_same_command_goes_on(
    here: CommandLine, server: MisbehavingServer
) -> None:
    many = ("method.episodes=8", "llm.samples_in_flight=2")
    server.script = [does.says(GOOD)] * 20
    server.otherwise = does.fails(400, "no such model")

    failed = act(here, server, *many)
    kept, asked = len(transcript_of(here.only_run())), len(server.requests)
    server.otherwise = does.says(GOOD)
    resumed = act(here, server, *many)

    assert (failed.code, resumed.code) == (1, 0)
    assert "no such model" in failed.err
    assert failed.err.strip().count("\n") == 0
    assert kept == 20
    assert len(server.requests) - asked == 8 * 5 - kept
    assert only_acted(here).totals()["total_timesteps"] == [5] * 8


def test_a_slow_answer_in_one_episode_holds_up_no_other(here: CommandLine, server: MisbehavingServer) -> None:
    others = 2 * 5
    others_are_done = threading.Event()
    is_held_up: list[bool] = []

    def slow(exchange: Exchange) -> None:
        is_held_up.append(not others_are_done.wait(10))
        exchange.reply(200, does.completion(GOOD))

    def quick(exchange: Exchange) -> None:
        exchange.reply(200, does.completion(GOOD))
        if len(server.requests) == 1 + others:
            others_are_done.set()

    server.script, server.otherwise = [slow], quick

    ended = act(here, server, "method.episodes=3")

    assert ended.code == 0, ended.err
    assert is_held_up == [False]
    assert only_acted(here).totals()["total_timesteps"] == [5, 5, 5]


def test_a_budget_is_kept_to_the_call_and_every_answer_that_was_paid_for_is_used_later(
    here: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says(GOOD, after_s=0.02)

    limited = act(here, server, "method.episodes=4", "llm.max_calls=11")
    asked, kept = len(server.requests), len(transcript_of(here.only_run()))
    whole = act(here, server, "method.episodes=4")

    assert (limited.code, whole.code) == (0, 0)
    assert asked == kept == 11
    assert len(server.requests) == 4 * 5


def test_lessons_of_a_live_model_reach_the_next_rounds_prompts(here: CommandLine, server: MisbehavingServer) -> None:
    def say(prompt: str) -> str:
        return "Swing with the fall." if "Write one lesson" in prompt else GOOD

    server.otherwise = does.replies(say)

    ended = act(here, server, "method.memory=lessons", "method.iterations=2", "method.episodes=2")

    asked = [request["body"]["messages"][-1]["content"] for request in server.requests]
    told = [prompt for prompt in asked if "# Lessons from earlier episodes\n\n- Swing with the fall.\n" in prompt]
    assert ended.code == 0, ended.err
    assert len(asked) == 2 * 5 + 2 + 2 * 5
    assert len(told) == 2 * 5
    assert only_acted(here).result["held_out"]["episodes"] == 2
