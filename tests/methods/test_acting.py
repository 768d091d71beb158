"""One acted episode: what an unusable answer costs, what the prompts show of the past, and what is kept of it all."""

from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.llm.prices import approximate_tokens
from llmrl_runner.llm.request import Question
from tests.methods.playing import WAY, answer, in_turn, play

LAKE = ("env=frozen_lake", "method.episodes=1")
ROD = ("env=pendulum", "method.episodes=1", "method.max_steps=6")
SWING = "full torque clockwise"
UNUSABLE = "I jump over the CANARY, since nothing else is left to be done here."
WALK = [answer(name, reflection=f"Then {name}.") for name in WAY]


def actions(steps: list[dict[str, Any]]) -> list[str]:
    return [step["action"] for step in steps]


# ----------------------------------------------------------------------------------------------- unusable answers


@pytest.mark.parametrize(
    ("fallback", "taken"),
    [("noop", [SWING, "no torque", "no torque"]), ("repeat", [SWING, SWING, SWING])],
)
def test_an_unusable_answer_costs_a_step_and_takes_the_fallback(
    fallback: str, taken: list[str], tmp_path: Path
) -> None:
    says = in_turn(answer(SWING), UNUSABLE, "", last=answer("no torque"))

    played = play(tmp_path, says, *ROD, f"method.fallback={fallback}")

    steps = played.steps()
    assert actions(steps)[:3] == taken
    assert [step["valid"] for step in steps] == [True, False, False, True, True, True]
    assert [step["step"] for step in steps] == [0, 1, 2, 3, 4, 5]
    assert played.totals()["invalid"] == {"no action": 1, "empty": 1}
    assert (played.result["invalid_answers"], played.result["invalid_rate"]) == (2, 2 / 6)


def test_a_random_fallback_draws_from_all_actions_and_the_same_again(tmp_path: Path) -> None:
    long = ("env=pendulum", "method.episodes=2", "method.max_steps=60", "method.fallback=random")

    for name in ("first", "again"):
        (tmp_path / name).mkdir()
    first = play(tmp_path / "first", in_turn(UNUSABLE), *long)
    again = play(tmp_path / "again", in_turn(UNUSABLE), *long, is_immediate=False)

    assert len(set(actions(first.steps(0)))) == 7
    assert actions(first.steps(0)) != actions(first.steps(1))
    assert [actions(again.steps(number)) for number in (0, 1)] == [actions(first.steps(number)) for number in (0, 1)]


def test_there_is_nothing_to_repeat_in_the_first_step_so_that_a_random_action_is_taken(tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(UNUSABLE), *ROD, "method.fallback=repeat")

    assert len(set(actions(played.steps()))) == 1
    assert played.totals()["invalid"] == {"no action": 6}


def test_later_prompts_name_the_fault_and_never_echo_the_answer(tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(UNUSABLE), *ROD, "method.fallback=noop")

    assert played.steps()[0]["text"] == UNUSABLE
    for prompt in played.prompts()[1:]:
        assert "Your answer could not be used (no action). Instead: 3 (no torque)." in prompt
        assert "CANARY" not in prompt


@pytest.mark.parametrize("says", [UNUSABLE, "", answer(99), answer(SWING)])
def test_no_answer_slips_past_the_step_cap_however_long_actions_are_held(says: str, tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(says), *ROD, "method.action_rate=4", "method.fallback=noop")

    steps = played.steps()
    assert [len(step["rewards"]) for step in steps] == [4, 2]
    assert [step["step"] for step in steps] == [0, 4]
    assert played.totals()["total_timesteps"] == [6]
    assert (steps[-1]["truncated"], steps[-1]["terminated"]) == (True, False)
    assert played.result["budget"]["env_steps"] == 6


# ------------------------------------------------------------------------------------------------------ the record


def test_an_episode_is_one_file_from_which_its_score_can_be_checked(tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(*WALK), *LAKE)

    steps = played.steps()
    assert actions(steps) == list(WAY)
    assert [step["reward"] for step in steps] == [0, 0, 0, 0, 0, 1]
    assert [step["terminated"] for step in steps] == [False] * 5 + [True]
    assert steps[1] == {
        "episode": 0,
        "seed": played.totals()["seeds"][0],
        "step": 1,
        "observation": "- row: 1\n- column: 0",
        "in_brief": "row 1, column 0",
        "text": WALK[1],
        "reflection": "Then down.",
        "action": "down",
        "native_action": 1,
        "valid": True,
        "problem": None,
        "rewards": [0.0],
        "reward": 0.0,
        "terminated": False,
        "truncated": False,
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "latency_s": steps[1]["latency_s"],
        "has_drifted": False,
    }
    assert played.totals()["total_rewards"] == [1.0]
    assert played.result["held_out"]["success_rate"] == 1.0


def test_a_held_action_keeps_each_steps_reward_and_is_asked_about_once(tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(answer(SWING)), *ROD, "method.action_rate=3")

    steps = played.steps()
    assert len(played.asked) == len(steps) == 2
    assert [step["reward"] for step in steps] == [sum(step["rewards"]) for step in steps]
    assert "is held for 3 steps" in played.asked[0].messages[0].content


@pytest.mark.parametrize(
    "odd",
    ["\u2028 a line of its own", "half a letter \ud83d", "nul \x00 and bell \x07", "next \x85 line", "{{ 7 * 7 }}"],
)
def test_a_thought_of_odd_signs_is_kept_shown_and_learned_from(odd: str, tmp_path: Path) -> None:
    says = in_turn(answer("down", reflection=odd), last=answer("down"))

    played = play(tmp_path, says, *LAKE, "method.max_steps=3", "method.memory=lessons", "method.iterations=2")

    assert played.result["iterations"] == 2
    assert played.steps()[0]["reflection"] == odd.strip()
    assert " ".join(odd.split()) in played.prompts()[1]


# ------------------------------------------------------------------------------------------- what prompts show again


@pytest.mark.parametrize(("history", "shown"), [(1, [4]), (2, [3, 4]), (10, [1, 2, 3, 4])])
def test_a_prompt_shows_the_last_moves_and_counts_those_before(history: int, shown: list[int], tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(*WALK), *LAKE, f"method.history={history}")

    fifth = played.prompts()[4]
    assert [number for number in range(1, 7) if f"- Step {number}: " in fifth] == shown
    assert (f"({4 - history} earlier" in fifth) == (history < 4)
    assert "Now: step 5 of at most 100, return so far 0" in fifth


def test_without_a_history_a_prompt_shows_no_move_and_calls_no_later_step_the_first(tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(*WALK), *LAKE, "method.history=0")

    first, *later = played.prompts()
    assert "step 1 of at most 100, the first" in first
    for prompt in later:
        assert "- Step " not in prompt
        assert ", return so far 0" in prompt
        assert "the first" not in prompt


SAID = {
    "reflect": answer("down", reflection="CANARY"),
    "plan": answer("down", plan="CANARY"),
    "cot": answer("down", reasoning="CANARY"),
    "plain": answer("down"),
}


@pytest.mark.parametrize(("scaffold", "shown"), [("reflect", 1), ("plan", 1), ("cot", 0), ("plain", 0)])
def test_a_reflection_and_a_plan_are_shown_again_and_long_reasoning_is_not(
    scaffold: str, shown: int, tmp_path: Path
) -> None:
    says = in_turn(SAID[scaffold], last=answer("down"))

    played = play(tmp_path, says, *LAKE, f"method.scaffold={scaffold}", "method.max_steps=3")

    assert [prompt.count("CANARY") for prompt in played.prompts()] == [0, shown, shown]
    assert played.steps()[0]["reflection"] == ("" if scaffold == "plain" else "CANARY")


def test_a_plan_is_kept_until_there_is_another(tmp_path: Path) -> None:
    says = in_turn(answer("left", plan="First."), UNUSABLE, answer("left"), answer("left", plan="Second."))

    played = play(tmp_path, says, *LAKE, "method.scaffold=plan", "method.max_steps=5", "method.fallback=repeat")

    plans = [prompt.partition("# Your plan so far\n\n")[2].partition("\n")[0] for prompt in played.prompts()]
    assert plans == ["", "First.", "First.", "First.", "Second."]


# ---------------------------------------------------------------------------------------------- a thousand steps

WORDS = " ".join(["swing"] * 5000)
ROD_FOR_LONG = ("env=pendulum", "env.max_episode_steps=1000", "method.episodes=1")
WINDOW = 10
THOUGHTS = {
    "a reflection of 5,000 words": (answer(SWING, reflection=WORDS), "reflect"),
    "a word of 5,000 letters": (answer(SWING, reflection="s" * 5000), "reflect"),
    "a plan of 5,000 words": (answer(SWING, plan=WORDS), "plan"),
    "reasoning of 5,000 words": (answer(SWING, reasoning=WORDS), "cot"),
}


def tokens(questions: list[Question]) -> list[int]:
    """The length of each prompt, system and user."""
    return [approximate_tokens("".join(message.content for message in asked.messages)) for asked in questions]


@pytest.mark.parametrize("steps", [40, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("thought", THOUGHTS)
def test_thoughts_of_any_length_leave_prompts_as_long_as_the_window(thought: str, steps: int, tmp_path: Path) -> None:
    says, scaffold = THOUGHTS[thought]

    played = play(tmp_path, in_turn(says), *ROD_FOR_LONG, f"method.max_steps={steps}", f"method.scaffold={scaffold}")

    each = tokens(played.asked)
    assert len(each) == steps
    assert max(each[steps // 2 :]) <= 1.03 * max(each[WINDOW : 2 * WINDOW])
    assert max(each) < 5000
    assert played.totals()["long_thoughts"] == steps


@pytest.mark.parametrize("says", [answer(SWING, reflection="I swing it."), WORDS[:1000]], ids=["valid", "never usable"])
def test_the_prompts_of_a_thousand_steps_stay_as_long_as_the_window(says: str, tmp_path: Path) -> None:
    played = play(tmp_path, in_turn(says), *ROD_FOR_LONG)

    each = tokens(played.asked)
    assert len(each) == 1000
    assert max(each[-500:]) <= 1.03 * max(each[WINDOW : 2 * WINDOW])


def test_lessons_of_any_length_keep_prompts_of_later_rounds_as_long_as_the_second_rounds(tmp_path: Path) -> None:
    def say(question: Question) -> str:
        return WORDS if question.purpose == "reflect/lesson" else answer(SWING, reflection=WORDS)

    lessons = ("method.memory=lessons", "method.lessons_kept=2", "method.iterations=5")
    played = play(tmp_path, say, *ROD_FOR_LONG, *lessons, "method.max_steps=25")

    rounds = [[asked for asked in played.asked if asked.iteration == number] for number in range(5)]
    longest = [max(tokens(questions)) for questions in rounds]
    asked_to_learn = [tokens(questions)[0] for questions in rounds[1:]]
    assert longest[0] < longest[1] < longest[2]
    assert longest[4] <= 1.03 * longest[2]
    assert max(asked_to_learn) <= 1.1 * asked_to_learn[1]
