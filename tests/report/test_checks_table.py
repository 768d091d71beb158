"""What the checks before training were worth: their ranking of drafts against that of full trainings."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.report.__main__ import main
from llmrl_runner.report.checks_table import stratified_tau
from tests.report.reward_runs import FakeRewardRun
from tests.report.test_reward_learning import rows_of

HERE, THERE = (Path("run"), 0), (Path("run"), 1)
rankings = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=8)


@given(rankings)
def test_in_one_iteration_it_is_kendalls_tau(pairs: list[tuple[int, int]]) -> None:
    from scipy.stats import kendalltau

    values, places = np.array([float(a) for a, _ in pairs]), np.array([b for _, b in pairs])
    found = stratified_tau(values, places, [HERE] * len(pairs))

    expected = kendalltau(values, places).statistic
    assert (found is None) == np.isnan(expected)
    if found is not None:
        assert found[0] == pytest.approx(expected)


def test_drafts_of_different_iterations_are_not_compared() -> None:
    values, places = np.array([0.9, 0.8, 0.2, 0.1]), np.array([1, 0, 3, 2])  # the second iteration's are all better

    apart, together = (stratified_tau(values, places, strata) for strata in ([HERE, HERE, THERE, THERE], [HERE] * 4))

    assert apart
    assert apart[0] == 1.0
    assert together
    assert together[0] < 0


def test_p_is_the_share_of_orders_that_agree_as_well() -> None:
    tau, p = stratified_tau(np.arange(5.0), np.arange(5), [HERE] * 5) or (None, 0)

    assert tau == 1.0
    assert p == pytest.approx(2 / 120, rel=0.25)  # the same order or its opposite, of 5! orders


def weigh(run: Path, weights: dict[tuple[int, int], tuple[float, float]]) -> None:
    """Give each draft, by iteration and number, a preference's share and a success at the end; all were trained."""
    for (iteration, number), (share, success) in weights.items():
        path = run / f"iteration_{iteration:03d}" / "drafts.json"
        entries = json.loads(path.read_text())
        entry = entries[number - 1]
        preference = {"pairs": 30, "share": share, "rank_correlation": None, "by": "success", "passed": True}
        rung = {"timesteps": 3000, "returns": [0.0], "lengths": [50.0], "successes": [success], "curves": [success]}
        entry.update(status="trained", reason="", preference=preference, rungs=[rung])
        path.write_text(json.dumps(entries))


def test_the_table_says_how_the_preference_ranked_what_training_ranked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = FakeRewardRun(drift=2).write(tmp_path / "run")
    weigh(run, {(0, 1): (0.9, 1.0), (0, 2): (0.4, 0.2), (0, 3): (0.3, 0.1), (1, 1): (0.5, 0.96), (1, 2): (0.7, 0.3)})

    assert main(["--checks", str(run)]) == 0

    [cells] = [row for env, row in rows_of(capsys.readouterr().out).items() if env == "fetch_reach"]
    drafts, trained, preference, below, correlation, good, lowest, others, drifted = cells
    assert (drafts, trained) == ("6", "5")
    assert preference.startswith("0.50 (4 pairs, p = ")  # three pairs the right way round, one the other
    assert (below, correlation) == ("5 of 5", "-")
    assert (good, lowest) == ("2", "50.0 % (of 2)")
    assert others.startswith("1 let go (it pays the better of two stored episodes more in only 18%")
    assert drifted == "2 of 8"


def test_several_environments_get_a_row_each_and_one_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("fetch_reach", "pendulum"):
        run = FakeRewardRun().write(tmp_path / name)
        config = run / "config.yaml"
        config.write_text(config.read_text().replace("fetch_reach", name))

    main(["--checks", str(tmp_path)])

    rows = rows_of(capsys.readouterr().out)
    assert [env for env in rows if env in ("fetch_reach", "pendulum", "all")] == ["fetch_reach", "pendulum", "all"]
    assert rows["all"][0] == "12"


def test_without_drafts_there_is_nothing_to_weigh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = FakeRewardRun(reward="native", llm="none").write(tmp_path / "run")

    assert main(["--checks", str(run)]) == 1
    assert "no run of method=reward_gen with drafts found there" in capsys.readouterr().err
