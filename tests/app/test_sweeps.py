"""Sweeps through the public command: one table, failures that stop nothing, and resuming after a kill."""

import json

import pytest

from tests.app.command import QUICK, CommandLine, result_of, transcript_of, wait_until

FOUR_JOBS = ("-m", *QUICK[1:], "env=frozen_lake,cliff_walking", "seed=0,1")


def finished_jobs(command: CommandLine) -> list[str]:
    return [str(run) for run in command.runs() if (run / "result.json").exists()]


@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_a_sweep_runs_every_job_and_ends_in_one_table(launcher: str, command: CommandLine) -> None:
    ended = command.run(*FOUR_JOBS, f"hydra/launcher={launcher}")

    assert ended.code == 0, ended.err
    assert ended.err == ""
    assert len(finished_jobs(command)) == 4
    rows = [line for line in ended.out.splitlines() if line.startswith("env=")]
    assert [row.split()[:3] for row in rows] == [
        [f"env={env}", f"seed={seed}", "finished"] for env in ("frozen_lake", "cliff_walking") for seed in (0, 1)
    ]


def test_one_failed_job_is_named_in_one_line_and_the_others_finish(command: CommandLine) -> None:
    ended = command.run("-m", *QUICK[1:], "env=frozen_lake", "seed=0,-1,1")

    assert ended.code == 1
    assert len(finished_jobs(command)) == 2
    assert "seed=-1: seed: must be at least 0, got -1" in ended.out


@pytest.mark.parametrize("victim", ["the command and its workers", "the command alone"])
def test_a_sweep_killed_half_way_finishes_only_what_was_left(victim: str, command: CommandLine) -> None:
    sweep = (*FOUR_JOBS, "hydra/launcher=joblib")
    process = command.start(*sweep)
    wait_until(lambda: len(finished_jobs(command)) >= 2, seconds=100)
    if victim == "the command alone":
        process.kill()
        process.communicate(timeout=20)  # ends once its workers have noticed and left
    else:
        command.kill(process)
    done = {run: (run / "result.json").stat().st_mtime_ns for run in command.runs() if (run / "result.json").exists()}

    ended = command.run(*sweep)

    assert ended.code == 0, ended.err
    assert len(finished_jobs(command)) == 4
    assert all((run / "result.json").stat().st_mtime_ns == when for run, when in done.items())
    assert ended.out.count("  skipped  ") == len(done)
    for run in command.runs():
        keys = [record["key"] for record in transcript_of(run)]
        assert len(keys) == len(set(keys)) == result_of(run)["llm"]["calls"]


def test_a_sweeps_estimate_prints_a_line_a_job_and_runs_none(command: CommandLine) -> None:
    ended = command.run(*FOUR_JOBS, "estimate=true")

    assert ended.code == 0
    assert ended.out.count("at most 6 calls") == 4
    assert "the sweep: at most 4 runs, 24 calls" in ended.out
    assert not command.runs()


def test_the_notes_of_a_sweep_say_which_jobs_it_had(command: CommandLine) -> None:
    command.run(*FOUR_JOBS)

    [folder] = (command.folder / "outputs" / "sweeps").iterdir()
    notes = [json.loads(path.read_text()) for path in sorted((folder / "jobs").iterdir())]
    assert [note["state"] for note in notes] == ["finished"] * 4
    assert all((command.folder / note["folder"] / "result.json").exists() for note in notes)
