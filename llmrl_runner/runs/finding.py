"""Finding runs on disk: those below some paths, those of a sweep, the newest, the one that a person means."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json
from llmrl_runner.runs.iteration import FOLDER

MARKS = {"status.json", "result.json", "transcript.jsonl"}  # any one of them makes a folder a run's
SWEEPS = "sweeps"  # the folder, below the outputs, of sweeps' notes: <outputs>/sweeps/<id>/jobs/NNNN.json
NOTES = "jobs"
PARTS_OF_A_RUN = 4  # <method>/<env>/<llm>/seed<k>-<id8>: where a run lies below the outputs
MOST_NAMED = 5


def run_folders(
    paths: Iterable[Path], but: Collection[Path] = (), on_error: Callable[[OSError], None] | None = None
) -> Iterator[Path]:
    """Each run folder at or below the paths. A run's own subfolders and hidden folders are not looked into.

    but: folders that are passed over whole. on_error: told of each folder that can't be looked into.
    """
    passed_over = {_absolute(folder) for folder in but}
    for top in paths:
        for place, folders, files in os.walk(top, onerror=on_error):
            if _absolute(Path(place)) in passed_over:
                folders.clear()
            elif _is_run(files, folders):
                folders.clear()
                yield Path(place)
            folders[:] = sorted(name for name in folders if not name.startswith("."))


def newest_sweep(outputs: Path) -> Path | None:
    """The sweep whose notes changed last, as their folder `<outputs>/sweeps/<id>`; None where there is none."""
    sweeps = [path for path in (outputs / SWEEPS).glob("*") if notes_of(path)]
    return max(sweeps, key=lambda sweep: max(map(_changed, notes_of(sweep))), default=None)


def newest_run(outputs: Path) -> Path | None:
    """The run whose state changed last; None where there is none."""
    return max(run_folders([outputs]), key=lambda run: _changed(run / "status.json"), default=None)


def newest_runs(outputs: Path) -> list[Path]:
    """Those of the newest sweep, else the newest run. Raises ConfigError where there is none."""
    sweep, run = newest_sweep(outputs), newest_run(outputs)
    found = (sweep and sweep_runs(sweep)) or ([run] if run else [])
    if not found:
        raise ConfigError("", f"{outputs}: there is no run yet; `make demo` makes one")
    return found


def notes_of(sweep: Path) -> list[Path]:
    """The notes of a sweep's jobs, in their order; none where the folder is no sweep's."""
    return sorted((sweep / NOTES).glob("*.json"))


def sweep_runs(sweep: Path) -> list[Path]:
    """The run folders of a sweep's jobs, in their order, as far as they exist; each once."""
    found = [_folder_of(note, sweep.parent.parent) for path in notes_of(sweep) if (note := _note(path))]
    return list(dict.fromkeys(folder for folder in found if folder is not None))


def runs_meant(words: str, outputs: Path) -> list[Path]:
    """The runs that a person means by a path, a sweep's notes, or the beginning of a run's name or id.

    A path inside a run means that run, one above several means them all. Raises ConfigError where it is none, or, of a
    name, more than one.
    """
    path = Path(words)
    if path.exists():
        found = _runs_at(path)
        if not found:
            raise ConfigError("", f"{words}: there is no run's folder at or below it")
        return found
    named = [run for run in run_folders([outputs]) if _is_called(run, words)]
    if len(named) == 1:
        return named
    if not named:
        raise ConfigError("", f"{words}: no such path, and no run below {outputs} whose name or id begins so")
    shown = ", ".join(map(str, named[:MOST_NAMED])) + (", ..." if len(named) > MOST_NAMED else "")
    raise ConfigError("", f"{words}: {len(named)} runs are called so ({shown}); say more of it")


def run_meant(words: str, outputs: Path) -> Path:
    """The one run that a person means: see `runs_meant`. Raises ConfigError where there are several."""
    found = runs_meant(words, outputs)
    if len(found) > 1:
        raise ConfigError("", f"{words}: {len(found)} runs lie there; name one of them, such as {found[0]}")
    return found[0]


def _runs_at(path: Path) -> list[Path]:
    here = path.resolve()
    inside = next((place for place in (here, *here.parents) if is_run_folder(place)), None)
    if inside is not None:
        return [inside if inside != here else path]
    return sweep_runs(path) if notes_of(path) else sorted(run_folders([path]))


def iteration_folders(run: Path) -> list[Path]:
    """The folders of a run's complete iterations, in the order of their numbers; none that may not be looked into."""
    found = [path for path in run.glob("iteration_*") if FOLDER.fullmatch(path.name) and is_folder(path)]
    return sorted(found, key=lambda path: int(path.name.removeprefix("iteration_")))


def is_folder(path: Path) -> bool:
    """Whether there is a folder that may be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_run_folder(path: Path) -> bool:
    """Whether a folder is a run's own, by what lies in it."""
    if not path.is_dir():
        return False
    _, folders, files = next(os.walk(path), ("", [], []))
    return _is_run(files, folders)


def _is_run(files: Iterable[str], folders: Iterable[str]) -> bool:
    return bool(MARKS & set(files)) or any(FOLDER.fullmatch(name) for name in folders)


def _is_called(run: Path, words: str) -> bool:
    identity = run.name.partition("-")[2]
    return run.name.startswith(words) or identity.startswith(words) or run.as_posix().endswith(f"/{words}")


def _note(path: Path) -> Mapping[str, Any]:
    """A job's note; empty where it is half-written or damaged."""
    try:
        note = read_json(path)
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, Mapping) else {}


def _folder_of(note: Mapping[str, Any], outputs: Path) -> Path | None:
    """Where a job's run lies: at its place below these outputs, which may have moved or been copied, else as noted."""
    if not isinstance(noted := note.get("folder"), str):
        return None
    places = (outputs.joinpath(*Path(noted).parts[-PARTS_OF_A_RUN:]), Path(noted))
    return next((place for place in places if is_run_folder(place)), None)


def _absolute(folder: Path) -> str:
    # Not resolved: resolving every folder of a large tree costs more than the walk.
    return os.path.abspath(folder)  # noqa: PTH100


def _changed(path: Path) -> float:
    """When a file changed last, as seconds; long ago where it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
