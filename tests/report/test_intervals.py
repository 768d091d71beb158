import numpy as np
import pytest

from llmrl_runner.report.intervals import iqm, mean, median_step, share_interval

REPS = 200


def test_the_interquartile_mean_is_rliables_at_each_place() -> None:
    from rliable.metrics import aggregate_iqm

    scores = np.random.default_rng(0).normal(size=(10, 3))

    found = iqm(scores, REPS)

    assert found.points == pytest.approx([aggregate_iqm(scores[:, [k]]) for k in range(3)])
    assert found.bounds is not None
    assert np.all(found.bounds[0] < found.points)
    assert np.all(found.points < found.bounds[1])


def test_two_bad_runs_of_ten_move_the_mean_and_not_the_interquartile_mean() -> None:
    scores = np.array([[1.0]] * 8 + [[0.0]] * 2)

    assert iqm(scores, REPS).first == 1.0
    assert mean(scores, REPS).first == 0.8


def test_the_same_scores_have_the_same_interval_and_numpys_own_draws_go_on_untouched() -> None:
    scores = np.random.default_rng(1).normal(size=(6, 1))
    np.random.seed(7)
    expected = np.random.random(2)
    np.random.seed(7)

    before = np.random.random()
    first, second = iqm(scores, REPS), iqm(scores, REPS)
    after = np.random.random()

    assert first.interval == second.interval
    assert [before, after] == expected.tolist()


def test_more_runs_have_a_narrower_interval() -> None:
    scores = np.random.default_rng(2).normal(size=(64, 1))

    few, many = (iqm(scores[:n], REPS).interval for n in (6, 64))

    assert few
    assert many
    assert many[1] - many[0] < few[1] - few[0]


def test_one_run_has_no_interval() -> None:
    found = iqm(np.array([[0.5, 0.7]]), REPS)

    assert found.points.tolist() == [0.5, 0.7]
    assert found.bounds is None
    assert found.interval is None


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert share_interval(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert share_interval(10, 10)[1] == 1.0


@pytest.mark.parametrize(
    ("steps", "median"),
    [([10, 30, 20], 20), ([10, 20, None], 20), ([10, None, None], None), ([10, 20, 30, None], 25), ([10, None], None)],
)
def test_a_run_that_never_gets_there_counts_as_later_than_any(steps: list[int | None], median: float | None) -> None:
    assert median_step(steps) == median
