"""What is said to be wrong with a draft, from the figures of its training."""

import pytest

from llmrl_runner.methods.rewards.faults import faults, milestones
from tests.methods.rewards.training_figures import seen

SHORT_ARE_GOOD = [10] * 5 + [50] * 5  # the first half of the episodes are the successes


def test_a_training_that_went_well_has_no_faults() -> None:
    assert faults(seen((0.0, 0.5, 1.0), near=1.0, effort=0.1)) == []


@pytest.mark.parametrize(("small", "is_told"), [(0.02, True), (0.05, False)])
def test_a_term_that_floods_the_others_is_named(small: float, is_told: bool) -> None:
    found = faults(seen(near=1.0, effort=small))

    assert any(line.startswith("Flooding: `near`") for line in found) is is_told


def test_a_term_that_never_varies_is_named() -> None:
    assert faults(seen(near=1.0, bonus=0.0)) == ["Flat: never changed in the whole training: `bonus`."]


@pytest.mark.parametrize("has_success", [True, False])
def test_a_reward_that_rises_without_the_score_misleads(has_success: bool) -> None:
    [found] = faults(seen((0.2, 0.2), has_success, near=1.0))

    assert found.startswith("Misleading: the mean reward rose from 0.5 to 5 a step")


def test_a_reward_that_does_not_rise_either_is_weak() -> None:
    [found] = faults(seen((0.2, 0.2), near=-1.0))

    assert found.startswith("Weak: ")


@pytest.mark.parametrize(("pays", "is_told"), [(1.0, True), (-1.0, False)])
def test_a_reward_for_not_finishing_is_told(pays: float, is_told: bool) -> None:
    found = faults(seen((0.0, 0.5), lengths=SHORT_ARE_GOOD, near=pays))

    assert any("short episodes were better, and paid 10 in all, long ones 50" in line for line in found) is is_told


def test_long_episodes_may_pay_more_where_they_are_the_better_ones() -> None:
    assert faults(seen((0.0, 0.5), lengths=SHORT_ARE_GOOD[::-1], near=1.0)) == []


def test_one_evaluation_says_nothing_of_learning() -> None:
    assert faults(seen((0.0,), near=1.0)) == []


def test_when_success_came_is_told() -> None:
    assert milestones(seen((0.2, 0.6, 0.9, 0.5), near=1.0)) == "Success reached 50% first after 50 steps, 95% never."
    assert milestones(seen((0.2, 0.6), has_success=False, near=1.0)) == ""
