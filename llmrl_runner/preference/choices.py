"""What people chose, a line each in a JSONL file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from llmrl_runner.config.errors import ConfigError

Side = Literal["left", "right", "same"]


@dataclass(frozen=True)
class Choice:
    """Which of two runs was preferred; `same`: neither. time: when, in UTC."""

    left: str
    right: str
    chosen: Side
    time: str

    def __post_init__(self) -> None:
        if self.chosen not in get_args(Side) or not (self.left and self.right) or self.left == self.right:
            raise ValueError("a choice is between two runs: left, right or same")


def keep(path: Path, choice: Choice) -> None:
    """Add a line to the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(choice)) + "\n")


def read_choices(path: Path) -> list[Choice]:
    """All choices so far; none where there is no file. Raises ConfigError, with the line, where one can't be read."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_read(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def results_of(choices: Sequence[Choice]) -> list[tuple[str, str, float]]:
    """Each choice as two runs and how much of it the first won: 1, 0, or a half."""
    share = {"left": 1.0, "right": 0.0, "same": 0.5}
    return [(choice.left, choice.right, share[choice.chosen]) for choice in choices]


def _read(path: Path, number: int, line: str) -> Choice:
    try:
        return Choice(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise ConfigError("", f"{path}, line {number}: no choice ({error}); mend or delete the line") from error
