"""Tuning weights with CMA-ES."""

import numpy as np
import pytest

from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.base import Policy
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.rl.evaluation import Trial
from llmrl_runner.rl.rollout import EpisodeScores, evaluate
from llmrl_runner.rl.tune import Tuned, tune_by_cma

SEEDS = np.arange(600)
HELD_OUT = np.arange(100_000, 100_100)


@pytest.fixture
def trial(cartpole: Environment) -> Trial:
    return lambda policy, seeds: evaluate(cartpole.batch, policy, seeds)


@pytest.fixture
def falling(cartpole: Environment, balancing: LinearPolicy) -> LinearPolicy:
    """Pushes left, whatever happens."""
    return LinearPolicy(np.zeros((2, 4)), np.zeros(2), cartpole.actions, balancing.fields)


def tuned(start: LinearPolicy, trial: Trial, episodes: int = 500) -> Tuned[LinearPolicy]:
    return tune_by_cma(
        start, trial, SEEDS, episodes=episodes, population=12, episodes_each=3, sigma=0.5, rng_seed=0, return_max=500
    )


def test_a_falling_pole_is_balanced_for_500_steps_within_500_episodes(falling: LinearPolicy, trial: Trial) -> None:
    found = tuned(falling, trial)

    assert found.has_improved
    assert found.start_mean < 20
    assert found.tuned_mean == 500
    assert trial(found.policy, HELD_OUT).returns.min() == 500


def test_every_episode_and_step_is_counted_and_the_budget_is_kept(falling: LinearPolicy, trial: Trial) -> None:
    counted = [0, 0]

    def counting(policy: Policy, seeds: IntArray) -> EpisodeScores:
        scores = trial(policy, seeds)
        counted[0] += len(scores)
        counted[1] += scores.env_steps
        return scores

    found = tuned(falling, counting, episodes=150)

    assert [found.episodes, found.env_steps] == counted
    assert found.episodes <= 150
    assert found.generations == 3


def test_the_same_arguments_give_the_same_policy(falling: LinearPolicy, trial: Trial) -> None:
    first, second = (tuned(falling, trial, episodes=150) for _ in range(2))

    np.testing.assert_array_equal(first.policy.parameters(), second.policy.parameters())


def test_candidates_of_a_generation_share_their_seeds_and_the_retest_has_its_own(
    falling: LinearPolicy, trial: Trial
) -> None:
    played: list[list[int]] = []

    def noting(policy: Policy, seeds: IntArray) -> EpisodeScores:
        played.append(seeds.tolist())
        return trial(policy, seeds)

    tuned(falling, noting, episodes=150)

    searched = [seed for seeds in played[:36] for seed in seeds]
    assert played[:12] == [played[0]] * 12
    assert not set(played[0]) & set(played[12])
    assert played[36] == played[37] == played[38]
    assert not set(played[36]) & set(searched)


def test_a_start_that_nothing_beats_is_kept(balancing: LinearPolicy, trial: Trial) -> None:
    found = tuned(balancing, trial)

    assert not found.has_improved
    assert found.policy is balancing
    assert found.generations == 1  # half of the candidates reach the bound at once


def test_a_budget_below_one_generation_is_refused(falling: LinearPolicy, trial: Trial) -> None:
    with pytest.raises(ValueError, match="tuning needs at least 66 episodes and as many seeds, got 60 and 600"):
        tuned(falling, trial, episodes=60)
