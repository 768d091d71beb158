"""The GIF of a training's network."""

from dataclasses import replace
from pathlib import Path

import pytest

from llmrl_runner.methods.rewards import run as training_run
from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.job import RewardChoice, TrainingJob
from llmrl_runner.methods.rewards.trainings import Heritage, budgets_of, own_job
from tests.methods.composed import config_of

SMALL = (
    "method=reward_gen", "env=pendulum", "llm=none", "method.reward=native", "training=ppo", "training.n_envs=2",
    "training.n_steps=16", "training.batch_size=32", "training.total_timesteps=64", "training.evaluation_episodes=2",
    "env.evaluation.held_out_episodes=10", "display.gif_frames=5", "display.gif_width=64",
)  # fmt: skip


def job(folder: Path, *overrides: str, is_filmed: bool = True) -> TrainingJob:
    folder.mkdir()
    return TrainingJob(folder, config_of(*SMALL, *overrides), RewardChoice("native"), 0, 64, 64, is_filmed=is_filmed)


def test_a_filmed_training_leaves_a_gif_and_another_none(tmp_path: Path) -> None:
    filmed, unfilmed = job(tmp_path / "filmed"), job(tmp_path / "unfilmed", is_filmed=False)

    told = [training_run.trained(each) for each in (filmed, unfilmed)]

    assert [each["no_gif"] for each in told] == [None, None]
    assert (filmed.folder / "episode.gif").read_bytes().startswith(b"GIF8")
    assert not (unfilmed.folder / "episode.gif").exists()


def test_where_nothing_can_be_drawn_the_training_is_whole_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "record_episode", lambda *_: "no screen")

    told = training_run.trained(job(tmp_path / "job"))

    assert (told["problem"], told["no_gif"]) == (None, "no screen")
    assert (tmp_path / "job" / "checkpoint.zip").exists()


def test_without_display_gif_nothing_is_drawn(tmp_path: Path) -> None:
    told = training_run.trained(job(tmp_path / "job", "display.gif=false"))

    assert told["no_gif"] is None
    assert not (tmp_path / "job" / "episode.gif").exists()


def test_being_filmed_makes_no_other_training(tmp_path: Path) -> None:
    filmed = job(tmp_path / "job")

    assert replace(filmed, is_filmed=False).digest == filmed.digest


def test_the_last_budget_of_a_draft_is_filmed(tmp_path: Path) -> None:
    config, draft = config_of("method=reward_gen"), Draft(0, 1, "")

    jobs = [own_job(draft, config, 0, tmp_path, rung, Heritage(None, [])) for rung in range(len(budgets_of(config)))]

    assert [each.is_filmed for each in jobs] == [False, True]
