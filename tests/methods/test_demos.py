"""What is kept of demonstrations, whoever gave them: figures, pages, files; and where the asking ends early."""

import json
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm.errors import BudgetReached
from llmrl_runner.llm.request import Question, Reply
from llmrl_runner.methods.demos import calls_an_iteration, check_demos
from llmrl_runner.rl.demonstration_files import read_demonstrations
from llmrl_runner.rl.intervals import wilson_interval
from tests.methods.demonstrating import LAKE, demonstrate, demos_config, plan
from tests.methods.playing import WAY

WALK = [1, 1, 2, 2, 1, 2]


def mixed(question: Question) -> str:
    """Episode 0 succeeds, 1 says nothing usable, 2 succeeds when it is repaired, 3 falls into a hole each time."""
    is_repair = question.purpose.endswith("/repair")
    return [plan(*WAY), "No plan.", plan(*WAY) if is_repair else plan("down"), plan("right", "down")][question.sample]


def stored(folder: Path, *trajectories: dict[str, object]) -> str:
    """A file of demonstrations on FrozenLake."""
    path = folder / "mine.json"
    path.write_text(json.dumps({"env_id": "FrozenLake-v1", "model": "a person", "trajectories": trajectories}))
    return str(path)


def test_figures_tell_what_succeeded_and_what_a_success_took(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, mixed, *LAKE, "method.demos.episodes=4")

    figures = json.loads((asked.iteration / "demos.json").read_text())
    assert figures == asked.gathered.figures
    assert figures == {
        "attempted": 4,
        "succeeded": 2,
        "success_rate": 0.5,
        "success_ci95": list(wilson_interval(2, 4) or ()),
        "kept_episodes": 2,
        "kept_steps": 12,
        "kept_chosen_steps": 12,
        "kept_length_mean": 6.0,
        "kept_return_mean": 1.0,
        "calls": 9,
        "prompt_tokens": 90,
        "completion_tokens": 45,
        "calls_per_success": 4.5,
        "tokens_per_success": 67.5,
        "first_try_successes": 1,
        "invalid_answers": 3,
        "invalid_rate": 3 / 9,
        "invalid_kinds": {"no actions": 3},
    }
    assert [len(asked.lines(number)) for number in range(4)] == [1, 3, 2, 3]


def test_pages_tell_each_episode_and_why_it_failed(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, mixed, *LAKE, "method.demos.episodes=4")

    page = (asked.iteration / "feedback.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if "| 2844" in line]
    assert [row[2:6] for row in rows] == [
        ["1", "6", "1", "yes"],
        ["3", "0", "0", "no"],
        ["2", "6", "1", "yes"],
        ["3", "2", "0", "no"],
    ]
    assert [row[6] == "" for row in rows] == [True, False, True, False]
    assert "2 of 4 episodes succeeded. 2 with 12 steps are kept for cloning." in page
    assert asked.asked[0].messages[0].content.strip() in (asked.iteration / "prompt.md").read_text()
    assert "Success: 6 steps, return 1" in (asked.iteration / "response.md").read_text()


@pytest.mark.parametrize(("keep", "seeds_kept"), [("successes", [0, 2]), ("all", [0, 2, 3])])
def test_what_is_kept_is_found_again_in_both_files(keep: str, seeds_kept: list[int], tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, mixed, *LAKE, "method.demos.episodes=4", f"method.demos.keep={keep}")

    kept = asked.gathered.demonstrations
    first = kept.seeds[0]
    assert (kept.seeds - first).tolist() == seeds_kept
    for name in ("demonstrations.npz", "demonstrations.json"):
        read = read_demonstrations(asked.iteration / name, demos_config(*LAKE).env)
        for column in ("observations", "actions", "rewards", "episodes", "is_chosen", "seeds", "returns", "successes"):
            assert np.array_equal(getattr(read, column), getattr(kept, column))
        assert (read.model, read.how, read.attempted) == (kept.model, kept.how, 4)


def test_where_nothing_usable_was_said_nothing_is_kept_and_the_iteration_is_complete(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, lambda _: "No plan.", "env=empty_8x8", "method.demos.episodes=2")

    kept = asked.gathered.demonstrations
    assert (len(kept), kept.observations.shape[0], kept.actions.shape) == (0, 0, (0,))
    assert asked.gathered.figures["success_rate"] == 0
    assert asked.gathered.figures["calls_per_success"] is None
    assert (asked.iteration / "demonstrations.npz").exists()
    assert "None is kept for cloning." in asked.gathered.page


def test_unknown_tokens_are_none_and_not_a_part_of_a_sum(tmp_path: Path) -> None:
    def say(question: Question) -> Reply:
        return Reply(plan(*WAY), "scripted", None if question.sample else 10, 5)

    asked = demonstrate(tmp_path, say, *LAKE, "method.demos.episodes=2")

    figures, found = asked.gathered.figures, asked.gathered.demonstrations
    assert (figures["prompt_tokens"], figures["completion_tokens"]) == (None, 10)
    assert figures["tokens_per_success"] is None
    assert found.prompt_tokens is None
    assert found.completion_tokens is not None
    assert found.completion_tokens.tolist() == [5, 5]


def test_where_the_budget_ends_the_iteration_is_not_complete_and_no_answer_is_lost(tmp_path: Path) -> None:
    def say(question: Question) -> str:
        if question.sample == 1:
            raise BudgetReached("llm.max_calls=1")
        return plan(*WAY)

    ended = demonstrate(tmp_path, say, *LAKE, "method.demos.episodes=2")
    again = demonstrate(tmp_path, lambda _: plan(*WAY), *LAKE, "method.demos.episodes=2")

    assert ended.gathered is None
    assert [question.sample for question in again.asked] == [1]
    assert again.gathered.figures["succeeded"] == 2


def test_plans_come_to_the_same_in_lock_step_and_out_of_it(tmp_path: Path) -> None:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()

    in_step = demonstrate(tmp_path / "in", mixed, *LAKE, "method.demos.episodes=4")
    out_of_it = demonstrate(tmp_path / "out", mixed, *LAKE, "method.demos.episodes=4", is_immediate=False)

    assert in_step.gathered.figures == out_of_it.gathered.figures
    assert in_step.gathered.page == out_of_it.gathered.page


def test_the_first_successes_are_filmed(tmp_path: Path) -> None:
    asked = demonstrate(tmp_path, mixed, *LAKE, "method.demos.episodes=4", "display.gif=true", "display.gif_width=32")

    films = sorted(path.name for path in (asked.iteration / "episodes").glob("*.gif"))
    assert films == ["000.gif", "002.gif"]
    assert (asked.iteration / "episode.gif").read_bytes() == (asked.iteration / "episodes" / "000.gif").read_bytes()


# ------------------------------------------------------------------------------------------------------- from a file


def test_a_file_is_read_without_asking_anybody(tmp_path: Path) -> None:
    path = stored(tmp_path, {"seed": 3, "actions": WALK}, {"seed": 4, "actions": [1]})
    (tmp_path / "run").mkdir()

    asked = demonstrate(tmp_path / "run", str, *LAKE, f"method.demos.path={path}", "display.gif=true")

    found, figures = asked.gathered.demonstrations, asked.gathered.figures
    assert asked.asked == []
    assert calls_an_iteration(demos_config(*LAKE, f"method.demos.path={path}")) == 0
    assert (found.seeds.tolist(), found.actions.tolist(), found.model) == ([3], WALK, "a person")
    assert (figures["attempted"], figures["succeeded"], figures["success_rate"], figures["calls"]) == (
        None,
        1,
        None,
        None,
    )
    assert "1 episodes succeeded." in asked.gathered.page
    assert (asked.iteration / "demonstrations.npz").exists()
    assert (asked.iteration / "episode.gif").exists()


def test_episodes_of_a_file_that_fail_are_kept_where_all_are_wanted(tmp_path: Path) -> None:
    path = stored(tmp_path, {"seed": 3, "actions": WALK}, {"seed": 4, "actions": [1]})
    (tmp_path / "run").mkdir()

    asked = demonstrate(tmp_path / "run", str, *LAKE, f"method.demos.path={path}", "method.demos.keep=all")

    assert asked.gathered.demonstrations.seeds.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("actions", "key", "says"),
    [
        ([1], "method.demos.keep", "none of the 1 episodes"),
        ([9], "method.demos.path", "mine.json: episode 0: action 9"),
    ],
)
def test_a_file_that_can_t_be_used_is_refused_before_anything_is_played(
    actions: list[int], key: str, says: str, tmp_path: Path
) -> None:
    path = stored(tmp_path, {"seed": 4, "actions": actions})
    config = demos_config(*LAKE, f"method.demos.path={path}")

    with pytest.raises(ConfigError) as error:
        check_demos(config, Environment(config.env))

    assert (error.value.key, says in error.value.problem) == (key, True)
