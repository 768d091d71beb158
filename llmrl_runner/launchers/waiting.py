"""Waiting for a sweep's jobs on a cluster, whatever becomes of them."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from llmrl_runner.cluster.queue import Standing, arrays_of
from llmrl_runner.cluster.watch import Watch, failure
from llmrl_runner.config.launcher_schema import SlurmConfig
from llmrl_runner.launchers.submitted import Submitted
from llmrl_runner.launchers.sweep_job import SweepJob

SECONDS_BETWEEN_LOOKS = 1.0
SILENT_LOOKS = 4


def wait_for(jobs: Mapping[int, SweepJob], queued: Mapping[int, Submitted], settings: SlurmConfig) -> None:
    """Until all have ended; one that was lost, or broke before its run began, is noted as failed.

    Both by the jobs' numbers. Ctrl-C leaves them to the cluster, or cancels them, as `on_interrupt` says.
    """
    from submitit.slurm.slurm import SlurmJob

    numbers = {each.job_id: number for number, each in queued.items()}
    watch = Watch([SlurmJob(Path(each.folder), each.job_id) for each in queued.values()], settings.look_every_s)
    told, standings = False, watch.standings
    try:
        while watch.waiting:
            for job, reason in watch.ended():
                noted = jobs[numbers[job.job_id]]
                if problem := reason or failure(job):
                    noted.note_lost(problem)
                elif not noted.note.is_over:
                    noted.note_what_its_run_says(
                        f"job {job.job_id} ended without saying how ({job.paths.stderr} says more)"
                    )
            if watch.standings is not standings:
                standings = watch.standings
                _note_running(standings, jobs, numbers)
            told = told or _tell_of_silence(watch)
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        _leave([job.job_id for job in watch.waiting], settings.on_interrupt)
        raise


def _tell_of_silence(watch: Watch) -> bool:
    if watch.unanswered < SILENT_LOOKS:
        return False
    print("Slurm doesn't answer (squeue): jobs that end well are still seen, lost ones aren't", file=sys.stderr)
    return True


def _note_running(standings: Mapping[str, Standing], jobs: Mapping[int, SweepJob], numbers: Mapping[str, int]) -> None:
    for job_id, standing in standings.items():
        if standing.state == "RUNNING":
            jobs[numbers[job_id]].note_running()


def _leave(job_ids: list[str], on_interrupt: str) -> None:
    if on_interrupt == "cancel":
        subprocess.run(["scancel", *job_ids], check=False)
        print(f"\n{counted(len(job_ids))} cancelled", file=sys.stderr)
        return
    go, them = ("goes", "it") if len(job_ids) == 1 else ("go", "them")
    cancel = f"scancel {' '.join(arrays_of(job_ids))}"
    print(f"\n{counted(len(job_ids))} {go} on without this command; `{cancel}` ends {them}", file=sys.stderr)


def counted(jobs: int) -> str:
    """`4 jobs`."""
    return f"{jobs} job{'s' if jobs != 1 else ''}"
