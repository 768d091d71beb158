"""Putting away the folders of runs that failed: into a trash folder beside the others, where they can be taken back."""

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from llmrl_runner.runs.finding import run_folders
from llmrl_runner.runs.folder import RunFolder

TRASH = ".trash"  # below the outputs; hidden, so that nothing looks for runs there
INTERRUPTED = "interrupted"  # how the reason of a run begins that Ctrl-C ended: see jobs.py
KILLED = "killed: no process is at work on it"


@dataclass(frozen=True)
class Failed:
    """A run that may be put away: why it failed, and its size in bytes."""

    folder: Path
    reason: str
    size: int


def failed_runs(outputs: Path, with_interrupted: bool) -> list[Failed]:
    """The runs below `outputs` that failed and that nobody is at work on.

    One that was interrupted or killed goes on by its same command, so it is here only `with_interrupted`.
    """
    found = []
    for folder in run_folders([outputs]):
        reason = _why_failed(folder, with_interrupted)
        if reason is not None and _is_inside(folder, outputs) and not _is_locked(folder):
            found.append(Failed(folder, reason, size_of(folder)))
    return found


def put_away(failed: Failed, outputs: Path) -> Path | None:
    """Move a run into <outputs>/.trash/<date>/; its new place, or None where somebody began to work on it meanwhile."""
    with _locked(failed.folder) as is_ours:
        if not is_ours:
            return None
        target = _free(
            outputs / TRASH / date.today().isoformat() / failed.folder.resolve().relative_to(outputs.resolve())
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        return failed.folder.rename(target)


def delete(failed: Failed) -> bool:
    """Delete a run's folder; False where somebody began to work on it meanwhile."""
    with _locked(failed.folder) as is_ours:
        if is_ours:
            shutil.rmtree(failed.folder)
        return is_ours


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; links count as nothing."""
    places = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sum(path.lstat().st_size for path in places if not path.is_symlink())


def _why_failed(folder: Path, with_interrupted: bool) -> str | None:
    """None where the run didn't fail, is finished, or is to be kept."""
    run = RunFolder(folder)
    status = run.status()
    state, reason = status.get("state"), str(status.get("reason") or "no reason was noted")
    if run.is_finished or state not in ("failed", "running"):
        return None
    if state == "running":
        return KILLED if with_interrupted and _is_dead(status.get("host"), status.get("pid")) else None
    return reason if with_interrupted or not reason.startswith(INTERRUPTED) else None


def _is_dead(host: object, pid: object) -> bool:
    """Whether a process is known to be over; of another machine's nothing is known."""
    if host != platform.node() or not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and somebody else's
        return False
    return False


def _is_inside(folder: Path, outputs: Path) -> bool:
    return (
        not folder.is_symlink()
        and folder.resolve() != outputs.resolve()
        and outputs.resolve() in folder.resolve().parents
    )


def _is_locked(folder: Path) -> bool:
    with _locked(folder) as is_ours:
        return not is_ours


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the run's folder alone, as a run does: False where it is somebody else's."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _free(path: Path) -> Path:
    """This path, or with a number behind it where it is taken."""
    number = 2
    free = path
    while free.exists():
        free, number = path.with_name(f"{path.name}-{number}"), number + 1
    return free
