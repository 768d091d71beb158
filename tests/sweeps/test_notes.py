"""The notes of a sweep's jobs."""

from pathlib import Path

import pytest

from llmrl_runner.sweeps.identity import sweep_id
from llmrl_runner.sweeps.notes import JobNote, Notes, job_names


def test_a_job_that_is_over_is_not_begun_again(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    notes.write(JobNote(0, ["seed=0"], "finished", folder="somewhere", value=0.5))

    note = notes.begin(0, ["seed=0"])

    assert (note.state, note.folder, note.value) == ("finished", "somewhere", 0.5)


def test_a_note_of_another_sweep_with_the_same_number_is_replaced(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    notes.write(JobNote(0, ["seed=0"], "finished", folder="somewhere"))

    note = notes.begin(0, ["seed=10"])

    assert (note.state, note.folder, note.overrides) == ("running", None, ["seed=10"])


def test_a_note_comes_back_as_it_was_written(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    note = JobNote(7, ["a=1"], "failed", "folder", "why", {"calls": 1}, 0.25, 99, 1.5, 2.5)

    notes.write(note)

    assert notes.all() == [note]
    assert notes.path(7).name == "0007.json"


@pytest.mark.parametrize("text", ["{", "[]", '{"state": "finished"}'])
def test_a_damaged_note_is_named(text: str, tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    notes.announce(0, [["seed=0"]])
    notes.path(0).write_text(text)

    with pytest.raises(ValueError, match=r"0000\.json"):
        notes.all()


def test_jobs_are_called_by_what_sets_them_apart(tmp_path: Path) -> None:
    assert job_names([JobNote(0, ["env=a", "seed=0"]), JobNote(1, ["env=a", "seed=1"])]) == ["seed=0", "seed=1"]
    assert job_names([JobNote(0, ["env=a"])]) == ["env=a"]
    assert job_names([JobNote(0, []), JobNote(1, [])]) == ["the defaults", "the defaults"]


@pytest.mark.parametrize(
    "words", [["seed=0,1", "-m", "env=a"], ["-m", "env=a", "seed=0,1", "hydra/launcher=joblib", "display.gif=false"]]
)
def test_the_same_sweep_is_the_same_whatever_launches_it_and_shows_it(words: list[str]) -> None:
    assert sweep_id(words) == sweep_id(["-m", "env=a", "seed=0,1", "sweep.max_cost_usd=3", "llm.max_calls=2"])
    assert sweep_id(words) != sweep_id(["-m", "env=b", "seed=0,1"])
    assert sweep_id(words) != sweep_id([*words, "estimate=true"])
