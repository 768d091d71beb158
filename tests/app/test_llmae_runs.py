"""Demonstrations, cloning and PPO through the public command: what a run leaves behind, says, and comes to."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.app.command import CommandLine, Ended
from tests.app.trained import SMALL, TrainedRun
from tests.app.warm_start import WarmStart

REPLAYED = ("env=doorkey_5x5", *SMALL)
FILES = [
    {"demonstrations.npz", "demonstrations.json", "demos.json", "episodes", "prompt.md", "response.md"},
    {"checkpoint.zip", "evaluations.npz", "cloning.json"},
    {"checkpoint.zip", "best_checkpoint.zip", "evaluations.npz"},
    {"checkpoint.zip", "best_checkpoint.zip", "evaluations.npz"},
]
IN_EACH = {"metrics.json", "feedback.md"}
STEPS = [[], [0], [400, 800], [1200, 1600]]

OPENED_WITHOUT_US = """
import sys
sys.modules["llmrl_runner"] = None
from stable_baselines3 import PPO
for path in sys.argv[1:]:
    model = PPO.load(path, device="cpu")
    action, _ = model.predict(model.observation_space.sample(), deterministic=True)
    assert action in model.action_space
"""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> tuple[TrainedRun, Ended]:
    """A replay that nothing happened to, and what the command said."""
    command = CommandLine(tmp_path_factory.mktemp("replayed"), warm)
    ended = command.run(*REPLAYED)
    assert ended.code == 0, ended.err
    return TrainedRun(command.only_run()), ended


# ------------------------------------------------------------------------------------------------ what a run leaves


def test_each_stage_leaves_its_files(replayed: tuple[TrainedRun, Ended]) -> None:
    run, _ = replayed

    names = [{path.name for path in iteration.iterdir()} for iteration in run.iterations]
    assert names == [files | IN_EACH for files in FILES]
    assert {path.name for path in (run.path / "best").iterdir()} == names[-1]
    for name in ("result.json", "report.html", "transcript.jsonl", "metrics.jsonl", "learning_curve.png", "visits.png"):
        assert (run.path / name).stat().st_size > 0
    assert not list(run.path.rglob("*.tmp"))


def test_result_json_tells_demonstrations_cloning_training_and_both_ways_of_acting(
    replayed: tuple[TrainedRun, Ended],
) -> None:
    run, _ = replayed

    result, demos, cloning = run.result, run.result["demos"], run.result["cloning"]
    assert result["llm"]["replay_drift"] == 0
    assert (result["llm"]["calls"], result["answers"], result["invalid_rate"]) == (20, 20, 0)
    assert (demos["kind"], demos["attempted"], demos["succeeded"], demos["kept"]) == ("plan", 20, 20, 20)
    assert demos["calls"] == 20
    assert cloning["pairs"] < demos["kept_steps"]
    assert (cloning["episodes"], cloning["held_out_episodes"], cloning["epochs"]) == (16, 4, 5)
    assert cloning["sampled_success_rate"] == run.evaluations(1)["sampled_successes"].mean()
    assert (result["training"]["env_steps"], result["training"]["init"]) == (1600, "demos")
    assert result["budget"]["env_steps"] == demos["kept_steps"] + 1600
    assert (result["best_iteration"], result["iterations"]) == (3, 4)
    for scores in (result["held_out"], result["held_out_sampled"]):
        assert (scores["episodes"], scores["seeds_last"] - scores["seeds_first"]) == (20, 19)
    assert len(json.loads((run.iterations[1] / "cloning.json").read_text())["loss"]) == 5


def test_evaluations_go_on_from_the_iteration_before_without_one_twice(replayed: tuple[TrainedRun, Ended]) -> None:
    run, _ = replayed

    seeds = np.concatenate([run.evaluations(index)["seeds"].ravel() for index in (1, 2, 3)])
    assert run.evaluated_steps() == STEPS
    assert len(set(seeds.tolist())) == 5 * 4


def test_checkpoints_open_with_stable_baselines3_alone(replayed: tuple[TrainedRun, Ended], tmp_path: Path) -> None:
    run, _ = replayed
    checkpoints = [str(path) for path in (run.path / "best").glob("*.zip")]

    opened = subprocess.run(
        [sys.executable, "-c", OPENED_WITHOUT_US, *checkpoints], cwd=tmp_path, capture_output=True, text=True
    )

    assert len(checkpoints) == 2
    assert opened.returncode == 0, opened.stderr


# ---------------------------------------------------------------------------------------------------- what it says


def test_the_terminal_names_the_stages_and_what_each_came_to(replayed: tuple[TrainedRun, Ended]) -> None:
    _, ended = replayed

    lines = ended.out.splitlines()
    told = [line.split("  ")[1:3] for line in lines if "  iteration " in line]
    table = dict(line.split("  ", 1) for line in lines if "  " in line and not line.startswith("llmae_ppo/"))
    words = {name: " ".join(value.split()) for name, value in table.items()}
    assert [place for place, _ in told] == [f"iteration {number}/4" for number in (1, 2, 3, 4)]
    assert told[0][1].startswith("demonstrations: 20 of 20 succeeded, 20 cloned; by ")
    assert [stage for _, stage in told[1:]] == ["cloning", "PPO", "PPO"]
    assert "  best " not in ended.out
    assert words["training"] == "PPO, 1,600 steps"
    assert words["sampled actions"].startswith("return ")
    assert words["demonstrations"].startswith("20 of 20 succeeded, 20 cloned; by ")
    assert words["cloned alone"].startswith("sampled ")
    assert words["replay drift"].startswith("none")
    assert "search score" not in words
    assert "best iteration" not in words


def test_the_page_of_a_run_shows_no_search_score(replayed: tuple[TrainedRun, Ended]) -> None:
    page = (replayed[0].path / "report.html").read_text()

    assert "search score" not in page.lower()
    assert "is missing" not in page
