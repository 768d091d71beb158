"""The test of which episodes a draft likes more."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.method_schema import ChecksConfig
from llmrl_runner.envs.arrays import BoolArray, FloatArray
from llmrl_runner.methods.rewards.preference import discounted_returns, preference_of

SETTINGS = ChecksConfig(episodes=20, row_microseconds=50, preference_pairs=4, preference_floor=0.3)
# Six episodes of one step each, and what the environment says of them.
EPISODES = np.arange(6)
RETURNS = np.array([-3.0, 2.0, 0.0, 1.0, -1.0, -2.0])
SUCCESSES = np.array([False, True, False, True, False, False])


def test_the_share_is_of_pairs_that_are_ranked_right_with_ties_half() -> None:
    rewards = np.array([0.0, 5.0, 1.0, 1.0, 9.0, 0.0])  # of 2 x 4 pairs: 3 right, 0.5 + 2 right of the others

    preference = preference_of(rewards, EPISODES, RETURNS, SUCCESSES, 0.9, SETTINGS)

    assert (preference.pairs, preference.by, preference.share) == (8, "success", 5.5 / 8)


def test_without_success_the_upper_third_stands_against_the_lower() -> None:
    preference = preference_of(RETURNS, EPISODES, RETURNS, None, 0.9, SETTINGS)

    assert (preference.pairs, preference.by, preference.share) == (4, "return", 1.0)
    assert preference.rank_correlation == pytest.approx(1)


@pytest.mark.parametrize(("successes", "passed"), [(None, False), (np.full(6, False), True)])
def test_returns_let_no_draft_go_where_success_is_what_counts(successes: BoolArray | None, passed: bool) -> None:
    preference = preference_of(-RETURNS, EPISODES, RETURNS, successes, 0.9, SETTINGS)

    assert (preference.by, preference.share, preference.passed) == ("return", 0.0, passed)


def test_equal_returns_are_no_pairs() -> None:
    returns = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])  # the upper third is one 0 and the 1, the lower two are 0

    preference = preference_of(-returns, EPISODES, returns, np.full(6, True), 0.9, SETTINGS)

    assert (preference.pairs, preference.share) == (2, 0.0)
    assert preference.passed  # two pairs are too few to tell


@pytest.mark.parametrize(("pairs", "floor", "passed"), [(8, 0.3, False), (9, 0.3, True), (8, 0.0, True)])
def test_a_draft_that_likes_failures_is_let_go_once_there_are_pairs_enough(
    pairs: int, floor: float, passed: bool
) -> None:
    settings = replace(SETTINGS, preference_pairs=pairs, preference_floor=floor)

    assert preference_of(-RETURNS, EPISODES, RETURNS, SUCCESSES, 0.9, settings).passed is passed


def test_what_does_not_vary_has_no_correlation() -> None:
    constant = preference_of(np.ones(6), EPISODES, RETURNS, SUCCESSES, 0.9, SETTINGS)

    assert (constant.share, constant.rank_correlation) == (0.5, None)


@given(st.lists(st.lists(st.floats(-9, 9), max_size=5), min_size=1, max_size=5), st.floats(0.5, 1), st.randoms())
def test_discounted_returns_are_those_of_each_episode_however_they_interleave(
    played: list[list[float]], gamma: float, random: Random
) -> None:
    steps = [(episode, reward) for episode, rewards in enumerate(played) for reward in rewards]
    waiting = [list(rewards) for rewards in played]
    order = [episode for episode, _ in steps]
    random.shuffle(order)
    rewards: FloatArray = np.array([waiting[episode].pop(0) for episode in order], dtype=np.float64)

    found = discounted_returns(rewards, np.array(order, dtype=np.int64), len(played), gamma)

    expected = [sum(gamma**t * reward for t, reward in enumerate(rewards)) for rewards in played]
    np.testing.assert_allclose(found, expected, atol=1e-9)
