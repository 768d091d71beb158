import numpy as np
import pytest
from scipy import stats

from llmrl_runner.report.differences import difference_of_means
from llmrl_runner.runs.held_out import PlayedEpisode


def result(returns: list[float]) -> dict[str, dict[str, float]]:
    values = np.array(returns)
    return {
        "held_out": {"return_mean": values.mean(), "return_std": values.std(ddof=1), "episodes": len(values)},
    }


def episodes(returns: list[float], first_seed: int = 0) -> list[PlayedEpisode]:
    return [PlayedEpisode(first_seed + k, value, 10, None) for k, value in enumerate(returns)]


ONE, TWO = [1.0, 2.0, 3.0, 4.0, 7.0], [2.5, 3.5, 4.0, 6.0, 8.0, 9.0]


def test_without_the_same_episodes_it_is_welchs_interval() -> None:
    found = difference_of_means([result(ONE), result(TWO)], [[], []])

    assert found is not None
    expected = stats.ttest_ind(TWO, ONE, equal_var=False)
    assert found.mean == pytest.approx(np.mean(TWO) - np.mean(ONE))
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert "unpaired, of 5 and 6 episodes" in found.how


def test_the_same_episodes_are_paired_and_tell_more() -> None:
    two = [value + 0.5 + 0.01 * k for k, value in enumerate(ONE)]
    results = [result(ONE), result(two)]

    paired = difference_of_means(results, [episodes(ONE), episodes(two)])
    other_seeds = difference_of_means(results, [episodes(ONE), episodes(two, first_seed=1)])

    assert paired is not None
    assert other_seeds is not None
    expected = stats.ttest_rel(two, ONE).confidence_interval(0.95)
    assert paired.interval == pytest.approx(tuple(expected))
    assert (paired.is_clear, other_seeds.is_clear) == (True, False)


def test_what_is_unknown_gives_no_interval_and_no_difference() -> None:
    alone = {"held_out": {"return_mean": 3.0, "return_std": None, "episodes": 1}}

    without = difference_of_means([result(ONE), alone], [[], []])

    assert without is not None
    assert without.interval is None
    assert not without.is_clear
    assert difference_of_means([result(ONE), {}], [[], []]) is None


def test_returns_that_never_vary_are_told_apart_without_dividing_by_nothing() -> None:
    found = difference_of_means([result([1.0, 1.0]), result([2.0, 2.0])], [[], []])

    assert found is not None
    assert found.interval == (1.0, 1.0)
