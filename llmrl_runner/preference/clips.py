"""The episodes that are shown: one GIF a run, of runs in the same environment."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llmrl_runner.report.reading import captioned, read_run
from llmrl_runner.runs.lookup import word

GIFS = ("best/episode.gif", "final/seed_0/episode.gif")  # of a run's final policy, where its method leaves it


@dataclass(frozen=True)
class Clip:
    """A run's episode. name: the run's folder, which its choices are kept under.

    instruction: what this episode was to do, where that changes from one to the next.
    """

    name: str
    env: str
    goal: str
    path: Path
    instruction: str = ""


Pair = tuple[Clip, Clip]  # what is shown on the left and on the right


def find_clips(folders: Iterable[Path], root: Path) -> list[Clip]:
    """Those of the runs that have one, in their order; named by their places below `root`."""
    found: list[Clip] = []
    for folder in folders:
        path = next((folder / name for name in GIFS if (folder / name).is_file()), None)
        if path is not None:
            config = read_run(folder).config
            env, goal = (word(config, "env", key) or "" for key in ("name", "goal"))
            told = captioned("", path.parent)
            found.append(Clip(_name(folder, root), env, goal, path, told))
    return found


def pairs_of(clips: Sequence[Clip]) -> list[Pair]:
    """All pairs of one environment."""
    return [pair for pair in itertools.combinations(clips, 2) if pair[0].env == pair[1].env]


def next_pair(pairs: Sequence[Pair], shown: Counter[frozenset[str]], rng: np.random.Generator) -> Pair:
    """One of the pairs that were judged least, its sides drawn: nobody is to learn which run stands where."""
    least = min(shown[frozenset((left.name, right.name))] for left, right in pairs)
    open_pairs = [pair for pair in pairs if shown[frozenset((pair[0].name, pair[1].name))] == least]
    left, right = open_pairs[int(rng.integers(len(open_pairs)))]
    return (left, right) if rng.random() < 0.5 else (right, left)


def _name(folder: Path, root: Path) -> str:
    place = folder.resolve()
    return str(place.relative_to(root.resolve())) if place.is_relative_to(root.resolve()) else str(place)
