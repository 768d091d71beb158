"""Which jobs a sweep has in Slurm's queue, kept beside its notes: the same command waits for those still there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from llmrl_runner.files.whole import read_json, write_json

FILE_NAME = "slurm.json"


@dataclass(frozen=True)
class Submitted:
    """A job of a sweep as Slurm knows it. number: its place in the sweep. folder: of submitit's logs."""

    job_id: str
    folder: str
    number: int
    overrides: list[str]


def read_submitted(sweep: Path) -> list[Submitted]:
    """What was submitted for the sweep before; nothing where that can't be read, since run folders are locked, too."""
    try:
        return [Submitted(**each) for each in read_json(sweep / FILE_NAME)]
    except (OSError, ValueError, TypeError):
        return []


def write_submitted(sweep: Path, jobs: Sequence[Submitted]) -> None:
    """Keep these, in the place of those that were kept before."""
    sweep.mkdir(parents=True, exist_ok=True)
    write_json(sweep / FILE_NAME, [asdict(job) for job in jobs])
