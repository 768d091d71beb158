"""Demonstrations that are acted step by step: asked in the words of `reflect`, and what of them is cloned."""

from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm.backends.random import RandomBackend
from llmrl_runner.methods.demos import calls_an_iteration, check_demos
from tests.methods.demonstrating import demonstrate, demos_config
from tests.methods.playing import WAY, answer, in_turn, play

STEPS = ("method.demos.kind=steps", "method.demos.episodes=1")
LAKE = ("env=frozen_lake", *STEPS)
LANDER = ("env=lunar_lander", *STEPS)
WALK = [answer(name, reflection=f"Then {name}.") for name in WAY]


def test_an_acted_episode_is_kept_as_it_was_played(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, in_turn(*WALK), *LAKE)

    found = asked.gathered.demonstrations
    assert found.actions.tolist() == [1, 1, 2, 2, 1, 2]
    assert found.observations.tolist() == [0, 4, 8, 9, 10, 14]
    assert found.successes is not None
    assert found.successes.tolist() == [True]
    assert found.is_chosen.all()
    assert [line["reflection"] for line in asked.lines()][:2] == ["Then down.", "Then down."]
    assert asked.gathered.figures["calls"] == 6
    assert {question.purpose for question in asked.asked} == {"llmae_ppo/act"}


def test_the_words_are_those_of_reflect_in_the_same_settings(tmp_path: Path) -> None:
    for name in ("steps", "reflect"):
        (tmp_path / name).mkdir()

    asked = demonstrate(tmp_path / "steps", in_turn(*WALK), *LAKE)
    played = play(tmp_path / "reflect", in_turn(*WALK), "env=frozen_lake", "method.episodes=1")

    assert [list(question.messages) for question in asked.asked] == [list(each.messages) for each in played.asked]


def test_what_stood_in_for_an_unusable_answer_is_marked_and_not_the_demonstrator_s_choice(tmp_path: Path) -> None:
    says = in_turn(WALK[0], "I don't know.", *WALK[1:])

    asked = demonstrate(tmp_path, says, *LAKE, "method.demos.steps.fallback=repeat", "method.demos.keep=all")

    found = asked.gathered.demonstrations
    assert found.is_chosen.tolist() == [True, False] + [True] * (len(found.actions) - 2)
    assert found.actions.tolist()[:2] == [1, 1]
    assert asked.gathered.figures["kept_chosen_steps"] == len(found.actions) - 1
    assert asked.gathered.figures["invalid_kinds"] == {"unknown name": 1}
    text = (asked.iteration / "demonstrations.json").read_text()
    assert '"not_chosen": [1]' in text


def test_each_step_of_a_held_action_is_a_step_of_the_demonstration(tmp_path: Path) -> None:
    held = ("method.demos.steps.action_rate=4", "method.demos.steps.max_steps=10", "method.demos.keep=all")

    asked = demonstrate(tmp_path, in_turn(answer("main engine"), "?", answer("nothing")), *LANDER, *held)

    found = asked.gathered.demonstrations
    assert found.actions.tolist()[:4] == [2] * 4
    assert found.actions.tolist()[8:] == [0] * 2
    assert found.is_chosen.tolist() == [True] * 4 + [False] * 4 + [True] * 2
    assert found.observations.shape == (10, 8)
    assert len(asked.asked) == 3
    assert found.successes is not None
    assert found.successes.tolist() == [False]


def test_an_episode_that_is_cut_off_is_no_demonstration_of_success(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, in_turn(*WALK), *LAKE, "method.demos.steps.max_steps=3")

    assert (asked.gathered.figures["succeeded"], len(asked.gathered.demonstrations)) == (0, 0)
    assert "The episode was cut off after 3 steps." in asked.gathered.page


def test_a_folder_of_ones_own_may_change_the_words_of_a_step(tmp_path: Path) -> None:
    for name in ("mine", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "mine" / "step.md").write_text("Where: {{ observation }}")

    asked = demonstrate(tmp_path / "run", in_turn(*WALK), *LAKE, f"method.prompts={tmp_path / 'mine'}")

    assert asked.asked[0].messages[1].content == "Where: - row: 0\n- column: 0\n"
    assert "left" in asked.asked[0].messages[0].content


def test_blind_actions_are_valid(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, str, *LAKE, "method.demos.keep=all", backend=RandomBackend(0))

    assert asked.gathered.figures["invalid_answers"] == 0
    assert len(asked.gathered.demonstrations) == 1


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (("method.demos.steps.scaffold=none_such",), "method.demos.steps.scaffold"),
        (("method.demos.steps.fallback=noop",), "method.demos.steps.fallback"),
        (("env.words=tests.methods.playing.play",), "env.words"),
    ],
)
def test_what_can_t_be_acted_is_refused_by_its_key(overrides: tuple[str, ...], key: str) -> None:
    config = demos_config(*LAKE, *overrides)

    with pytest.raises(ConfigError) as error:
        check_demos(config, Environment(config.env))

    assert error.value.key == key


def test_no_more_calls_are_estimated_than_reflect_would_make() -> None:
    settings = ("method.demos.steps.max_steps=50", "method.demos.steps.action_rate=4")

    assert calls_an_iteration(demos_config(*LAKE, "method.demos.episodes=3", *settings)) == 3 * 13
