"""A sweep's notes: a file a job, which say how it stands, for the sweep's table and for the same command later."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.runs.finding import NOTES, notes_of
from llmrl_runner.runs.lookup import number, section, word

WAITING, RUNNING, FINISHED, SKIPPED, FAILED = "waiting", "running", "finished", "skipped", "failed"
OVER = (FINISHED, SKIPPED, "estimated", "left out", FAILED)


@dataclass(frozen=True)
class JobNote:
    """How one job stands.

    overrides: what the command says of it. folder: its run's. estimate: what it may ask for at most, where that was
    the question. value: what a sweeper that searches is told of it. began, ended: seconds since 1970.
    """

    number: int
    overrides: Sequence[str]
    state: str = WAITING
    folder: str | None = None
    error: str | None = None
    estimate: Mapping[str, Any] | None = None
    value: float | None = None
    pid: int | None = None
    began: float | None = None
    ended: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it in this sweep."""
        return self.state in OVER

    @property
    def is_well(self) -> bool:
        """Whether it is over and nothing went wrong."""
        return self.is_over and self.state != FAILED


class Notes:
    """The notes of one sweep, in `<sweep>/jobs/0000.json` and so on."""

    def __init__(self, sweep: Path) -> None:
        self.sweep = sweep

    def path(self, job: int) -> Path:
        """Where a job's note lies."""
        return self.sweep / NOTES / f"{job:04d}.json"

    def log(self, job: int) -> Path:
        """Where a job's own lines go while a table of all stands in the terminal."""
        return self.path(job).with_suffix(".log")

    def forget(self) -> None:
        """Begin anew: the notes of an earlier try go, its logs stay."""
        for path in self._paths():
            path.unlink(missing_ok=True)

    def announce(self, first: int, jobs: Sequence[Sequence[str]]) -> None:
        """Note jobs, numbered from `first`, as waiting; those that have a note keep it."""
        for job, overrides in enumerate(jobs, start=first):
            if not self.path(job).exists():
                self.write(JobNote(job, list(overrides)))

    def begin(self, job: int, overrides: Sequence[str]) -> JobNote:
        """Note that this process is at work on a job, unless it is over. Returns the note.

        A note of other overrides is another sweep's, whose notes lie here too: it is replaced.
        """
        known = self.read(job)
        if known is None or list(known.overrides) != list(overrides):
            known = JobNote(job, list(overrides))
        if known.is_over:
            return known
        begun = replace(known, overrides=list(overrides), state=RUNNING, pid=os.getpid(), began=time.time(), ended=None)
        self.write(begun)
        return begun

    def write(self, note: JobNote) -> None:
        """Keep a note, whole or not at all."""
        path = self.path(note.number)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {key: value for key, value in asdict(note).items() if key != "number"})

    def read(self, job: int) -> JobNote | None:
        """A job's note, None where there is none."""
        return read_note(self.path(job)) if self.path(job).exists() else None

    def all(self) -> list[JobNote]:
        """Every note, in the order of the jobs. Raises ValueError, which names the file, where one is damaged."""
        return [read_note(path) for path in self._paths()]

    def _paths(self) -> list[Path]:
        return notes_of(self.sweep)


def read_note(path: Path) -> JobNote:
    """The note in a file. Raises ValueError, which names it, where it is damaged."""
    found = read_json(path)
    overrides = found.get("overrides") if isinstance(found, dict) else None
    if not isinstance(overrides, list):
        raise ValueError(f"{path}: is damaged; delete it, and the same command notes the job anew")
    pid = number(found, "pid")
    return JobNote(
        number=int(path.stem),
        overrides=[str(override) for override in overrides],
        state=word(found, "state") or RUNNING,
        folder=word(found, "folder"),
        error=word(found, "error"),
        estimate=section(found, "estimate") or None,
        value=number(found, "value"),
        pid=None if pid is None else int(pid),
        began=number(found, "began"),
        ended=number(found, "ended"),
    )


def job_names(notes: Sequence[JobNote]) -> list[str]:
    """Each job under what sets it apart from the others: `env=taxi seed=1`."""
    common = set.intersection(*(set(note.overrides) for note in notes)) if len(notes) > 1 else set()
    return [" ".join(o for o in note.overrides if o not in common) or "the defaults" for note in notes]
