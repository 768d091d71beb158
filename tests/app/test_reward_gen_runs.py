"""Rewards by an LLM through the public command: what a run leaves behind and says, and how it goes on after a kill."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.methods.rewards.pool import LAUNCHERS
from tests.app.command import CommandLine, wait_until
from tests.app.conftest import CommandHere
from tests.app.rewarded import TINY, RewardRun, assert_the_same, one_after_the_other, only_rewarded

BLIND = (*TINY, "llm=random")
LESS = ("method.iterations=1", "method.final_seeds=1", "training.total_timesteps=50")
OF_A_DRAFT = {"prompt.md", "response.md", "reward.py", "feedback.md", "evaluations.npz", "checkpoint.zip", "paid.json"}
ON_TOP = {"drafts.json", "feedback.md", "metrics.json", "prompt.md", "response.md", "reward.py", "checkpoint.zip"}
OPENED_WITHOUT_US = """
import sys
sys.modules["llmrl_runner"] = None
from stable_baselines3 import SAC
for path in sys.argv[1:]:
    model = SAC.load(path, device="cpu")
    action, _ = model.predict(model.observation_space.sample(), deterministic=True)
    assert action in model.action_space
"""


class Unheard:
    """For a command whose words nobody wants."""

    def readouterr(self) -> tuple[str, str]:
        return "", ""


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> RewardRun:
    """A run that nothing happened to, of a model that knows nothing."""
    command = CommandLine(tmp_path_factory.mktemp("blind"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LAUNCHERS, "local", one_after_the_other([]))
        patch.setattr("llmrl_runner.attempt.write_page", lambda folder: None)
        ended = CommandHere(command, patch, Unheard()).run(*BLIND)
    assert ended.code == 0
    return RewardRun(command.only_run())


# ------------------------------------------------------------------------------------------------ what a run leaves


def test_an_iteration_leaves_a_folder_a_draft_and_the_best_ones_files_on_top(blind: RewardRun) -> None:
    assert len(blind.iterations) == 2
    for iteration in blind.iterations:
        names = {path.name for path in iteration.iterdir()}
        best = blind.folder(json.loads((iteration / "metrics.json").read_text())["best_draft"])
        assert ON_TOP | {"draft_1", "draft_2", "evaluations.npz"} <= names
        assert all((iteration / name).read_bytes() == (best / name).read_bytes() for name in ("reward.py", "prompt.md"))
        for draft in iteration.glob("draft_*"):
            assert {path.name for path in draft.iterdir()} >= OF_A_DRAFT
    assert not list(blind.path.rglob("*.tmp"))
    assert not (blind.path / "trainings").exists()


def test_best_is_a_copy_of_the_better_iteration(blind: RewardRun) -> None:
    best = blind.iterations[blind.result["best_iteration"]]

    assert (blind.path / "best" / "reward.py").read_bytes() == (best / "reward.py").read_bytes()
    assert blind.metrics(blind.result["best_iteration"])["return_mean"] == max(
        blind.metrics(index)["return_mean"] for index in range(2)
    )


def test_what_is_known_of_each_draft_stands_in_drafts_json(blind: RewardRun) -> None:
    drafts = blind.drafts

    assert [draft.name for draft in drafts] == ["0.1", "0.2", "1.1", "1.2"]
    assert sorted(draft.status for draft in drafts) == ["let go", "let go", "trained", "trained"]
    for draft in drafts:
        assert (blind.folder(draft.name) / "reward.py").read_text() == draft.source
        assert draft.passed
        assert all(check.passed for check in draft.checks)
        budgets = [rung.timesteps for rung in draft.rungs]
        assert budgets == ([150, 300] if draft.status == "trained" else [150])
        assert [rung.lengths for rung in draft.rungs] == [[200.0]] * len(budgets)


def test_the_draft_that_trains_on_is_the_better_one_of_its_iteration(blind: RewardRun) -> None:
    for one, other in (blind.drafts[:2], blind.drafts[2:]):
        first = {draft.status: draft.rungs[0].score for draft in (one, other)}
        assert first["trained"] >= first["let go"]


def test_evaluations_are_of_both_budgets_on_the_same_episodes_for_every_draft(blind: RewardRun) -> None:
    told = [np.load(blind.folder(draft.name) / "evaluations.npz") for draft in blind.drafts]
    last = [draft.rungs[-1].returns[0] for draft in blind.drafts]

    assert {tuple(each["steps"].tolist()) for each in told} == {(100, 152), (100, 152, 200, 300)}
    for each in told:
        assert np.array_equal(each["seeds"][:2], told[0]["seeds"][:2])
    assert [each["greedy_returns"][-1].mean() for each in told] == pytest.approx(last)


def test_what_a_reward_paid_is_told_in_tenths(blind: RewardRun) -> None:
    for draft in blind.drafts:
        paid = json.loads((blind.folder(draft.name) / "paid.json").read_text())
        counts = [tenth["reward"]["count"] for tenth in paid["tenths"] if tenth["reward"]]
        assert sum(counts) == (148 if draft.status == "trained" else 152)
        assert set(paid["last"]) == {"reward in all", "state", "effort"}


@pytest.mark.slow
def test_every_checkpoint_opens_with_stable_baselines3_alone(blind: RewardRun, tmp_path: Path) -> None:
    checkpoints = [str(path) for path in blind.path.rglob("checkpoint.zip")]

    opened = subprocess.run(
        [sys.executable, "-c", OPENED_WITHOUT_US, *checkpoints], cwd=tmp_path, capture_output=True, text=True
    )

    assert len(checkpoints) == 2 * (2 + 1) + 2 + 3  # drafts and the best on top; final; best/ with its drafts
    assert opened.returncode == 0, opened.stderr


def test_result_json_tells_the_drafts_the_training_and_the_final_test(blind: RewardRun) -> None:
    result, tested = blind.result, [np.load(path) for path in sorted(blind.path.glob("final/seed_*/tested.npz"))]

    assert set(result) >= {
        *("method", "env", "llm", "seed", "best_iteration", "iterations", "search", "held_out", "optimum", "budget"),
        *("versions", "reward", "drafts", "final", "sandbox", "training", "knowledge", "ended_by"),
    }
    assert (result["method"], result["env"], result["reward"]) == ("reward_gen", "pendulum", "llm")
    assert (result["llm"]["calls"], result["invalid_rate"], result["repaired_rate"]) == (4, 0, 0)
    counted = {name: result["drafts"][name] for name in ("asked", "usable", "trained", "let_go", "failed", "rejected")}
    assert counted == {"asked": 4, "usable": 4, "trained": 2, "let_go": 2, "failed": 0, "rejected": 0}
    assert result["sandbox"]
    assert (result["training"]["algorithm"], result["training"]["env_steps"]) == ("SAC", 300)
    # Random episodes, three stretches an iteration (two first budgets, one rest), and the final trainings.
    assert result["drafts"]["env_steps"] == 3 * 200 + 2 * (152 + 152 + 148)
    assert result["budget"]["env_steps"] == result["drafts"]["env_steps"] + 2 * 300
    assert result["final"]["env_steps_each"] == [300, 300]
    returns = np.concatenate([each["greedy_returns"][-1] for each in tested])
    assert (result["held_out"]["episodes"], result["held_out"]["success_rate"]) == (5, None)
    assert result["held_out"]["return_mean"] == pytest.approx(returns.mean())
    assert result["final"]["held_out_return_means"] == pytest.approx([each["greedy_returns"].mean() for each in tested])


def test_the_final_networks_are_new_and_differ_by_their_seed(blind: RewardRun) -> None:
    final = [np.load(path)["greedy_returns"] for path in sorted(blind.path.glob("final/seed_*/evaluations.npz"))]
    searched = np.load(blind.path / "best" / "evaluations.npz")["greedy_returns"]

    assert not np.array_equal(final[0], final[1])
    assert not np.array_equal(final[0][-1], searched[-1])


def test_every_draft_has_a_curve_of_its_own_in_tensorboard(blind: RewardRun) -> None:
    names = {path.parent.name for path in (blind.path / "tensorboard").rglob("events.*")}

    assert names >= {f"draft_{draft.name}" for draft in blind.drafts}


# ------------------------------------------------------------------------------------------------- the same command


@pytest.mark.usefixtures("no_page", "trainings_here")
def test_the_same_command_shows_the_run_and_another_of_its_keys_makes_another(
    blind: RewardRun, here: CommandHere
) -> None:
    here.folder = blind.path.parents[4]
    written = (blind.path / "result.json").stat().st_mtime_ns

    again = here.run(*BLIND)
    others = [here.run(*BLIND, "method.workers=1", "display.gif=true"), here.run(*BLIND, *LESS)]

    assert [ended.code for ended in (again, *others)] == [0, 0, 0]
    assert ["finished before" in ended.out for ended in (again, *others)] == [True, True, False]
    assert (blind.path / "result.json").stat().st_mtime_ns == written
    assert len(here.runs()) == 2


# --------------------------------------------------------------------------------------------------------- a kill


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize(
    "moment",
    [
        "trainings/iteration_000/draft_1_rung_0/training.json",
        pytest.param("transcript.jsonl", marks=pytest.mark.slow),
        pytest.param("trainings/iteration_001/draft_2_rung_0/training.json", marks=pytest.mark.slow),
        pytest.param("final/seed_0/training.json", marks=pytest.mark.slow),
    ],
    ids=["second draft", "asking", "last rung", "second final seed"],
)
def test_a_run_killed_at_any_moment_comes_to_the_same_result_without_asking_or_training_twice(
    moment: str, command: CommandLine, here: CommandHere, trainings_here: list[Path], blind: RewardRun
) -> None:
    process = command.start(*BLIND, "method.workers=1")
    wait_until(lambda: command.in_runs(moment), seconds=100)
    process.kill()
    process.communicate(timeout=30)  # ends once nobody holds its output: trainings have died with the command
    run = only_rewarded(command)
    was_trained = {path.parent.relative_to(command.folder) for path in run.path.rglob("training.json")}
    was_under_way = not (run.path / "result.json").exists()

    ended = here.run(*BLIND)

    assert ended.code == 0, ended.err
    assert was_under_way
    assert not was_trained & set(trainings_here)
    assert len(trainings_here) == len(set(trainings_here))
    assert_the_same(run, blind)


def test_every_prompt_tells_where_training_begins_and_not_where_it_led(blind: RewardRun) -> None:
    first, later = ((blind.folder(name) / "prompt.md").read_text() for name in ("0.1", "1.1"))

    tables = [[line for line in prompt.splitlines() if line.startswith("| `obs[")] for prompt in (first, later)]
    assert tables[0]
    assert tables[0] == tables[1]
