"""What a sweep shows of its jobs while they run."""

import io
import json
import time
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from rich.console import Console

from llmrl_runner.sweeps import watch
from llmrl_runner.sweeps.notes import JobNote, Notes
from llmrl_runner.sweeps.standing import Standings, seconds_left
from llmrl_runner.sweeps.watch import SweepView

RESULT = {
    "ended_by": None,
    "method": "tabular",
    "llm": {"backend": "live", "calls": 7, "cost_usd": 0.25},
    "held_out": {"episodes": 100, "return_mean": 412.5, "return_ci95": [400.0, 425.0]},
}
PULSE = {"iteration": 1, "iterations": 5, "doing": "3 of 5 episodes", "best": 21.5, "calls": 2, "cost_usd": 0.5}


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "sweep")


def run_folder(notes: Notes, name: str, **files: object) -> str:
    folder = notes.sweep.parent / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / f"{file}.json").write_text(json.dumps(content))
    return str(folder)


def three_jobs(notes: Notes) -> None:
    """One finished after 10 s, one under way for 4, one waiting."""
    now = time.time()
    ran, runs = run_folder(notes, "a", result=RESULT), run_folder(notes, "b", progress=PULSE)
    notes.write(JobNote(0, ["env=taxi", "seed=0"], "finished", ran, began=now - 20, ended=now - 10))
    notes.write(JobNote(1, ["env=taxi", "seed=1"], "running", runs, began=now - 4))
    notes.write(JobNote(2, ["env=taxi", "seed=2"]))


def drawn(view: SweepView, height: int = 40, width: int = 110) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(view.table(width, height))
    assert isinstance(console.file, io.StringIO)
    return [line.strip() for line in console.file.getvalue().splitlines() if line.strip()]


def test_each_job_shows_its_state_where_it_is_how_good_and_how_dear_it_was(notes: Notes) -> None:
    three_jobs(notes)

    rows = drawn(SweepView(notes, limit_usd=2.0))

    words = [" ".join(row.split()) for row in rows[2:]]
    assert words[0] == "seed=0 finished 412.5 [400.0, 425.0] 7 $0.2500"
    assert words[1] == "seed=1 running iteration 2/5, 3 of 5 episodes 21.50 so far 2 $0.5000"
    assert words[2] == "seed=2 waiting"
    assert words[3].startswith("3 jobs: 1 running, 1 waiting, 1 finished · 9 calls · $0.7500 of $2 · about 1")
    assert words[3].endswith(" s left")


def test_the_time_left_is_that_of_the_jobs_before_and_unknown_before_one_is_over(notes: Notes) -> None:
    three_jobs(notes)
    some_left = seconds_left(Standings(notes).read())
    notes.path(0).unlink()
    none_over = seconds_left(Standings(notes).read())

    assert some_left == pytest.approx(10 - 4 + 10, abs=0.5)
    assert none_over is None


def test_a_long_sweep_shows_what_fits_with_failures_and_running_jobs_first(notes: Notes) -> None:
    notes.announce(0, [[f"seed={seed}"] for seed in range(200)])
    for seed, state in {150: "running", 170: "failed", 20: "finished"}.items():
        notes.write(JobNote(seed, [f"seed={seed}"], state, ended=1.0 if state == "finished" else None))

    rows = drawn(SweepView(notes, None), height=13)

    assert [row.split()[0] for row in rows[2:7]] == ["seed=0", "seed=1", "seed=20", "seed=150", "seed=170"]
    assert rows[7] == "and 195 more"
    assert rows[8].startswith("200 jobs: 1 running, 197 waiting, 1 failed, 1 finished")
    assert len(rows) + 3 <= 13  # with the empty lines around


def test_a_cost_that_one_job_does_not_know_is_unknown_for_all(notes: Notes) -> None:
    three_jobs(notes)
    folder = run_folder(notes, "c", progress={**PULSE, "cost_usd": None})
    notes.write(JobNote(2, ["env=taxi", "seed=2"], "running", folder))

    assert "11 calls · cost unknown" in SweepView(notes, None).line()


@pytest.mark.parametrize("width", [60, 80, 110])
def test_a_long_error_leaves_the_other_jobs_readable(width: int, notes: Notes) -> None:
    three_jobs(notes)
    error = "RuntimeError: " + "the server at http://127.0.0.1:8000/v1 said something very long " * 5
    notes.write(JobNote(2, ["env=taxi", "seed=2"], "failed", error=error))

    rows = drawn(SweepView(notes, None), width=width)

    assert [row.split()[:2] for row in rows[2:5]] == [
        ["seed=0", "finished"],
        ["seed=1", "running"],
        ["seed=2", "failed"],
    ]
    assert "RuntimeError" in rows[4]


def test_what_keeps_the_table_from_being_drawn_ends_no_sweep_and_is_told_once(
    notes: Notes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no table today")

    monkeypatch.setattr(watch, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(SweepView, "table", broken)
    config = OmegaConf.create({"estimate": False, "display": {"progress": "rich"}, "sweep": {"max_cost_usd": None}})

    with watch.watching(notes, config):
        time.sleep(0.1)

    assert capsys.readouterr().err.count("the sweep could not always be shown: RuntimeError: no table today") == 1


def test_a_note_that_is_just_being_replaced_does_not_break_the_table(notes: Notes) -> None:
    three_jobs(notes)
    notes.path(1).write_text("{")

    assert SweepView(notes, None).line().startswith("2 jobs: 1 waiting, 1 finished")
