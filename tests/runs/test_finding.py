import json
import os
from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.runs.finding import newest_runs, newest_sweep, run_folders, run_meant, runs_meant, sweep_runs


def make_run(outputs: Path, place: str, state: str = "finished", pid: int = 1) -> Path:
    folder = outputs / place
    (folder / "iteration_000").mkdir(parents=True)
    (folder / "status.json").write_text(json.dumps({"state": state, "pid": pid}))
    return folder


def make_note(outputs: Path, sweep: str, number: int, changed: float, **note: object) -> None:
    path = outputs / "sweeps" / sweep / "jobs" / f"{number:04d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"state": "finished", "folder": None, "pid": 1, **note}))
    os.utime(path, (changed, changed))


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    for place in ("seed0-aaaa1111", "seed1-bbbb2222"):
        make_run(tmp_path / "outputs", f"tabular/cartpole/replay/{place}")
    return tmp_path / "outputs"


def test_runs_are_found_and_neither_their_parts_nor_the_trash_are_taken_for_runs(outputs: Path) -> None:
    make_run(outputs, ".trash/2026-01-01/tabular/cartpole/replay/seed9-cccc3333")

    assert [run.name for run in run_folders([outputs])] == ["seed0-aaaa1111", "seed1-bbbb2222"]


def test_the_newest_sweep_is_the_one_whose_notes_changed_last(outputs: Path) -> None:
    runs = list(run_folders([outputs]))
    make_note(outputs, "old", 0, changed=100, folder=str(runs[0]))
    make_note(outputs, "new", 0, changed=200, folder=str(runs[1]))
    make_note(outputs, "new", 1, changed=50, folder=str(runs[0]))

    assert newest_sweep(outputs) == outputs / "sweeps" / "new"
    assert newest_runs(outputs) == [runs[1], runs[0]]


def test_without_a_sweep_the_newest_run_is_meant_and_without_a_run_that_is_said(outputs: Path, tmp_path: Path) -> None:
    newer = outputs / "tabular/cartpole/replay/seed0-aaaa1111"
    os.utime(newer / "status.json", (4e9, 4e9))

    assert newest_runs(outputs) == [newer]
    with pytest.raises(ConfigError, match="there is no run yet"):
        newest_runs(tmp_path / "nothing")


def test_a_job_that_has_no_folder_yet_is_passed_over(outputs: Path) -> None:
    running = make_run(outputs, "tabular/cartpole/random/seed0-dddd4444", "running")
    make_note(outputs, "one", 0, changed=1, state="running", folder=str(running))
    make_note(outputs, "one", 1, changed=1, state="waiting")

    assert sweep_runs(outputs / "sweeps" / "one") == [running]


def test_a_sweep_is_found_again_where_its_outputs_were_moved_and_damaged_notes_are_passed_over(outputs: Path) -> None:
    make_note(outputs, "one", 0, changed=1, folder="/elsewhere/outputs/tabular/cartpole/replay/seed1-bbbb2222")
    make_note(outputs, "one", 1, changed=1, folder="/elsewhere/gone")
    (outputs / "sweeps/one/jobs/0002.json").write_text('{"state": ')

    assert sweep_runs(outputs / "sweeps" / "one") == [outputs / "tabular/cartpole/replay/seed1-bbbb2222"]


@pytest.mark.parametrize("words", ["seed1", "bbbb", "bbbb2222", "seed1-bbbb2222", "replay/seed1-bbbb2222"])
def test_a_run_is_meant_by_the_beginning_of_its_name_or_id(outputs: Path, words: str) -> None:
    assert run_meant(words, outputs).name == "seed1-bbbb2222"


def test_a_path_inside_a_run_means_that_run_and_one_above_means_all(outputs: Path) -> None:
    inside = outputs / "tabular/cartpole/replay/seed0-aaaa1111/iteration_000"

    assert [run.name for run in runs_meant(str(inside), outputs)] == ["seed0-aaaa1111"]
    assert len(runs_meant(str(outputs / "tabular"), outputs)) == 2
    with pytest.raises(ConfigError, match="2 runs lie there"):
        run_meant(str(outputs / "tabular"), outputs)


@pytest.mark.parametrize(("words", "told"), [("seed", "2 runs are called so"), ("seed7", "no such path, and no run")])
def test_a_name_that_means_no_run_or_several_is_refused_in_a_line(outputs: Path, words: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        runs_meant(words, outputs)
