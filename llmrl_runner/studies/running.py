"""Running the sweeps of a study, and finding the runs that they came to."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.runs.finding import SWEEPS
from llmrl_runner.runs.lookup import number
from llmrl_runner.studies.about import About
from llmrl_runner.sweeps.identity import sweep_id
from llmrl_runner.sweeps.notes import JobNote, Notes

OUTPUTS = "paths.outputs="
EXPERIMENT = "experiment="
TOOK = "took.json"


@dataclass(frozen=True)
class Swept:
    """What the sweeps of a study came to.

    arms: that of each folder, as `experiment=` named it. words: what changed it. seconds: how long the sweeps took, the
    last time that they made all of their runs; None where they never did so without an interruption.
    """

    folders: Sequence[Path]
    arms: Mapping[Path, str]
    words: Sequence[str]
    commands: Sequence[str]
    seconds: float | None


def commands_of(about: About, more: Sequence[str]) -> list[list[str]]:
    """The sweeps of a study, each as the words behind `run.py -m`; `more` replaces what it says of the same keys."""
    replaced = {word.partition("=")[0] for word in more}
    found = [[*(word for word in words if word.partition("=")[0] not in replaced), *more] for words in about.sweeps]
    return [words for place, words in enumerate(found) if words not in found[:place]]


def run_sweeps(about: About, more: Sequence[str], run_py: Path) -> int:
    """Run them one after the other, as the command does. Returns the first exit code that is not 0."""
    for place, words in enumerate(commands_of(about, more)):
        environment = {**os.environ, "LLMRL_SWEEP": _sweep(about, place, more)}
        if code := _ended(subprocess.Popen([sys.executable, str(run_py), "-m", *words], env=environment)):
            return code
    return 0


def _ended(sweep: "subprocess.Popen[bytes]") -> int:
    """Its exit code. Ctrl-C is the sweep's to hear, and to end in its own way."""
    while True:
        try:
            return sweep.wait()
        except KeyboardInterrupt:
            continue


def swept(about: About, more: Sequence[str], since: float) -> Swept:
    """The runs of the sweeps as their notes name them. since: when the sweeps began, by time.time()."""
    commands = commands_of(about, more)
    places = [_notes(about, place, words, more) for place, words in enumerate(commands)]
    notes = [note for place in places for note in Notes(place).all() if note.folder]
    folders = {note.folder for note in notes}
    made_now = {note.folder for note in notes if note.state == "finished" and (note.began or 0.0) >= since}
    return Swept(
        folders=sorted(Path(folder) for folder in folders if folder),
        arms={Path(note.folder): _arm(note) for note in notes if note.folder},
        words=[_quoted(word) for word in more],
        commands=[" ".join(["python run.py -m", *map(_quoted, words)]) for words in commands],
        seconds=_took(places[0] / TOOK, time.time() - since if made_now == folders else None),
    )


def _arm(note: JobNote) -> str:
    said = [word.removeprefix(EXPERIMENT) for word in note.overrides if word.startswith(EXPERIMENT)]
    return said[-1] if said else ""


def _took(kept: Path, seconds: float | None) -> float | None:
    """What was measured now, and is kept; else what was kept before."""
    if seconds is not None:
        write_json(kept, {"seconds": round(seconds, 1)})
    return number(read_json(kept), "seconds") if kept.exists() else None


def outputs_of(words: Sequence[str]) -> Path:
    """Where the runs of a command lie."""
    said = [word.removeprefix(OUTPUTS) for word in words if word.startswith(OUTPUTS)]
    return Path(said[-1] if said else "outputs")


def _notes(about: About, place: int, words: Sequence[str], more: Sequence[str]) -> Path:
    return outputs_of(words) / SWEEPS / _sweep(about, place, more)


def _sweep(about: About, place: int, more: Sequence[str]) -> str:
    """The name of its notes: the same for the same study, and another where words change it."""
    parts = ["study", about.name, *([str(place + 1)] if len(about.sweeps) > 1 else [])]
    return "-".join([*parts, *([sweep_id(more)] if more else [])])


def _quoted(word: str) -> str:
    """As one writes it in a shell: brackets want quotes."""
    return f"'{word}'" if any(sign in word for sign in "()[]{}*$ ") else word
