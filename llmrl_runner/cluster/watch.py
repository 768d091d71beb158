"""Waiting for jobs until each has ended: with an answer, or lost, which a cluster doesn't always say."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llmrl_runner.cluster.queue import Standing, accounted, in_queue

LOOK_EVERY_S = 15.0
# A job that is over may have left an answer that a shared file system doesn't show yet; so many looks it is given.
LOOKS_OF_GRACE = 3
LOG_CHARACTERS = 200
SAID_AT_EVERY_END = ("srun:", "submitit ")


class Watch:
    """Which of some submitit jobs have ended since one last asked.

    Answers are looked for each time, by one listing of their folder; Slurm is asked once every `look_every_s` seconds
    for all jobs together. Jobs of submitit's local and debug executors are watched as submitit itself does.
    """

    def __init__(
        self, jobs: Sequence[Any], look_every_s: float = LOOK_EVERY_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.waiting = list(jobs)
        self.standings: dict[str, Standing] = {}  # as Slurm last said, by the jobs' ids
        self.unanswered = 0  # looks in a row that Slurm didn't answer
        self._look_every_s, self._clock = look_every_s, clock
        self._looked_at = clock()
        self._missed_since: dict[str, float] = {}

    def ended(self) -> list[tuple[Any, str | None]]:
        """Those that have ended, each with None where its answer is there, else with a line what became of it."""
        found: list[tuple[Any, str | None]] = [(job, None) for job in self._answered()]
        self._drop(found)
        if self._clock() - self._looked_at >= self._look_every_s:
            lost = self._lost()
            self._looked_at = self._clock()
            self._drop(lost)
            found += lost
        return found

    def _drop(self, ended: list[tuple[Any, str | None]]) -> None:
        gone = {id(job) for job, _ in ended}
        self.waiting = [job for job in self.waiting if id(job) not in gone]

    def _answered(self) -> list[Any]:
        names = {name for folder in {job.paths.folder for job in self.waiting} for name in _listing(folder)}
        return [
            job for job in self.waiting if job.paths.result_pickle.name in names or (not _is_slurms(job) and job.done())
        ]

    def _lost(self) -> list[tuple[Any, str | None]]:
        """Those that Slurm has given up, or no longer knows, for so long that no answer is to be expected."""
        jobs = [job for job in self.waiting if _is_slurms(job)]
        seen = in_queue() if jobs else None
        if seen is None:
            self.unanswered += bool(jobs)
            return []
        self.unanswered = 0
        self.standings = {job.job_id: seen[job.job_id] for job in jobs if job.job_id in seen}
        return [(job, self._what_became_of(job)) for job in jobs if self._is_lost(job)]

    def _is_lost(self, job: Any) -> bool:
        standing = self.standings.get(job.job_id)
        if standing is not None and standing.is_hopeless:
            job.cancel(check=False)  # else it would lie in the queue, and the same command would wait for it again
            return True
        if standing is not None and not standing.is_over:
            self._missed_since.pop(job.job_id, None)
            return False
        since = self._missed_since.setdefault(job.job_id, self._clock())
        return self._clock() - since >= (LOOKS_OF_GRACE - 1) * self._look_every_s

    def _what_became_of(self, job: Any) -> str:
        standing = self.standings.get(job.job_id) or accounted(job.job_id)
        words = standing.words if standing else "is not known to Slurm any more and left no answer"
        return f"job {job.job_id} {words}{_end_of(job.paths.stderr)}"


def failure(job: Any) -> str | None:
    """What a job with an answer broke on, in a line; None where it went well."""
    error = job.exception()
    if error is None:
        return None
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("-----")]
    trace = [line for line in lines if not line.startswith(("You can check", "  - "))]
    return f"job {job.job_id}: {trace[-1].strip()} ({job.paths.stderr} says more)"


def _is_slurms(job: Any) -> bool:
    from submitit.slurm.slurm import SlurmJob

    return isinstance(job, SlurmJob)


def _listing(folder: Path) -> list[str]:
    try:
        os.utime(folder)  # NFS shows a folder as it was some seconds ago, unless one changes it
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _end_of(log: Path) -> str:
    """The last words of a job's log and where the others are; nothing where it wrote none."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    last = next((line for line in reversed(lines) if not line.startswith(SAID_AT_EVERY_END)), "")
    return f"; its log {log} ends: {last[:LOG_CHARACTERS]}" if last else ""
