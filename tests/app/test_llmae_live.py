"""A live model that demonstrates, asked over a real socket: plans that fail are repaired, budgets are kept."""

import json

import pytest

from tests.app.command import CommandLine, Ended, transcript_of
from tests.app.trained import TINY, only_trained
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer
from tests.methods.demonstrating import LAKE, plan
from tests.methods.playing import WAY

pytestmark = pytest.mark.usefixtures("no_page")

LIVE = ("llm=openai_compatible", "llm.model=test-model", "llm.max_retries=0")


def demonstrate(command: CommandLine, server: MisbehavingServer, *more: str) -> Ended:
    """A small run that asks for plans on FrozenLake, one after the other."""
    address = f"llm.api_base={server.api_base}"
    return command.run(*LAKE, *TINY, *LIVE, address, "llm.samples_in_flight=1", *more, OPENAI_API_KEY="sk-none-needed")


def test_a_plan_that_is_invalid_or_fails_is_repaired_and_counted(here: CommandLine, server: MisbehavingServer) -> None:
    server.script = [does.says(text) for text in ("I can't.", plan("right", "down"), plan(*WAY))]

    ended = demonstrate(here, server, "method.demos.episodes=1")

    run = only_trained(here)
    turns = [len(request["body"]["messages"]) for request in server.requests]
    assert ended.code == 0, ended.err
    assert turns == [2, 4, 6]
    assert "cell 5" in server.requests[2]["body"]["messages"][-1]["content"].lower()  # the hole that it fell into
    assert (run.result["demos"]["succeeded"], run.result["demos"]["first_try_successes"]) == (1, 0)
    assert (run.result["answers"], run.result["invalid_answers"]) == (3, 1)
    assert run.result["invalid_rate"] == pytest.approx(1 / 3)
    assert sum(run.result["invalid_kinds"].values()) == 1
    lines = (run.iterations[0] / "episodes" / "000.jsonl").read_text().splitlines()
    assert [(json.loads(line)["valid"], json.loads(line)["success"]) for line in lines] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert "1 of 3 answers (33.3 %)" in ended.out
    assert "1 of 1 succeeded, 1 cloned; by openai_compatible/test-model; 3 calls a success" in ended.out


def test_a_budget_reached_among_the_demonstrations_ends_the_run_and_one_for_all_of_them_goes_on_without_asking_again(
    here: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says(plan(*WAY))
    wanted = "method.demos.episodes=4"

    limited = demonstrate(here, server, wanted, "llm.max_calls=2")
    stopped = only_trained(here).result
    whole = demonstrate(here, server, wanted, "llm.max_calls=4")

    run = only_trained(here)
    assert (limited.code, whole.code) == (0, 0), limited.err + whole.err
    assert (stopped["ended_by"], stopped["iterations"]) == ("budget reached: llm.max_calls=2", 0)
    assert (stopped["demos"], stopped["cloning"], stopped["held_out"]["return_mean"]) == (None, None, None)
    assert stopped["training"]["env_steps"] == 0
    assert len(server.requests) == len(transcript_of(run.path)) == 4
    assert (run.result["demos"]["succeeded"], run.result["iterations"], run.result["ended_by"]) == (4, 3, None)


def test_where_no_step_was_the_models_own_choice_nothing_is_cloned(
    here: CommandLine, server: MisbehavingServer
) -> None:
    server.otherwise = does.says("")
    acted = (
        "method.demos.kind=steps",
        "method.demos.keep=all",
        "method.demos.episodes=1",
        "method.demos.steps.max_steps=3",
    )

    ended = demonstrate(here, server, *acted)

    result = only_trained(here).result
    assert ended.code == 0, ended.err
    assert (result["demos"]["kept"], result["demos"]["kept_chosen_steps"], result["cloning"]) == (1, 0, None)
    assert result["invalid_rate"] == 1
    assert "nothing to clone" in ended.out


def test_an_estimate_counts_the_demonstrations_once(here: CommandLine) -> None:
    address = "llm.api_base=http://127.0.0.1:9/v1"

    ended = here.run("env=doorkey_5x5", *TINY, *LIVE, address, "estimate=true", "method.demos.episodes=7")

    assert ended.code == 0, ended.err
    assert "at most 21 calls" in ended.out
    assert not (here.folder / "outputs").exists()
