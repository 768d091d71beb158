import numpy as np
import pytest

from llmrl_runner.report.several.bootstrap import Resamples, iqms, means, wins


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    """Nine runs in each of four environments."""
    return np.random.default_rng(7).normal(size=(9, 4))


def test_figures_and_intervals_are_those_of_rliable(scores: np.ndarray) -> None:
    from rliable import library, metrics

    resamples = Resamples.of([9] * 4, reps=4000)
    together = np.concatenate(scores.T)
    np.random.seed(0)
    figures = (metrics.aggregate_iqm, metrics.aggregate_mean)
    points, bounds = library.get_interval_estimates(
        {"arm": scores}, lambda drawn: np.array([figure(drawn) for figure in figures]), reps=4000
    )

    ours = [resamples.estimate(figure(together, resamples.pooled)) for figure in (iqms, means)]

    assert [each.value for each in ours] == pytest.approx(points["arm"])
    assert pytest.approx(bounds["arm"], abs=0.02) == np.array([each.interval for each in ours]).T


def test_the_probability_of_improvement_is_that_of_rliable(scores: np.ndarray) -> None:
    from rliable import metrics

    first, second = scores[:, :1], np.round(scores[:5, 1:2], 1)

    ours = wins(first[:, 0], second[:, 0]).mean()

    assert ours == pytest.approx(metrics.probability_of_improvement(first, second))


def test_an_interquartile_mean_leaves_out_a_quarter_at_either_end() -> None:
    returns = np.array([100.0, 1, 2, 3, 4, 5, 6, -100])
    of_itself, of_its_highest = np.ones(8), np.array([8.0] + [0] * 7)

    found = iqms(returns, np.stack([of_itself, of_its_highest]))

    assert found == pytest.approx([(2 + 3 + 4 + 5) / 4, 100.0])


def test_runs_are_only_drawn_anew_within_their_environment() -> None:
    resamples = Resamples.of([3, 5], reps=50)

    assert [counts.shape for counts in resamples.counts] == [(51, 3), (51, 5)]
    assert all((counts.sum(axis=1) == counts.shape[1]).all() for counts in resamples.counts)


def test_a_single_run_in_an_environment_has_no_interval() -> None:
    resamples = Resamples.of([1, 5])

    assert resamples.estimate(means(np.arange(6.0), resamples.pooled)).interval is None


def test_the_same_runs_have_the_same_interval_always_and_numpys_own_draws_go_on() -> None:
    np.random.seed(3)
    before = np.random.get_state()[1].copy()

    first, second = (Resamples.of([4, 4]).pooled for _ in range(2))

    assert (first == second).all()
    assert (np.random.get_state()[1] == before).all()
