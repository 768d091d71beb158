"""Searching for settings with Optuna's sweeper, through the public command."""

import importlib.util

import pytest
import yaml

from tests.app.command import QUICK, CommandLine, Ended, result_of
from tests.app.conftest import CommandHere

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hydra_plugins.hydra_optuna_sweeper") is None, reason="the extra `optuna` is not installed"
)
SEARCH = ("-m", "hydra/sweeper=optuna", *QUICK[:2], *QUICK[3:], "method.iterations=range(1,6)")


def search(here: CommandLine, trials: int, *more: str) -> Ended:
    return here.run(*SEARCH, f"hydra.sweeper.n_trials={trials}", *more)


def iterations_tried(here: CommandLine) -> set[int]:
    return {yaml.safe_load((run / "config.yaml").read_text())["method"]["iterations"] for run in here.runs()}


def test_a_search_goes_by_the_selection_score_and_shows_held_out_ones(here: CommandHere, no_page: None) -> None:
    ended = search(here, 4)

    scores = {result_of(run)["search"]["return_mean"] for run in here.runs()}
    assert ended.code == 0, ended.err
    assert len([line for line in ended.out.splitlines() if line.startswith("method.iterations=")]) == 4
    assert f"the best by search.return_mean ({max(scores):.4f})" in ended.out
    [found] = here.folder.glob("outputs/sweeps/*/optimization_results.yaml")
    assert yaml.safe_load(found.read_text())["best_value"] == max(scores)


@pytest.mark.slow
def test_a_search_that_goes_on_proposes_the_same_and_runs_only_what_is_new(here: CommandHere, no_page: None) -> None:
    search(here, 2)
    before, results = iterations_tried(here), {run: (run / "result.json").stat().st_mtime_ns for run in here.runs()}

    ended = search(here, 5)

    assert ended.code == 0, ended.err
    assert before <= iterations_tried(here)
    assert all((run / "result.json").stat().st_mtime_ns == when for run, when in results.items())


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sweep.objective=held_out.return_mean", "held_out.return_mean is what choices are tested with"),
        ("sweep.objective=search.speed", "its result.json has no number search.speed"),
    ],
)
def test_what_cannot_be_searched_by_is_said(override: str, words: str, here: CommandHere, no_page: None) -> None:
    ended = search(here, 1, override)

    assert ended.code == 2
    assert words in ended.err
    assert "none of the search's runs has a score to go by" in ended.err
