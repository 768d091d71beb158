"""held_out.csv: every episode of a run's final test, so that two runs can be compared episode by episode."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmrl_runner.files.whole import write_text

FILE = "held_out.csv"
HEAD = ("seed", "return", "length", "success")
IN_WORDS = {None: "", True: "yes", False: "no"}
FROM_WORDS = {words: reached for reached, words in IN_WORDS.items()}


@dataclass(frozen=True)
class PlayedEpisode:
    """The episode from `seed`: its return, its length in steps, and whether it succeeded (None: not defined)."""

    seed: int
    episode_return: float
    length: int
    is_success: bool | None


def write_held_out(run_folder: Path, episodes: Sequence[PlayedEpisode]) -> None:
    """Write the file, a row an episode; returns to the last digit, so that a replay can be held to them."""
    text = io.StringIO()
    rows = ([each.seed, each.episode_return, each.length, IN_WORDS[each.is_success]] for each in episodes)
    csv.writer(text, lineterminator="\n").writerows([HEAD, *rows])
    write_text(run_folder / FILE, text.getvalue())


def read_held_out(run_folder: Path) -> list[PlayedEpisode]:
    """The episodes; none where the file is missing or damaged, as it is missing in runs of before it was kept."""
    try:
        with (run_folder / FILE).open(encoding="utf-8", newline="") as file:
            return [
                PlayedEpisode(int(row["seed"]), float(row["return"]), int(row["length"]), FROM_WORDS[row["success"]])
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return []
