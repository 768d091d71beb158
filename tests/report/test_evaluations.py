from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrl_runner.report.evaluations import Evaluations, read_evaluations
from tests.report.learning_runs import FakeRun


def part(place: Path, at: list[int], episodes: int = 4, **changes: Any) -> Path:
    """An iteration folder with evaluations at these steps; a change of None leaves an array out."""
    place.mkdir()
    run = FakeRun(episodes=episodes)
    run.rng = np.random.default_rng(0)
    arrays = {**run.evaluations(at), **changes}
    np.savez(place / "evaluations.npz", **{name: array for name, array in arrays.items() if array is not None})
    return place


def test_the_files_of_a_run_make_one_curve(tmp_path: Path) -> None:
    (tmp_path / "demonstrations").mkdir()
    folders = [tmp_path / "demonstrations", part(tmp_path / "a", [0]), part(tmp_path / "b", [10, 20])]
    left_out: list[str] = []

    found = read_evaluations(folders, left_out)

    assert found
    assert found.steps.tolist() == [0, 10, 20]
    assert found.returns["sampled"].shape == found.successes["greedy"].shape == (3, 4)
    assert found.visits is not None
    assert found.visits.shape == (3, 8, 8)
    assert not left_out


def test_without_evaluations_there_is_no_curve(tmp_path: Path) -> None:
    left_out: list[str] = []

    assert read_evaluations([tmp_path], left_out) is None
    assert not left_out


def test_what_one_part_lacks_the_whole_curve_lacks(tmp_path: Path) -> None:
    folders = [part(tmp_path / "a", [0], visits=None), part(tmp_path / "b", [10], sampled_successes=None)]

    found = read_evaluations(folders, [])

    assert found
    assert found.visits is None
    assert set(found.successes) == {"greedy"}


def test_a_network_that_was_only_played_with_its_most_likely_actions_has_a_curve_of_them(tmp_path: Path) -> None:
    without = {f"sampled_{what}": None for what in ("returns", "lengths", "successes")}
    folders = [part(tmp_path / "a", [0], **without), part(tmp_path / "b", [10], **without)]
    left_out: list[str] = []

    found = read_evaluations(folders, left_out)

    assert found
    assert not left_out
    assert (found.modes, found.leading, found.episodes) == (("greedy",), "greedy", 4)
    assert found.first_step_at(found.means("greedy").max()) is not None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"steps": np.array([0])}, "follow"),
        ({"steps": np.array([[10]])}, "rise"),
        ({"greedy_returns": np.full((1, 4), np.nan)}, "greedy_returns"),
        ({"sampled_returns": np.zeros((2, 4))}, "sampled_returns"),
        ({"sampled_returns": None}, "it has no sampled_returns"),
        ({"sampled_returns": np.zeros((1, 5))}, "another number of episodes"),
        ({"sampled_returns": np.array([[object()]])}, "no whole file of arrays"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_left_out_and_named(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    folders = [part(tmp_path / "a", [0]), part(tmp_path / "b", [10], **changes)]
    left_out: list[str] = []

    found = read_evaluations(folders, left_out)

    assert found
    assert found.steps.tolist() == [0]
    assert len(left_out) == 1
    assert left_out[0].startswith("b/evaluations.npz is left out")
    assert why in left_out[0]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_half_a_file_is_left_out_and_named(tmp_path: Path, share: float) -> None:
    file = part(tmp_path / "a", [0]) / "evaluations.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    left_out: list[str] = []

    assert read_evaluations([file.parent], left_out) is None
    assert "a/evaluations.npz is left out" in left_out[0]


def test_the_threshold_is_reached_at_the_first_evaluation_whose_mean_is_as_high() -> None:
    returns = np.array([[0.0, 0.2], [0.8, 0.8], [0.1, 0.1], [1.0, 1.0]])
    evaluations = Evaluations(np.array([0, 10, 20, 30]), {"sampled": returns, "greedy": returns * 0}, {}, None)

    assert evaluations.first_step_at(0.8) == 10
    assert evaluations.first_step_at(0.81) == 30
    assert evaluations.first_step_at(1.01) is None
