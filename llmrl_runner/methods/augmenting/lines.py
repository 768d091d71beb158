"""What is known of each line of an environment, as a file that people read, edit and use again: lines.json."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.rl.advice import Advice

FILE_NAME = "lines.json"
MOST = 10**9  # of anything that is counted
ADVICE, SCORES = "advice", "scores"  # what a line can be asked for


@dataclass
class Line:
    """One line: how often it came up; how often each action was advised, and each score from 0 to 100, of its samples.

    Both may be empty for a line that was asked about, where no answer could be used; asked: for what it was.
    """

    met: int = 0
    advice: dict[str, int] = field(default_factory=dict)
    scores: list[float] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass
class Lines:
    """Of one environment, with the names of its actions, and who was asked."""

    env: str
    actions: list[str]
    by: str = ""
    of: dict[str, Line] = field(default_factory=dict)

    def meet(self, met: Counter[str]) -> None:
        """Count lines that came up; new ones are added."""
        for line, times in met.items():
            self.of.setdefault(line, Line()).met += times

    def most_met(self, count: int) -> list[str]:
        """The `count` lines that came up most; equals in alphabetical order, so that a file keeps them as they were."""
        return sorted(self.of, key=lambda line: (-self.of[line].met, line))[:count]

    def to_ask(self, what: str, most: int) -> list[str]:
        """The lines that come up most of those that nobody was asked about, so many that `most` are in the end."""
        new = [line for line in self.most_met(len(self.of)) if what not in self.of[line].asked]
        return new[: max(0, most - (len(self.of) - len(new)))]

    def answer(self, what: str, line: str, given: dict[str, int] | list[float]) -> None:
        """Note what came of asking about a line."""
        entry = self.of[line]
        setattr(entry, what, given)
        entry.asked = sorted({*entry.asked, what})

    def advice(self) -> Advice:
        """What was advised, by the numbers of the actions."""
        told = {line: known.advice for line, known in self.of.items() if any(known.advice.values())}
        return Advice(
            len(self.actions), {line: [votes.get(name, 0) for name in self.actions] for line, votes in told.items()}
        )

    def potentials(self) -> dict[str, float]:
        """The mean score of each line that was scored, from 0 to 1."""
        return {line: sum(known.scores) / len(known.scores) / 100 for line, known in self.of.items() if known.scores}

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all, the lines that came up most first."""
        ordered = {line: asdict(self.of[line]) for line in self.most_met(len(self.of))}
        write_json(path, {"env": self.env, "actions": self.actions, "by": self.by, "lines": ordered})

    @classmethod
    def load(cls, path: Path, env: str, actions: Sequence[str], key: str) -> "Lines":
        """What `save` wrote, or somebody edited. Raises ConfigError, with key and line, where it doesn't fit."""
        try:
            data = read_json(path)
        except (OSError, ValueError) as error:
            raise ConfigError(key, f"{path}: can't be read ({type(error).__name__}: {error})") from error
        try:
            return _checked(data, env, list(actions))
        except _MisfitError as error:
            raise ConfigError(key, f"{path}: {error}") from error


class _MisfitError(Exception):
    """What is wrong with a file of lines, in words."""


def _checked(data: Any, env: str, actions: list[str]) -> Lines:
    if not isinstance(data, dict) or not isinstance(data.get("lines"), dict):
        raise _MisfitError("no table of lines: an object with `env`, `actions` and `lines` is needed")
    if data.get("env") != env:
        raise _MisfitError(f"is about {data.get('env')}, this run about {env}")
    if data.get("actions") != actions:
        raise _MisfitError(f"has the actions {data.get('actions')}, {env} has {actions}")
    known = {line: _line(line, entry, actions) for line, entry in data["lines"].items()}
    return Lines(env, actions, str(data.get("by", "")), known)


def _line(line: str, entry: Any, actions: Sequence[str]) -> Line:
    if not isinstance(entry, Mapping):
        raise _MisfitError(f"`{line}`: an object with `advice` and `scores` is needed")
    advice, scores, met = entry.get("advice") or {}, entry.get("scores") or [], entry.get("met", 0)
    if not isinstance(advice, Mapping) or not all(name in actions and _counts(times) for name, times in advice.items()):
        raise _MisfitError(f"`{line}`: advice must be how often each of {', '.join(actions)} was named; got {advice}")
    if not isinstance(scores, list) or not all(_is_score(score) for score in scores):
        raise _MisfitError(f"`{line}`: scores must be numbers from 0 to 100, got {scores}")
    asked = [
        what for what, given in ((ADVICE, advice), (SCORES, scores)) if given or what in (entry.get("asked") or [])
    ]
    return Line(met if _counts(met) else 0, dict(advice), [float(score) for score in scores], asked)


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
