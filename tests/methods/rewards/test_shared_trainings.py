"""Drafts that learn from each other's steps: how many of their own they take, and how much they learn."""

from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.trainings import Heritage, budgets_of, sharing_job
from tests.methods.composed import config_of

LONGEST_EPISODE = {"fetch_reach": 50, "pendulum": 200, "mountain_car_continuous": 999}


@pytest.mark.parametrize("env", LONGEST_EPISODE)
def test_a_search_that_shares_its_steps_takes_fewer_than_two_trainings(env: str) -> None:
    config = config_of("method=reward_gen", f"env={env}", "method.share_buffer=true")
    method, total = config.method, config.training.total_timesteps

    [own] = budgets_of(config)
    spent = method.checks.episodes * LONGEST_EPISODE[env] + method.iterations * method.samples * own

    assert method.iterations * method.samples == 12
    assert spent <= 1.9 * total


@pytest.mark.parametrize(
    ("settings", "updates"),
    [
        ((), 3000),
        (("training.n_envs=4",), 750),
        (("training.train_freq=10", "training.gradient_steps=20"), 6000),
    ],
)
def test_a_draft_that_learns_from_stored_steps_makes_as_many_updates_as_a_whole_training(
    settings: tuple[str, ...], updates: int
) -> None:
    config = config_of("method=reward_gen", "env=fetch_reach", "method.share_buffer=true", *settings)

    job = sharing_job(Draft(0, 1, ""), config, 0, Path("place"), 0, Heritage(None, [Path("random")]))

    training: Any = job.config.training
    rounds = job.goal / (training.n_envs * training.train_freq)
    assert (job.goal, job.pool, job.updates_before) == (300, (Path("random"),), updates // 2)
    assert job.updates_before + (job.gradient_steps or 0) * rounds == pytest.approx(updates, rel=0.01)
