"""What stands for a name on a page, and sweeps in few jobs."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.documentation.pages import Command

RUN_NAMED = re.compile(r"(?:outputs/[\w/]*)?seed\d+-[0-9a-f]{4,8}")
RANGE = re.compile(r"range\((\d+)(?:,\s*(\d+))?\)")
MOST_JOBS = 1


@dataclass(frozen=True)
class Runs:
    """The runs that commands are about: two of one method, and files that others of a kind would have left."""

    first: Path
    second: Path
    demonstrations: Path
    table: Path

    @property
    def outputs(self) -> Path:
        """Where the first two lie."""
        return next(parent for parent in self.first.parents if parent.name == "outputs")


def filled(command: Command, runs: Runs) -> list[str]:
    """The command's words with what there is in the place of what a page calls RUN, NAME, PATH and the like."""
    words, others = [], iter([runs.first, runs.second])
    for word in command.words:
        if word == "device=cuda":
            words.append("device=auto")  # not every machine has a GPU
        elif word in ("PATH", "PATHS"):
            words.append(str(runs.outputs))
        elif word.startswith("method.demos.path="):
            words += [f"method.demos.path={runs.demonstrations}", "env=doorkey_5x5"]  # which they are of
        elif word.startswith("method.table="):
            words.append(f"method.table={runs.table}")
        else:
            word = RUN_NAMED.sub(lambda _: str(next(others)), word)
            word = re.sub(r"\b(?:OTHER_RUN|RUN|ONE|OTHER)\b(?!=)", lambda _: str(next(others)), word)
            words.append(_there(re.sub(r"=NAME\b", "=test-model", word), runs.outputs))
    return words


def _there(word: str, outputs: Path) -> str:
    """The word with the runs of one method in the place of those of methods that have none here."""
    return re.sub(
        r"outputs/([a-z_]+)\b", lambda found: found[0] if (outputs / found[1]).is_dir() else "outputs/tabular", word
    )


def jobs(words: list[str]) -> list[list[str]]:
    """The overrides of each of a few jobs of a sweep, the last of its values among them on every axis; a single run
    is one job."""
    if "-m" not in words:
        return [words]
    axes = {word.partition("=")[0]: values(word) for word in words if "=" in word}
    count = min(MOST_JOBS, max(map(len, axes.values())))
    return [[f"{key}={at(each, k, count)}" for key, each in axes.items()] for k in range(count)]


def narrowed(words: list[str]) -> list[str]:
    """The words of a sweep with two jobs: its first axis keeps its first and last value, the others their first."""
    if "-m" not in words:
        return words
    axis = next((word for word in words if len(values(word)) > 1), None)
    return [word if len(values(word)) < 2 else _first(word, last_too=word is axis) for word in words]


def _first(word: str, last_too: bool) -> str:
    key, each = word.partition("=")[0], values(word)
    return f"{key}={each[0]},{each[-1]}" if last_too else f"{key}={each[0]}"


def values(word: str) -> list[str]:
    """Those that a sweep has for one of its keys; of what a search may draw, the lowest."""
    _, _, value = word.partition("=")
    if found := RANGE.fullmatch(value):
        low, high = (0, int(found[1])) if found[2] is None else (int(found[1]), int(found[2]))
        return [str(number) for number in range(low, high)]
    if drawn := re.search(r"(?:interval|choice)\(([^,)]+)", value):
        return [drawn[1]]
    return re.split(r",(?![^\[({]*[\])}])", value) if value else [""]


def at(each: list[str], k: int, count: int) -> str:
    """The k-th of `count` of these, the last among them: the first ones are those that other commands have."""
    return each[-1 - round(k * (len(each) - 1) / max(1, count - 1))]
