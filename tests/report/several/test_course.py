import csv
import io
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.report.several.course import Point
from llmrl_runner.report.several.curves import panels
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.run import read_one
from llmrl_runner.report.several.study import read_study
from llmrl_runner.report.several.tables import ARM_COLUMNS, RUN_COLUMNS, arm_rows, csv_text, run_rows
from llmrl_runner.report.several.thresholds import NEVER, success_a_dollar, thresholds, toll
from llmrl_runner.report.several.wording import price_words
from tests.report.learning_runs import FakeRun, Learner
from tests.report.several.folders import Folder


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_search_is_looked_at_once_an_iteration_and_its_seconds_are_added_up(tmp_path: Path) -> None:
    course = read_one(Folder(scores=(0.2, 0.6)).write(tmp_path)).course

    assert [point.episode_return for point in course.points] == [0.2, 0.6]
    assert course.points[1].spent == {
        "env_steps": 200.0, "calls": 2.0, "tokens": 400.0, "cost_usd": 0.5, "wall_seconds": 8.0
    }  # fmt: skip


def test_unknown_tokens_stay_unknown(tmp_path: Path) -> None:
    run = read_one(Folder(tokens=None).write(tmp_path))

    assert run.course.points[0].spent["tokens"] is None
    assert run.spent("tokens") is None


def test_seconds_are_spread_over_the_steps_of_a_training(tmp_path: Path) -> None:
    fake = FakeRun(learner=Learner(1.0, after=1.0), init="scratch", total=40_000, every=10_000, parts=2, episodes=4)
    folder = fake.write(tmp_path / "run")
    for k in (0, 1):
        path = folder / f"iteration_{k:03d}" / "metrics.json"
        text = path.read_text().replace('"env_steps": 0', f'"env_steps": {20_000 * (k + 1)}')
        path.write_text(text[:-1] + ', "wall_seconds": 10.0}')

    course = read_one(folder).course

    assert course.is_trained
    assert [point.spent["env_steps"] for point in course.points] == [0, 10_000, 20_000, 30_000, 40_000]
    assert [point.spent["wall_seconds"] for point in course.points] == [0, 5, 10, 15, 20]


def test_a_training_begins_after_the_steps_that_it_took_in_another_environment(tmp_path: Path) -> None:
    fake = FakeRun(init="transfer", total=40_000, every=10_000, parts=2, episodes=4)
    folder = fake.write(tmp_path / "run")
    for k, steps in enumerate((100_000, 120_000, 140_000)):
        path = folder / f"iteration_{k:03d}" / "metrics.json"
        path.write_text(path.read_text().replace('"env_steps": 0', f'"env_steps": {steps}'))

    course = read_one(folder).course

    assert [point.spent["env_steps"] for point in course.points] == [100_000, 110_000, 120_000, 130_000, 140_000]


def test_a_run_that_never_gets_there_is_later_than_any(tmp_path: Path) -> None:
    Folder(seed=0, scores=(0.9,)).write(tmp_path)
    Folder(seed=1, scores=(0.1, 0.85)).write(tmp_path)
    Folder(seed=2, scores=(0.1, 0.2)).write(tmp_path)
    study = read_study([tmp_path])
    [level] = thresholds(study, {}).values()
    assert level is not None

    found = toll(study.cells[0], level)

    assert (level.value, level.measure) == (0.8, "return")
    assert found is not None
    assert (found.reached, found.runs, found.env_steps, found.calls) == (2, 3, 200.0, 2.0)
    higher = thresholds(study, {"lake": 0.88})[study.envs[0]]
    assert higher is not None
    late = toll(study.cells[0], higher)
    assert late is not None
    assert late.env_steps == NEVER


def test_success_is_the_measure_where_no_positive_return_bounds_it(tmp_path: Path) -> None:
    Folder(optimum=-13.0, success=0.9).write(tmp_path)
    study = read_study([tmp_path])

    [level] = thresholds(study, {}).values()

    assert level is not None
    assert (level.value, level.measure) == (0.8, "success")


def test_success_a_dollar_says_why_there_is_none(tmp_path: Path) -> None:
    runs = [
        read_one(Folder(seed=seed, success=success, cost=cost, llm=llm).write(tmp_path))
        for seed, (success, cost, llm) in enumerate(
            [(0.8, 0.4, "gemini"), (0.8, 0.0, "replay"), (0.8, None, "gemini"), (None, 0.4, "gemini")]
        )
    ]

    assert success_a_dollar(runs[:1]) == pytest.approx(2.0)
    assert [price_words([run]) for run in runs] == ["2", "free (recorded)", "cost unknown", "success not defined"]


def test_a_curve_steps_at_the_end_of_each_iteration_and_holds(tmp_path: Path) -> None:
    Folder(seed=0, scores=(0.2, 0.6)).write(tmp_path)
    Folder(seed=1, scores=(0.4,)).write(tmp_path)

    [panel] = panels(read_study([tmp_path]), "calls")

    [curve] = panel.curves
    assert curve.is_stepped
    assert np.allclose(curve.places, [1, 2])
    assert np.allclose(curve.values, [0.3, 0.5])


def test_an_axis_of_which_nothing_is_known_has_no_panels(tmp_path: Path) -> None:
    Folder(tokens=None).write(tmp_path)

    study = read_study([tmp_path])

    assert panels(study, "tokens") == []
    assert panels(study, "calls")


def test_an_unfinished_run_is_drawn_and_stands_in_no_mean(tmp_path: Path) -> None:
    Folder(seed=0).write(tmp_path)
    Folder(seed=1, state="running", scores=(0.9, 0.95)).write(tmp_path)

    [panel] = panels(read_study([tmp_path]), "env_steps")

    assert panel.curves[0].values[-1] == pytest.approx(0.6)
    assert [list(run.values) for run in panel.under_way] == [[0.9, 0.95]]


def test_the_tables_have_a_row_a_run_and_an_arm_and_leave_unknown_cells_empty(tmp_path: Path) -> None:
    Folder(seed=0, held_out=0.5, cost=None).write(tmp_path)
    Folder(seed=1, state="running").write(tmp_path)
    report = report_of(read_study([tmp_path]), "t", {})

    runs, arms = rows(csv_text(RUN_COLUMNS, run_rows(report))), rows(csv_text(ARM_COLUMNS, arm_rows(report)))

    assert [(run["seed"], run["state"], run["held_out_return"], run["cost_usd"]) for run in runs] == [
        ("0", "finished", "0.5", ""),
        ("1", "running", "", "0.5"),
    ]
    assert runs[1]["left_out"] == "running, 2 iterations done"
    assert [(arm["runs"], arm["scored_runs"], arm["mean"], arm["interval_over"]) for arm in arms] == [
        ("2", "1", "0.5", "episodes")
    ]
    assert arms[0]["calls_to_threshold"] == "never"


def test_a_point_without_a_score_reaches_no_threshold() -> None:
    from llmrl_runner.report.several.course import Course

    assert Course([Point(None, None, {})]).first_at(-1e9, "return") is None
