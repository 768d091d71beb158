"""What Slurm says of jobs: its queue for all at once, and its accounts, where a site keeps some, for one that is gone.

submitit asks the accounts alone, and where a site keeps none a job that was lost stays under way for it, for ever. The
queue remembers a job for some minutes after its end (MinJobAge in slurm.conf, 300 seconds by default).
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

# Slurm's words for a job that is over (man squeue, JOB STATE CODES). Whatever else it says, the job may still go on.
OVER = {
    "BOOT_FAIL": "was lost: its node did not start",
    "CANCELLED": "was cancelled",
    "COMPLETED": "ended without an answer",
    "DEADLINE": "was ended at its deadline",
    "FAILED": "failed",
    "NODE_FAIL": "was lost with its node",
    "OUT_OF_MEMORY": "ran out of memory",
    "PREEMPTED": "was preempted and not put back into the queue",
    "REVOKED": "was revoked",
    "TIMEOUT": "ran into its time limit",
}
# Why a job waits that no waiting will start (man squeue, JOB REASON CODES).
HOPELESS = (
    *("AccountNotAllowed", "BadConstraints", "DependencyNeverSatisfied", "InvalidAccount", "InvalidQOS"),
    *("PartitionNodeLimit", "PartitionTimeLimit", "launch_failed_requeued_held"),
)
# The user's own jobs, one line an array's element, those that are over for as long as Slurm remembers them.
SQUEUE = ("squeue", "--me", "--array", "--noheader", "--states=all", "--format=%i|%T|%r")
SACCT = ("sacct", "--allocations", "--noheader", "--parsable2", "--format=State")
ANSWER_WITHIN_S = 60


@dataclass(frozen=True)
class Standing:
    """How a job stands in Slurm's own words: its state, and why it waits or ended."""

    state: str
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it has ended, however."""
        return self.state in OVER

    @property
    def is_hopeless(self) -> bool:
        """Whether it waits for what won't come."""
        return self.state == "PENDING" and self.reason in HOPELESS

    @property
    def words(self) -> str:
        """`was cancelled`: what became of it, for people."""
        if self.is_hopeless:
            return f"can't start ({self.reason})"
        words = OVER.get(self.state, f"is {self.state.lower()}")
        return words if self.reason in ("", "None") else f"{words} ({self.reason})"


def in_queue() -> dict[str, Standing] | None:
    """The user's jobs by their ids, `12` or `12_3`; None where Slurm doesn't answer, which says nothing of the jobs."""
    answer = _ask(SQUEUE)
    if answer is None:
        return None
    rows = [line.split("|", 2) for line in answer.splitlines() if line.count("|") >= 2]
    return {job_id: Standing(state, reason) for job_id, state, reason in rows}


def accounted(job_id: str) -> Standing | None:
    """How Slurm's accounts say that a job ended; None where the site keeps none, or doesn't know it."""
    answer = _ask((*SACCT, f"--jobs={job_id}"))
    # `CANCELLED by 1000`; the last of several lines is of the last time that it was started
    return Standing(answer.split("\n")[-1].split()[0]) if answer else None


def arrays_of(job_ids: Iterable[str]) -> list[str]:
    """The arrays, or single jobs, that these ids belong to: `12` for `12_0` and `12_1`."""
    return list(dict.fromkeys(job_id.partition("_")[0] for job_id in job_ids))


def _ask(command: tuple[str, ...]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=ANSWER_WITHIN_S)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
