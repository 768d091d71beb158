"""Which drafts are trained for how long, from what, and with whose steps."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from llmrl_runner.methods.draft import Draft
from llmrl_runner.methods.draft_trainings import Heritage, budgets_of, train_drafts
from llmrl_runner.methods.training_job import TrainingJob
from llmrl_runner.rl.rollout import EpisodeScores
from tests.methods.composed import config_of

LONGEST_EPISODE = {"fetch_reach": 50, "pendulum": 200, "mountain_car_continuous": 999}


class Recorded:
    """Trainings that end at once: a draft's number is its return; those in `broken` break."""

    def __init__(self, broken: Sequence[int] = ()) -> None:
        self.jobs: list[TrainingJob] = []
        self._broken = broken

    def __call__(self, jobs: Sequence[TrainingJob]) -> list[Any]:
        self.jobs += jobs
        return [self._outcome(int(job.reward.source)) for job in jobs]

    def _outcome(self, number: int) -> Any:
        if number in self._broken:
            return SimpleNamespace(problem="division by zero")
        scores = EpisodeScores(np.array([float(number)]), np.array([50]), None)
        return SimpleNamespace(problem=None, last_scores=scores, curve_mean=0.0)


def train(run: Recorded, *overrides: str, steps: Sequence[Path] = ()) -> list[Draft]:
    drafts = [Draft(0, number, str(number)) for number in (1, 2, 3, 4)]
    config = config_of("method=reward_gen", "env=fetch_reach", *overrides)
    train_drafts(drafts, config, 0, Path("place"), Heritage(None, steps), run)
    return drafts


def test_the_better_half_goes_on_where_it_was() -> None:
    run = Recorded()

    drafts = train(run)

    assert [job.goal for job in run.jobs] == [1500] * 4 + [3000] * 2
    assert [job.start for job in run.jobs[4:]] == [run.jobs[2].folder, run.jobs[3].folder]
    assert [draft.status for draft in drafts] == ["let go", "let go", "trained", "trained"]
    assert drafts[0].reason == "others did better after 1500 steps"


def test_drafts_that_break_are_out_and_nobody_takes_their_place_by_breaking_too() -> None:
    drafts = train(Recorded(broken=[1, 3, 4]))

    assert [draft.status for draft in drafts] == ["failed", "trained", "failed", "failed"]


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
    run = Recorded()

    train(run, "method.share_buffer=true", *settings, steps=[Path("random")])

    job = run.jobs[0]
    training: Any = job.config.training
    rounds = job.goal / (training.n_envs * training.train_freq)
    assert (job.goal, job.pool, job.updates_before) == (300, (Path("random"),), updates // 2)
    assert job.updates_before + (job.gradient_steps or 0) * rounds == pytest.approx(updates, rel=0.01)
