"""Tuning the constants of the best draft: what is trained, and what is taken over."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.constants_tuning import NOTHING_NAMED, Tuner
from llmrl_runner.methods.rewards.draft import Draft, Rung
from llmrl_runner.methods.rewards.job import TrainingJob
from llmrl_runner.methods.rewards.trainings import Heritage, folder_of
from llmrl_runner.rl.rollout import EpisodeScores
from tests.methods.composed import config_of

TABLES = 'CONSTANTS = {"k": 0.1, "fixed": 3.0}\nRANGES = {"k": (0.01, 100.0)}\n'
PROGRAM = 'def compute_reward(obs, action, next_obs, info):\n    return CONSTANTS["k"] * obs[:, 0], {}\n'

ReturnOf = Callable[[TrainingJob], float | None]


class FakeTrainings:
    """Trainings that come to a return at once; None is one that breaks."""

    def __init__(self, return_of: ReturnOf) -> None:
        self.jobs: list[TrainingJob] = []
        self._return_of = return_of

    def __call__(self, jobs: Sequence[TrainingJob]) -> list[Any]:
        self.jobs += jobs
        return [self._outcome(self._return_of(job)) for job in jobs]

    def _outcome(self, episode_return: float | None) -> Any:
        if episode_return is None:
            return SimpleNamespace(problem="division by zero")
        scores = EpisodeScores(np.array([episode_return]), np.array([200]), None)
        return SimpleNamespace(problem=None, last_scores=scores, curve_mean=episode_return)


def config(*overrides: str) -> Config:
    return config_of("method=reward_gen", "env=pendulum", "method.tune=cma", "method.cma.trainings=9", *overrides)


def trained_draft(source: str = TABLES + PROGRAM, last: float = -300.0) -> Draft:
    rungs = [Rung(5000, [-900.0], [200.0], [], [-900.0]), Rung(10000, [last], [200.0], [], [last])]
    return Draft(0, 2, source, "trained", rungs=rungs)


def tune(draft: Draft, return_of: ReturnOf, *overrides: str) -> tuple[FakeTrainings, list[str]]:
    run, said = FakeTrainings(return_of), list[str]()
    others = [Draft(0, 1, "", "rejected"), Draft(0, 3, "", "let go", rungs=draft.rungs[:1])]
    Tuner(config(*overrides), 0, Path("place"), Heritage(None, []), run, said.append).tune_best([*others, draft])
    return run, said


def better_near_five(job: TrainingJob) -> float:
    return -abs(float(np.log(job.reward.constants["k"] / 5.0)))


def test_the_best_candidate_is_trained_on_and_gives_the_draft_its_constants() -> None:
    draft = trained_draft()

    run, _ = tune(draft, better_near_five)

    first = [job for job in run.jobs if job.goal == 5000]
    [whole] = [job for job in run.jobs if job.goal == 10000]
    assert len(first) == 8
    assert all(0.01 <= job.reward.constants["k"] <= 100 for job in first)
    assert draft.constants == max(first, key=better_near_five).reward.constants == whole.reward.constants
    assert whole.start == max(first, key=better_near_five).folder
    assert draft.rungs[-1].episode_return == better_near_five(whole)
    assert "so they stay" in draft.tuning
    assert f"k 0.1 -> {draft.constants['k']:.4g}" in draft.tuning


def test_candidates_train_in_the_episodes_of_the_draft_with_its_random_numbers() -> None:
    run, _ = tune(trained_draft(), better_near_five)

    assert {(job.block, job.first, job.pool, job.start) for job in run.jobs if job.goal == 5000} == {(0, 0, (), None)}
    assert len({job.folder for job in run.jobs}) == 9
    assert folder_of(Path("place"), trained_draft(), 0) not in {job.folder for job in run.jobs}


def test_a_draft_that_does_better_untuned_keeps_its_constants() -> None:
    draft = trained_draft(last=0.5)

    tune(draft, better_near_five)

    assert draft.constants == {}
    assert draft.rungs[-1].episode_return == 0.5
    assert "so those stay" in draft.tuning


def test_later_generations_come_from_where_earlier_ones_were_better() -> None:
    run, _ = tune(trained_draft(), better_near_five, "method.cma.trainings=60", "method.cma.population=6")

    scores = [better_near_five(job) for job in run.jobs if job.goal == 5000]
    assert np.mean(scores[-12:]) > np.mean(scores[:12]) + 0.5


def test_candidates_that_break_are_the_worst_and_end_nothing() -> None:
    draft, broken = trained_draft(), trained_draft()

    tune(draft, lambda job: None if job.reward.constants["k"] < 0.1 else better_near_five(job))
    tune(broken, lambda job: None)

    assert draft.constants["k"] >= 0.1
    assert draft.status == broken.status == "trained"
    assert broken.constants == {}
    assert "none of them could be trained with" in broken.tuning


def test_a_draft_without_constants_costs_no_training_and_says_so() -> None:
    draft = trained_draft(PROGRAM.replace('CONSTANTS["k"]', "3.0"))

    run, said = tune(draft, better_near_five)

    assert run.jobs == []
    assert draft.tuning == NOTHING_NAMED
    assert said == [f"draft 0.2: {NOTHING_NAMED}"]


def test_where_all_drafts_train_to_the_end_at_once_candidates_do_too() -> None:
    draft = trained_draft()

    run, _ = tune(draft, better_near_five, "method.budgets=full")

    assert [job.goal for job in run.jobs] == [10000] * 8
    assert draft.constants
