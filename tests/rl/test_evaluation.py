"""Challengers, incumbents and held-out figures."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.policies.base import Policy
from llmrl_runner.rl.evaluation import Comparison, compare, held_out_summary
from llmrl_runner.rl.intervals import mean_interval, wilson_interval
from llmrl_runner.rl.rollout import EpisodeScores

HELD_OUT_KEYS = [
    "episodes",
    "return_mean",
    "return_std",
    "return_ci95",
    "success_rate",
    "success_ci95",
    "length_mean",
    "seeds_first",
    "seeds_last",
]
SEEDS = np.arange(30)


def contest(
    constant: Callable[[int], Any],
    advantage: Callable[[IntArray], Any],
    stages: tuple[int, ...] = (3, 10, 30),
    level: float = 0.95,
) -> Comparison:
    """A challenger whose return is `advantage(seeds)` above the incumbent's, which is the seed itself."""

    def trial(policy: Policy, seeds: IntArray) -> EpisodeScores:
        extra = advantage(seeds) if policy.act(np.zeros((1, 1)))[0] == 1 else 0
        return EpisodeScores(seeds + extra, np.full(len(seeds), 5), np.ones(len(seeds), dtype=bool))

    return compare(constant(1), constant(0), trial, SEEDS, stages, level)


def test_a_clear_loser_is_let_go_at_the_first_stage(constant: Callable[[int], Any]) -> None:
    found = contest(constant, lambda seeds: -100 - seeds % 2)

    assert (found.verdict, found.is_clear, found.is_better) == ("incumbent", True, False)
    assert (len(found.challenger), found.challenger.env_steps) == (3, 15)
    assert found.reason.endswith("over the same 3 episodes: clearly worse")


def test_a_clear_winner_plays_all_stages_so_that_its_score_is_known(constant: Callable[[int], Any]) -> None:
    found = contest(constant, lambda seeds: 100 + seeds % 2)

    assert (found.verdict, found.is_clear, found.is_better, len(found.challenger)) == ("challenger", True, True, 30)


def test_a_doubtful_difference_is_played_to_the_end_and_keeps_the_incumbent(constant: Callable[[int], Any]) -> None:
    found = contest(constant, lambda seeds: np.where(seeds % 2 == 0, 10.0, -9.0))

    assert (found.verdict, found.is_clear, len(found.challenger)) == ("undecided", False, 30)
    assert found.difference == pytest.approx(0.5)
    assert found.interval is not None
    assert found.interval[0] < 0 < found.interval[1]
    assert "may be chance" in found.reason


def test_policies_that_do_the_same_are_a_tie_after_all_stages(constant: Callable[[int], Any]) -> None:
    found = contest(constant, lambda seeds: 0 * seeds)

    assert (found.verdict, found.is_better, len(found.challenger)) == ("undecided", False, 30)
    assert found.reason.endswith("no difference, so the best policy so far stays")


def test_equal_differences_need_as_many_episodes_as_a_sign_test(constant: Callable[[int], Any]) -> None:
    found = contest(constant, lambda seeds: -1)

    assert found.is_clear
    assert len(found.challenger) == 10  # 3 equal signs are no proof, 10 are


def test_both_play_the_same_seeds_and_no_seed_twice(constant: Callable[[int], Any]) -> None:
    played: dict[int, list[int]] = {0: [], 1: []}

    def trial(policy: Policy, seeds: IntArray) -> EpisodeScores:
        played[int(policy.act(np.zeros((1, 1)))[0])].extend(seeds.tolist())
        return EpisodeScores(np.zeros(len(seeds)), np.ones(len(seeds), dtype=np.int64), None)

    compare(constant(1), constant(0), trial, SEEDS)

    assert played[0] == played[1] == list(range(30))


def test_without_an_incumbent_the_challenger_plays_all_stages_alone(constant: Callable[[int], Any]) -> None:
    def trial(policy: Policy, seeds: IntArray) -> EpisodeScores:
        return EpisodeScores(np.full(len(seeds), 2.0), np.full(len(seeds), 4), None)

    found = compare(constant(1), None, trial, SEEDS)

    assert (found.is_better, len(found.challenger), found.incumbent, found.difference) == (True, 30, None, None)
    assert found.reason == "2 over 30 episodes: the first policy, there is none to beat"


@pytest.mark.parametrize("stages", [(), (0, 3), (3, 3), (10, 3)])
def test_stages_must_rise(stages: tuple[int, ...], constant: Callable[[int], Any]) -> None:
    with pytest.raises(ValueError, match="stages must rise"):
        contest(constant, lambda seeds: 0, stages)


def test_too_few_seeds_are_refused(constant: Callable[[int], Any]) -> None:
    with pytest.raises(ValueError, match="31 seeds needed for the last stage, got 30"):
        contest(constant, lambda seeds: 0, (3, 31))


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_chance_alone_replaces_the_incumbent_as_seldom_as_the_level_promises(
    level: float, constant: Callable[[int], Any]
) -> None:
    rng, contests = np.random.default_rng(0), 10_000

    found = [contest(constant, lambda seeds: rng.normal(size=len(seeds)), level=level) for _ in range(contests)]

    one_side = (1 - level) / 2
    replaced = stats.binom(contests, one_side)  # by the last look alone
    assert replaced.ppf(0.001) <= sum(comparison.is_better for comparison in found) <= replaced.ppf(0.999)
    told_apart = stats.binom(contests, 4 * one_side)  # and each of three looks may let a loser go
    assert sum(comparison.is_clear for comparison in found) <= told_apart.ppf(0.999)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_mean_has_students_interval(values: list[float], level: float) -> None:
    numbers = np.array(values)

    found = mean_interval(numbers, level)

    if numbers.std() > 0:
        expected = stats.t.interval(level, len(values) - 1, numbers.mean(), stats.sem(numbers))
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert mean_interval(numbers[:1]) is None


@given(st.integers(1, 1000), st.floats(0, 1))
def test_a_rate_has_wilsons_interval(n: int, share: float) -> None:
    successes = round(share * n)

    found = wilson_interval(successes, n)

    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert found == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert wilson_interval(0, 0) is None


def test_held_out_figures_have_the_keys_of_result_json() -> None:
    scores = EpisodeScores(np.array([1.0, 2.0, 3.0, 6.0]), np.array([5, 5, 5, 9]), np.array([True, True, False, True]))

    found = held_out_summary(scores, np.array([70, 71, 72, 73]))

    assert list(found) == HELD_OUT_KEYS
    assert json.loads(json.dumps(found)) == found
    assert (found["episodes"], found["return_mean"], found["length_mean"]) == (4, 3.0, 6.0)
    assert found["return_std"] == pytest.approx(np.std([1, 2, 3, 6], ddof=1))
    assert (found["success_rate"], found["seeds_first"], found["seeds_last"]) == (0.75, 70, 73)


def test_what_is_not_known_is_none_and_never_nought(scores: Callable[[list[float]], EpisodeScores]) -> None:
    one = held_out_summary(scores([5.0]), np.array([3]))
    none = held_out_summary(None, np.array([3]))

    assert (one["return_mean"], one["return_std"], one["return_ci95"], one["success_rate"]) == (5.0, None, None, None)
    assert list(none) == HELD_OUT_KEYS
    assert [none[key] for key in HELD_OUT_KEYS] == [0, *[None] * 8]
