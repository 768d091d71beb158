"""The page of a run in stages that evaluated as it was trained."""

import json
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.report.drawing import LIGHT
from llmrl_runner.report.evaluations import Evaluations
from llmrl_runner.report.page import write_page
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.run_curve import run_curve_of
from llmrl_runner.report.visits import draw_visits, visit_row
from tests.report.learning_runs import FakeRun, Learner, greedy_alone

SMALL = {"total": 40_000, "every": 10_000, "episodes": 6, "parts": 2}


def made(place: Path, **settings: object) -> Path:
    return FakeRun(**{"learner": Learner(0.4, 15_000), **SMALL, **settings}).write(place)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made(tmp_path_factory.mktemp("page") / "seed0-ab")
    write_page(folder)
    return folder


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report.html").read_text()


def test_the_curve_goes_over_steps_and_the_maps_are_drawn(folder: Path, html: str) -> None:
    assert "environment steps of training" in html
    assert html.count("<svg") == 4
    assert "0 steps" in html
    assert (folder / "visits.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "learning_curve.png").read_bytes().startswith(b"\x89PNG")


def test_what_each_stage_came_to_stands_in_tiles(html: str) -> None:
    text = " ".join(html.split())

    assert '<h3>Demonstrations</h3><p class="value">26 of 30' in text
    assert "by claude-x" in text
    assert '<h3>The clone alone</h3><p class="value">40.0 % · 50.0 %' in text
    assert "<h3>At the end</h3>" in text
    assert "played by demonstrations and training" in text


def test_each_iteration_is_named_by_its_stage_and_none_is_chosen(html: str) -> None:
    for stage in ("demonstrations", "cloning", "PPO"):
        assert f'<span class="stage">{stage}</span>' in html
    assert html.count("the one tested") == 1
    for unsaid in ("best so far", "Search score", "Unusable answers", "Change against", "prompt.md is missing"):
        assert unsaid not in html


def test_a_run_without_demonstrations_has_no_tiles_of_them(tmp_path: Path) -> None:
    html = write_page(made(tmp_path / "run", init="scratch")).read_text()

    assert "At the end" in html
    assert "Demonstrations" not in html
    assert "The clone alone" not in html


def test_an_unfinished_run_in_stages_says_how_far_it_is(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    (folder / "result.json").unlink()

    html = write_page(folder).read_text()

    assert "Return so far" in html
    assert "after PPO; not yet tested on held-out episodes" in html


def test_a_damaged_evaluation_is_named_and_the_rest_is_drawn(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    (folder / "iteration_003" / "evaluations.npz").write_bytes(b"PK")

    html = write_page(folder).read_text()

    assert "iteration_003/evaluations.npz is left out" in html
    assert "environment steps of training" in html


def test_a_network_that_was_played_greedily_alone_has_a_curve_without_the_other(tmp_path: Path) -> None:
    html = write_page(greedy_alone(made(tmp_path / "run", init="scratch"))).read_text()

    assert "Return by environment steps, greedy" in html
    assert "most likely actions" in html
    assert "sampled actions" not in html
    assert "is left out" not in html


def test_the_page_is_the_same_every_time(folder: Path, html: str) -> None:
    assert write_page(folder).read_text() == html


def test_bands_lie_around_the_mean_and_within_what_episodes_returned(tmp_path: Path) -> None:
    returns = np.array([[0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    evaluations = Evaluations(np.array([0, 10]), {"sampled": returns, "greedy": returns}, {}, None)

    curve = run_curve_of(read_run(tmp_path), evaluations)

    low, high = curve.bounds["sampled"]
    assert curve.means["sampled"].tolist() == [0.25, 1.0]
    assert low.tolist() == [0.0, 1.0]
    assert high == pytest.approx([1.0, 1.0])


def test_a_map_has_row_0_on_top_and_cells_that_nobody_stood_on_are_empty() -> None:
    visits = np.zeros((1, 3, 2), dtype=np.int64)  # three columns, two rows
    visits[0, 2, 0], visits[0, 0, 1] = 3, 1

    figure = draw_visits([visit_row("", np.array([0]), visits)], LIGHT, (3, 3))

    axes = figure.axes[0]
    shares = axes.collections[0].get_array().reshape(2, 3)  # type: ignore[union-attr]
    assert shares.tolist() == [[None, None, 75.0], [25.0, None, None]]
    assert axes.get_ylim() == (2, 0)
    assert axes.get_xlim() == (0, 3)


def test_a_result_of_other_shapes_leaves_a_page(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    result = json.loads((folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps({**result, "demos": [1], "cloning": "x", "held_out_sampled": 3}))

    assert "At the end" not in write_page(folder).read_text()
