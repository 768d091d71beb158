"""Waiting for jobs on a Slurm that keeps no accounts, doesn't always answer, and loses some."""

from pathlib import Path

import pytest
from submitit.slurm.slurm import SlurmJob

from llmrl_runner.cluster.watch import Watch
from tests.cluster.conftest import Say

EVERY_S = 10.0


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def watch(folder: Path, *job_ids: str) -> tuple[Watch, Clock]:
    clock = Clock()
    return Watch([SlurmJob(folder, job_id) for job_id in job_ids], EVERY_S, clock), clock


def look_for(watched: Watch, clock: Clock, looks: int) -> dict[str, str | None]:
    """What ends within so many looks at Slurm, by the jobs' ids."""
    found: dict[str, str | None] = {}
    for _ in range(looks):
        clock.now += EVERY_S
        found |= {job.job_id: reason for job, reason in watched.ended()}
    return found


def test_an_answer_ends_the_wait_for_a_job_and_asks_slurm_nothing(folder: Path, tmp_path: Path, say: Say) -> None:
    watched, _ = watch(folder, "12_0", "12_1")
    (folder / "12_1_0_result.pkl").touch()

    ended = watched.ended()

    assert [(job.job_id, reason) for job, reason in ended] == [("12_1", None)]
    assert [job.job_id for job in watched.waiting] == ["12_0"]
    assert not (tmp_path / "squeue.calls").exists()


def test_slurm_is_asked_once_a_look_for_all_jobs(folder: Path, tmp_path: Path, say: Say) -> None:
    say("squeue", "12_0|RUNNING|None", "12_1|PENDING|Priority")
    watched, clock = watch(folder, "12_0", "12_1")

    for _ in range(110):
        clock.now += EVERY_S / 50
        assert watched.ended() == []

    assert (tmp_path / "squeue.calls").read_text().count("x") == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("12_0|CANCELLED|None", "job 12_0 was cancelled; its log {log} ends: STEP CANCELLED"),
        (
            "12_0|OUT_OF_MEMORY|OutOfMemory",
            "job 12_0 ran out of memory (OutOfMemory); its log {log} ends: STEP CANCELLED",
        ),
        (
            "12_9|RUNNING|None",
            "job 12_0 is not known to Slurm any more and left no answer; its log {log} ends: STEP CANCELLED",
        ),
    ],
)
def test_a_job_that_was_lost_is_told_with_the_end_of_its_log(line: str, words: str, folder: Path, say: Say) -> None:
    say("squeue", line)
    log = folder / "12_0_0_log.err"
    log.write_text("begun\nSTEP CANCELLED\nsrun: error: Timed out\n")
    watched, clock = watch(folder, "12_0")

    early, late = look_for(watched, clock, 2), look_for(watched, clock, 1)

    assert early == {}  # its answer may be on its way
    assert late == {"12_0": words.format(log=log)}
    assert watched.waiting == []


def test_the_accounts_say_what_became_of_a_job_that_the_queue_has_forgotten(folder: Path, say: Say) -> None:
    say("squeue", "")
    say("sacct", "NODE_FAIL")
    watched, clock = watch(folder, "12_0")

    assert look_for(watched, clock, 3) == {"12_0": "job 12_0 was lost with its node"}


def test_a_job_that_is_put_back_into_the_queue_is_not_lost(folder: Path, say: Say) -> None:
    watched, clock = watch(folder, "12_0")

    for state in ("PREEMPTED", "PREEMPTED", "PENDING", "PREEMPTED", "RUNNING"):
        say("squeue", f"12_0|{state}|None")
        assert look_for(watched, clock, 1) == {}


def test_a_slurm_that_does_not_answer_loses_no_job(folder: Path, say: Say) -> None:
    watched, clock = watch(folder, "12_0")

    assert look_for(watched, clock, 20) == {}


def test_an_answer_that_comes_late_counts(folder: Path, say: Say) -> None:
    say("squeue", "12_0|COMPLETED|None")
    watched, clock = watch(folder, "12_0")

    early = look_for(watched, clock, 2)
    (folder / "12_0_0_result.pkl").touch()

    assert early == {}
    assert look_for(watched, clock, 1) == {"12_0": None}


def test_what_can_never_start_is_taken_out_of_the_queue(folder: Path, tmp_path: Path, say: Say) -> None:
    say("squeue", "12_0|PENDING|BadConstraints")
    say("scancel", "")
    watched, clock = watch(folder, "12_0")

    assert look_for(watched, clock, 1) == {"12_0": "job 12_0 can't start (BadConstraints)"}
    assert (tmp_path / "scancel.calls").exists()
