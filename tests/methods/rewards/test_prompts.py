"""What an LLM that writes rewards is told, and what it isn't."""

from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.config.places import conf_folder
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.methods.rewards.draft import Draft, Rung
from llmrl_runner.methods.rewards.prompts import OF_ITS_REWARD, RewardPrompts
from tests.methods.composed import config_of

ENVIRONMENTS = ["pendulum", "mountain_car_continuous", "hopper", "fetch_reach", "lunar_lander"]


def told(*overrides: str, rows: FloatArray | None = None) -> RewardPrompts:
    config = config_of("method=reward_gen", *overrides)
    return RewardPrompts(prompts_of(config), config, config.env.observation, rows)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_the_environment_pays_is_told_only_where_the_run_shows_it(environment: str) -> None:
    pays = config_of("method=reward_gen", f"env={environment}").env.reward

    assert pays not in told(f"env={environment}").write(0)
    assert pays in told(f"env={environment}", "method.show_native_reward=true").write(0)


def test_no_hint_tells_what_the_environment_pays() -> None:
    prompt = told("env=hopper").write(0)

    assert "The narrow limit of the torso angle" in prompt
    assert "returns about 1,000" not in prompt
    assert "returns about 1,000" in told("env=hopper", "method.show_native_reward=true").write(0)


@pytest.mark.parametrize("hint", ["Every turn costs a step.", "Beside the cliff, slow down.", "It pushes up."])
def test_a_hint_of_the_world_alone_is_told(hint: str) -> None:
    assert not OF_ITS_REWARD.search(hint)


def test_rules_and_hints_are_left_out_where_the_model_is_not_given() -> None:
    prompt = told("env=pendulum", "method.knowledge=rollouts_only").write(0)

    assert "What is known of the rules" not in prompt
    assert "Hints" not in prompt


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_column_is_named_as_a_program_writes_it(environment: str) -> None:
    env = config_of("method=reward_gen", f"env={environment}").env

    prompt = told(f"env={environment}").write(0)

    for column, field in enumerate(env.observation):
        assert f"| `obs[:, {column}]` | {field.name} |" in prompt


def test_where_training_begins_is_told_of_each_column() -> None:
    rows = np.linspace([0, -1, 100], [100, 1, 100], 101)

    assert "| -1 to 1 | -0.9 to 0.9 |" in told("env=pendulum", rows=rows).write(0)
    assert "| rad/s | -8 to 8 | 100 |" in told("env=pendulum", rows=rows).write(0)


def test_each_sample_is_asked_for_another_idea_and_later_ones_begin_again() -> None:
    prompts = told("env=pendulum")
    count = len(list((conf_folder() / "prompts/reward_gen/angles").glob("*.md")))
    asked = [prompts.write(sample) for sample in range(count + 1)]

    assert len(set(asked)) == count
    assert asked[0] == asked[count]
    assert prompts.angle_name(True, 0) != prompts.angle_name(False, 0)


@pytest.mark.parametrize(("tune", "is_told"), [("none", False), ("cma", True)])
def test_constants_are_spoken_of_where_something_sets_them(tune: str, is_told: bool) -> None:
    assert ("CONSTANTS = {" in told("env=pendulum", f"method.tune={tune}").system()) is is_told


def test_the_budget_and_the_horizon_are_told() -> None:
    prompt = told("env=pendulum", "training.total_timesteps=4000", "training.gamma=0.9").write(0)

    assert "4000 environment steps; drafts that others surpass are let go after 2000" in prompt
    assert "what comes 9 steps later counts about a third" in prompt
    assert "let go" not in told("env=pendulum", "method.budgets=full").write(0)


def test_a_better_draft_is_asked_for_with_all_scores_and_the_best_code() -> None:
    best = Draft(0, 2, "x = 1\n", "trained", rungs=[Rung(500, [-3.0], [50.0], [0.8])], feedback="`x` leads.\n")
    other = Draft(0, 1, "y = 1\n", "rejected", "it never varies")

    prompt = told("env=pendulum").improve(0, [other, best], [best])

    assert prompt.index("1. draft 0.2: success 80%") < prompt.index("2. draft 0.1: not trained - rejected: it never")
    assert "```python\nx = 1\n```\n\n`x` leads." in prompt
    assert "y = 1" not in prompt


def test_where_no_draft_could_be_trained_a_first_idea_is_asked_for_again() -> None:
    prompts = told("env=pendulum")
    rejected = Draft(0, 1, "x", "rejected", "it raised")

    asked = prompts.improve(2, [rejected], [])

    assert "rejected: it raised" in asked
    assert prompts.prompts.render("angles/3_stages").strip() in asked


def test_a_repair_shows_what_was_wrong_and_the_code_where_there_is_any() -> None:
    prompts = told("env=pendulum")

    assert "line 3: y = 2" in prompts.repair("it raised", "x = 1\n", "line 3: y = 2")
    assert "```" not in prompts.repair("the answer was empty")


def test_a_folder_may_hold_nothing_but_an_idea_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "angles").mkdir()
    (tmp_path / "angles" / "1_distance.md").write_text("Think of gamma {{ gamma }}.")

    assert "Think of gamma 0.99." in told("env=pendulum", f"method.prompts={tmp_path}").write(0)


def test_shared_steps_and_a_warm_start_are_told_as_they_are() -> None:
    shared = told("env=fetch_reach", "method.share_buffer=true").write(0)
    plain = told("env=fetch_reach")

    assert "SAC" in shared
    assert "takes 300 environment steps of its own" in shared
    assert "as many updates as a training of 3000 steps" in shared
    assert "let go" not in shared
    assert "let go after 1500" in plain.write(0)
    assert "trained from nothing" in plain.system()
    assert "the best one so far" in told("env=fetch_reach", "method.warm_start=true").system()
    assert "from nothing" not in told("env=fetch_reach", "method.warm_start=true").system()
