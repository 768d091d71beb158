"""One iteration of a run, in a folder that gets its name when it is complete."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.files.whole import write_json, write_text
from llmrl_runner.runs.damage import read_object

INSTRUCTION = "instruction.txt"  # what the episode that is shown was to do, where that changes with the episode
FOLDER = re.compile(r"iteration_(\d{3,})")


@dataclass(frozen=True)
class Record:
    """A complete iteration, as its folder tells it."""

    index: int
    path: Path
    metrics: dict[str, Any]

    @property
    def is_best(self) -> bool:
        """Whether its candidate replaced the best one so far."""
        return bool(self.metrics.get("is_best"))

    def text(self, name: str) -> str:
        """What one of its files says, or nothing where it has none."""
        path = self.path / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


class Iteration:
    """An iteration under way. Nothing of it counts until `complete`."""

    def __init__(self, run_folder: Path, index: int) -> None:
        self.index = index
        self.target = run_folder / folder_name(index)
        self.path = run_folder / f".{folder_name(index)}.partial"
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def write_text(self, name: str, text: str) -> None:
        """Keep a text beside the iteration's other files."""
        write_text(self.path / name, text)

    def write_json(self, name: str, data: Any) -> None:
        """Keep JSON beside the iteration's other files."""
        write_json(self.path / name, data)

    def complete(self, metrics: dict[str, Any]) -> Record:
        """Write metrics.json and give the folder its name: from here on the iteration is never done again."""
        self.write_json("metrics.json", metrics)
        shutil.rmtree(self.target, ignore_errors=True)  # there only where an earlier iteration has got lost
        self.path.rename(self.target)
        return Record(self.index, self.target, metrics)


def complete_iterations(run_folder: Path) -> list[Record]:
    """The complete iterations in order, up to the first that is missing.

    Raises ConfigError, with the cure, where the figures of one are damaged.
    """
    records: list[Record] = []
    while (path := run_folder / folder_name(len(records))).is_dir() and (path / "metrics.json").exists():
        records.append(Record(len(records), path, _figures(path)))
    return records


def _figures(iteration: Path) -> dict[str, Any]:
    return read_object(iteration / "metrics.json", ["is_best", "episodes", "env_steps"], cure_of(iteration))


def cure_of(iteration: Path) -> str:
    """What to do about a damaged file of an iteration: for the end of an error."""
    return f"delete {iteration}, and the same command does it again, from the same answers"


def folder_name(index: int) -> str:
    """`iteration_007`; from 1000 on the number is longer."""
    return f"iteration_{index:03d}"
