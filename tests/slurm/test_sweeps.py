"""Sweeps on a real Slurm: cancelled jobs, killed commands, jobs put back into the queue."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.app.command import QUICK, Ended, result_of, transcript_of, wait_until
from tests.slurm.cluster import SlurmCommand, queued, scancel, start_again, starts_of

pytestmark = pytest.mark.timeout(600)
SHORT = (*QUICK[1:], "method.iterations=1")
LOST_S = 200  # also on a busy machine
NEARLY_OVER = ("--signal=USR2",)  # what Slurm sends a job whose time is nearly over


def rows(ended: Ended) -> list[list[str]]:
    """The table's jobs and their states."""
    lines = [line.split() for line in ended.out.splitlines() if line.startswith(("env=", "seed="))]
    return [line[: len([word for word in line if "=" in word]) + 1] for line in lines if ":" not in line[0]]


def no_call_was_made_twice(cluster: SlurmCommand) -> bool:
    for run in cluster.runs():
        keys = [record["key"] for record in transcript_of(run)]
        assert len(keys) == len(set(keys)) == result_of(run)["llm"]["calls"]
    return True


def test_a_sweep_runs_every_job_once_and_ends_in_the_table(cluster: SlurmCommand) -> None:
    jobs = (*SHORT, "env=frozen_lake,cliff_walking", "seed=0,1")

    ended = cluster.sweep(*jobs)
    first = cluster.results()
    again = cluster.sweep(*jobs)

    assert (ended.code, ended.err) == (0, "")
    assert "4 jobs submitted to Slurm" in ended.out
    expected = [[f"env={env}", f"seed={seed}"] for env in ("frozen_lake", "cliff_walking") for seed in (0, 1)]
    assert rows(ended) == [[*job, "finished"] for job in expected]
    assert len(first) == 4
    assert rows(again) == [[*job, "skipped"] for job in expected]
    assert "submitted" not in again.out
    assert cluster.results() == first


def test_a_job_needs_nothing_of_the_environment_that_a_site_does_not_hand_on(cluster: SlurmCommand) -> None:
    ended = cluster.sweep(*SHORT, "env=frozen_lake", "seed=0,1", "+hydra.launcher.additional_parameters.export=NONE")

    assert (ended.code, ended.err) == (0, "")
    [sweep] = (cluster.folder / "outputs" / "sweeps").iterdir()
    assert len(cluster.results()) == 2
    assert [note["state"] for note in cluster.notes()] == ["finished"] * 2
    assert (sweep / "slurm.json").exists()


def test_what_sbatch_refuses_is_said_in_a_line_and_starts_nothing(cluster: SlurmCommand) -> None:
    ended = cluster.sweep(*SHORT, "seed=0,1", "hydra.launcher.partition=nowhere")

    assert ended.code == 2
    assert ended.err.startswith("hydra/launcher: sbatch refused the jobs: invalid partition specified: nowhere")
    assert ended.err.count("\n") == 1
    assert not cluster.runs()


def test_a_job_that_can_never_start_is_named_and_the_others_finish(cluster: SlurmCommand) -> None:
    """Held up for good by what it waits for: a job that was cancelled."""
    cluster.hold_seed_1()
    before = submit_a_sleeper()
    scancel(before)

    ended = cluster.sweep(
        *SHORT, "seed=0,1", f"+hydra.launcher.additional_parameters={{dependency:'afterok:{before}'}}"
    )

    assert ended.code == 1
    assert "can't start (DependencyNeverSatisfied)" in ended.out
    assert not queued()


def submit_a_sleeper() -> str:
    said = subprocess.run(
        ["sbatch", "--parsable", "--hold", "--wrap", "sleep 60"], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


def test_a_cancelled_job_stops_no_other_and_the_same_command_runs_what_is_missing(cluster: SlurmCommand) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=0,1,2,3")
    command = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held and len(cluster.results()) == 3, LOST_S)
    scancel(cluster.submitted()[1])
    out, err = command.communicate(timeout=LOST_S)
    first = cluster.results()
    asked = len(transcript_of(held_run(cluster)))
    status = json.loads((held_run(cluster) / "status.json").read_text())
    cluster.let_go()

    again = cluster.sweep(*jobs)

    assert (command.returncode, err) == (1, "")
    assert rows(Ended(1, out, err)) == [[f"seed={k}", "failed" if k == 1 else "finished"] for k in range(4)]
    assert "was cancelled" in out
    assert "CANCELLED AT" in out  # the end of its log
    assert asked == 2
    assert status["state"] == "failed"
    assert "was cancelled" in status["reason"]
    assert again.code == 0
    assert "1 job submitted to Slurm" in again.out
    assert rows(again) == [[f"seed={k}", "finished" if k == 1 else "skipped"] for k in range(4)]
    assert len(cluster.results()) == 4
    assert first.items() <= cluster.results().items()
    assert no_call_was_made_twice(cluster)


def held_run(cluster: SlurmCommand) -> Path:
    [run] = [run for run in cluster.runs() if run.name.startswith("seed1-")]
    return run


def test_the_same_command_waits_for_jobs_that_are_still_under_way(cluster: SlurmCommand) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=0,1")
    first = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held, LOST_S)
    submitted = cluster.submitted()

    second = cluster.start_sweep(*jobs)
    assert second.stdout is not None
    line = second.stdout.readline()
    cluster.let_go()
    ends = [command.communicate(timeout=LOST_S) for command in (first, second)]

    assert line.startswith("1 job in Slurm's queue from before")
    assert (first.returncode, second.returncode) == (0, 0), ends
    assert "submitted" not in ends[1][0]
    assert cluster.submitted()[1] == submitted[1]
    assert starts_of(cluster, submitted[1]) == 1
    assert len(cluster.results()) == 2
    assert no_call_was_made_twice(cluster)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_jobs_go_on_without_the_command_and_the_same_command_waits_for_them(
    how: signal.Signals, cluster: SlurmCommand
) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=0,1")
    command = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held, LOST_S)
    os.kill(command.pid, how)
    _, err = command.communicate(timeout=LOST_S)
    submitted = cluster.submitted()
    still_there = queued()
    cluster.let_go()

    again = cluster.sweep(*jobs)

    assert submitted[1] in still_there
    if how == signal.SIGINT:
        assert command.returncode == 130
        assert f"on without this command; `scancel {submitted[1].partition('_')[0]}` ends" in err
    assert again.code == 0, again.err
    assert sorted(cluster.results()) == sorted(run.name for run in cluster.runs())
    assert starts_of(cluster, submitted[1]) == 1
    assert no_call_was_made_twice(cluster)


def test_ctrl_c_cancels_the_jobs_where_that_was_asked_for(cluster: SlurmCommand) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=1,2", "hydra.launcher.on_interrupt=cancel")
    command = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held, LOST_S)

    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=LOST_S)

    assert command.returncode == 130
    assert "cancelled" in err
    wait_until(lambda: not queued())


@pytest.mark.parametrize("afresh", ["rerun=false", "rerun=true"])
def test_a_job_that_is_put_back_into_the_queue_goes_on_with_its_run(afresh: str, cluster: SlurmCommand) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=0,1", afresh)
    command = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held, LOST_S)
    job_id = cluster.submitted()[1]
    cluster.forget_holding()

    subprocess.run(["scontrol", "requeue", job_id], check=True)
    start_again(job_id)
    wait_until(lambda: cluster.is_held, LOST_S)
    cluster.let_go()
    out, err = command.communicate(timeout=LOST_S)

    assert (command.returncode, err) == (0, ""), out
    assert starts_of(cluster, job_id) == 2
    assert len(cluster.runs()) == len(cluster.results()) == 2
    assert no_call_was_made_twice(cluster)


def test_a_job_that_runs_out_of_time_goes_on_in_its_next_allocation(cluster: SlurmCommand) -> None:
    jobs = (*cluster.hold_seed_1(), "seed=0,1", "hydra.launcher.timeout_min=5", "hydra.launcher.max_num_timeout=1")
    command = cluster.start_sweep(*jobs)
    wait_until(lambda: cluster.is_held, LOST_S)
    job_id = cluster.submitted()[1]
    cluster.forget_holding()
    scancel(*NEARLY_OVER, job_id)
    start_again(job_id)
    wait_until(lambda: cluster.is_held, LOST_S)
    scancel(*NEARLY_OVER, job_id)
    out, err = command.communicate(timeout=LOST_S)

    assert (command.returncode, err) == (1, "")
    assert starts_of(cluster, job_id) == 2
    assert "timed-out too many times" in out
    assert len(cluster.results()) == 1
