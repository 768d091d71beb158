"""Demonstrations that are planned as a whole: what is asked, what is told of a plan that failed, and what is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm.backends.random import RandomBackend
from llmrl_runner.llm.errors import RecordingEnded
from llmrl_runner.llm.request import Question, Reply
from llmrl_runner.methods.demos import calls_an_iteration, check_demos
from tests.methods.demonstrating import LAKE, demonstrate, demos_config, plan
from tests.methods.playing import WAY

ROOM = ("env=empty_8x8", "method.demos.episodes=1")
TO_THE_GOAL = ["move forward x5", "turn right", {"action": "move forward", "times": 5}]
INTO_A_HOLE = ["right", "down", "up"]
ONE = (*LAKE, "method.demos.episodes=1")


def first_then(*answers: str) -> Callable[[Question], str]:
    """These answers to each episode, one an attempt."""

    def say(question: Question) -> str:
        return answers[question.turn + question.purpose.endswith("/repair")]

    return say


def test_a_plan_that_reaches_the_goal_takes_one_call_and_is_kept_as_it_was_played(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan(*TO_THE_GOAL, "done", words="East, then south.")), *ROOM)

    found, [question] = asked.gathered.demonstrations, asked.asked
    assert question.purpose == "llmae_ppo/plan"
    assert "You: row 1, column 1, facing east, carrying nothing" in question.messages[-1].content
    assert "Rows are numbered from the north" in question.messages[0].content
    assert "Every turn costs a step" in question.messages[0].content
    assert found.actions.tolist() == [2] * 5 + [1] + [2] * 5
    assert (found.successes is not None and found.successes.tolist(), found.is_chosen.all()) == ([True], True)
    assert found.returns[0] == pytest.approx(1 - 0.9 * 11 / 256)
    assert (found.env_id, found.model, found.attempted) == ("MiniGrid-Empty-8x8-v0", "scripted", 1)
    assert [line["plan"] for line in asked.lines()] == ["East, then south."]


def test_a_failed_plan_is_told_where_it_failed_and_shown_to_its_model_again(tmp_path: Path) -> None:
    blocked = plan("turn left", "move forward", "turn right", "move forward x2", words="North first.")

    asked = demonstrate(tmp_path, first_then(blocked, plan(*TO_THE_GOAL)), *ROOM)

    first, repair = asked.asked
    assert repair.purpose == "llmae_ppo/plan/repair"
    assert repair.messages[:2] == first.messages
    assert [message.role for message in repair.messages] == ["system", "user", "assistant", "user"]
    shown = json.loads(repair.messages[2].content)
    names = ["turn left", "move forward", "turn right", "move forward", "move forward"]
    assert shown == {"plan": "North first.", "actions": names}
    told = repair.messages[3].content
    stood = "row 1, column 1, facing north, carrying nothing, in front: a wall"
    assert f"Action 2 of 5 (move forward) was the first that changed nothing: you were at {stood}." in told
    assert "After all 5 actions you were at row 1, column 3, facing east" in told
    assert "row 1     #  .  .  >" in told
    assert asked.gathered.figures["first_try_successes"] == 0
    assert asked.gathered.figures["succeeded"] == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("I go CANARY.", "no JSON object with a list of `actions`"),
        (plan("down", "CANARY"), "entry 2 of `actions`"),
        (plan("up x101"), "it has more actions than the 100 steps"),
        ("", "the answer was empty"),
    ],
)
def test_an_answer_that_is_no_plan_is_told_its_fault_and_never_echoed(answer: str, told: str, tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(answer, plan(*WAY)), *ONE)

    repair = asked.asked[1].messages
    assert f"Your answer could not be used: {told}" in repair[-1].content
    assert not any("CANARY" in message.content for message in repair)
    assert (asked.gathered.figures["succeeded"], asked.gathered.figures["invalid_answers"]) == (1, 1)


def test_an_action_that_ends_the_episode_badly_is_named_with_the_place_before_it(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan(*INTO_A_HOLE), plan(*WAY)), *ONE)

    told = asked.asked[1].messages[-1].content
    assert "Action 2 of 3 (down) ended the episode, without success. Before it you were at cell 1." in told
    assert "CELL 5" in told
    assert "changed nothing" not in told


def test_an_episode_is_tried_as_often_as_repairs_allow_and_counts_with_its_last_attempt(tmp_path: Path) -> None:
    fails = [plan("down"), plan("down", "down"), plan("down", "down", "right")]

    asked = demonstrate(tmp_path, first_then(*fails, plan(*WAY)), *ONE, "method.demos.keep=all")

    assert len(asked.asked) == 3
    assert asked.gathered.demonstrations.actions.tolist() == [1, 1, 2]
    assert asked.gathered.figures["succeeded"] == 0
    assert len(asked.asked[-1].messages) == 6
    assert [line["taken"] for line in asked.lines()] == [[1], [1, 1], [1, 1, 2]]


def test_without_repairs_a_failed_plan_is_not_asked_for_again(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan("down")), *ONE, "method.demos.plan.repairs=0")

    assert len(asked.asked) == 1
    assert len(asked.gathered.demonstrations) == 0


def test_where_a_recording_ends_before_a_repair_the_last_plan_counts(tmp_path: Path) -> None:
    def say(question: Question) -> str | Reply:
        if question.purpose.endswith("/repair"):
            raise RecordingEnded("the recording ended")
        return plan("down")

    asked = demonstrate(tmp_path, say, *ONE)

    assert [line["taken"] for line in asked.lines()] == [[1]]
    assert asked.gathered.figures["calls"] == 1


def test_doing_nothing_on_purpose_is_not_told_as_what_went_wrong(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan("done", "move forward"), plan(*TO_THE_GOAL)), *ROOM)

    assert "changed nothing" not in asked.asked[1].messages[-1].content


def test_rules_and_hints_are_left_out_where_the_model_is_to_know_none(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan(*TO_THE_GOAL)), *ROOM, "method.knowledge=rollouts_only")

    assert "What is known of the rules" not in asked.asked[0].messages[0].content
    assert "# Hints" not in asked.asked[0].messages[0].content


def test_episodes_have_seeds_of_the_search_and_samples_of_their_own(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, first_then(plan(*WAY)), *LAKE, "method.demos.episodes=3")

    seeds = asked.gathered.demonstrations.seeds.tolist()
    assert [question.sample for question in asked.asked] == [0, 1, 2]
    assert seeds == list(range(seeds[0], seeds[0] + 3))
    assert max(seeds) < 1 << 29


def test_a_blind_plan_is_valid_and_the_same_again(tmp_path: Path) -> None:
    def blind(folder: str) -> Any:
        (tmp_path / folder).mkdir()
        return demonstrate(tmp_path / folder, str, *LAKE, "method.demos.keep=all", backend=RandomBackend(0)).gathered

    first, again = blind("first"), blind("again")

    assert first.figures["invalid_answers"] == 0
    assert first.figures == again.figures
    assert first.demonstrations.actions.tolist() == again.demonstrations.actions.tolist()
    assert len(set(first.demonstrations.actions.tolist())) > 2


@pytest.mark.parametrize(
    ("overrides", "key", "says"),
    [
        (("env=frozen_lake",), "env.map_words", "say demos.kind=steps"),
        (("env=empty_8x8", "env.success.return_at_least=null"), "method.demos.keep", "say all"),
        (
            ("env=empty_8x8", "env.success.return_at_least=null", "method.demos.keep=all"),
            "method.demos.kind",
            "needs env.success",
        ),
        (("env=pendulum",), "env.id", "one of a few (Discrete)"),
        (("env=empty_8x8", "env.actions=[]"), "env.actions", "entries needed"),
        (("env=empty_8x8", "env.id=CartPole-v1"), "env.map_words", "MiniGrid's"),
    ],
)
def test_what_can_t_be_planned_is_refused_by_its_key(overrides: tuple[str, ...], key: str, says: str) -> None:
    config = demos_config(*overrides)

    with pytest.raises(ConfigError) as error:
        check_demos(config, Environment(config.env))

    assert (error.value.key, says in error.value.problem) == (key, True)


def test_no_more_calls_are_estimated_than_episodes_and_repairs_take() -> None:
    assert calls_an_iteration(demos_config(*LAKE, "method.demos.episodes=7", "method.demos.plan.repairs=3")) == 28
