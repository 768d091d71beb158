"""How far the jobs of a sweep are, read off their notes and their runs' folders, on whatever machine they run."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.runs.finding import notes_of
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.lookup import number, word
from llmrl_runner.runs.pulse import read_pulse
from llmrl_runner.sweeps.notes import FAILED, RUNNING, WAITING, JobNote, Notes, job_names, read_note


@dataclass(frozen=True)
class JobStanding:
    """One job: its note, what its run tells of itself while it is under way, and its result once it has one."""

    name: str
    note: JobNote
    pulse: Mapping[str, Any]
    result: Mapping[str, Any]

    @property
    def calls(self) -> float | None:
        """LLM calls so far; None where nothing is known."""
        return number(self.result, "llm", "calls") if self.result else number(self.pulse, "calls")

    @property
    def cost_usd(self) -> float | None:
        """What they cost; None where that is unknown, or nothing is known yet."""
        return number(self.result, "llm", "cost_usd") if self.result else number(self.pulse, "cost_usd")

    @property
    def seconds_left(self) -> float | None:
        """By the run's own pace; None before it has one."""
        return number(self.pulse, "seconds_left")

    @property
    def doing(self) -> str:
        """`iteration 2/5, 3 of 5 episodes`."""
        index, of = number(self.pulse, "iteration"), number(self.pulse, "iterations")
        iteration = "" if index is None or of is None else f"iteration {index + 1:.0f}/{of:.0f}"
        return ", ".join(filter(None, [iteration, word(self.pulse, "doing")]))


class Standings:
    """The jobs of a sweep as they stand. What was read of a job that is over is kept."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._over: dict[int, tuple[JobNote, Mapping[str, Any]]] = {}

    def read(self) -> list[JobStanding]:
        """All jobs that are noted, in their order. A note that can't be read is passed over: it is being replaced."""
        found = [self._read(path) for path in notes_of(self._notes.sweep)]
        read = [pair for pair in found if pair is not None]
        names = job_names([note for note, _ in read])
        return [JobStanding(name, note, _pulse(note), result) for name, (note, result) in zip(names, read, strict=True)]

    def _read(self, path: Path) -> tuple[JobNote, Mapping[str, Any]] | None:
        job = int(path.stem) if path.stem.isdigit() else -1
        if job in self._over:
            return self._over[job]
        try:
            note = read_note(path)
        except (OSError, ValueError):
            return None
        if not note.is_over:
            return note, {}
        self._over[job] = note, result_at(note.folder)
        return self._over[job]


def result_at(folder: str | None) -> dict[str, Any]:
    """A job's result, empty where it has none that can be read: then the table has its state and error alone."""
    try:
        return RunFolder(Path(folder)).result() if folder else {}
    except ConfigError:
        return {}


def seconds_left(jobs: Sequence[JobStanding]) -> float | None:
    """Until all are over, at the pace of those that are; None before one is, or where nothing runs."""
    running = [job for job in jobs if job.note.state == RUNNING]
    waiting = sum(job.note.state == WAITING for job in jobs)
    took = [
        job.note.ended - job.note.began
        for job in jobs
        if job.note.state in ("finished", FAILED) and job.note.ended and job.note.began
    ]
    each = statistics.mean(took) if took else None
    left = [_left_of(job, each) for job in running]
    known = [seconds for seconds in left if seconds is not None]
    if not running or len(known) < len(left) or (waiting and each is None):
        return None
    return max(max(known), (sum(known) + waiting * (each or 0.0)) / len(running))


def _left_of(job: JobStanding, each: float | None) -> float | None:
    """By its own pace, else as if it took as long as the others; None where it has taken longer already."""
    if job.seconds_left is not None or each is None or job.note.began is None:
        return job.seconds_left
    left = each - (time.time() - job.note.began)
    return left if left > 0 else None


def _pulse(note: JobNote) -> Mapping[str, Any]:
    return read_pulse(Path(note.folder)) if note.folder and note.state == RUNNING else {}
