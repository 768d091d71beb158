"""Drafts of rewards, and the trainings of final seeds, as read from a run of method=reward_gen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from llmrl_runner.runs.lookup import JsonObject, number, section, value_at, word

FILE, FINAL, EPISODE = "drafts.json", "final", "episode.gif"
NUMBERED = re.compile(r"seed_(\d+)")
TRAINED = "trained"


@dataclass(frozen=True)
class DraftRecord:
    """A draft as its iteration's drafts.json has it, and the texts of its folder; a text is empty where there is none.

    iteration: the folder's number.
    """

    iteration: int
    folder: Path
    entry: JsonObject
    prompt: str = ""
    response: str = ""
    program: str = ""
    feedback: str = ""

    @property
    def name(self) -> str:
        """`2.1`: the first draft of iteration 2."""
        return f"{self.iteration}.{number(self.entry, 'number') or 0:.0f}"

    @property
    def status(self) -> str:
        """What became of it: trained, let go, failed, rejected."""
        return word(self.entry, "status") or "unknown"

    @property
    def reason(self) -> str:
        """Why it wasn't trained to the end."""
        return word(self.entry, "reason") or ""

    @property
    def constants(self) -> dict[str, float | None]:
        """What an optimiser gave its constants, by their names."""
        found = section(self.entry, "constants")
        return {str(name): number(found, name) for name in found}

    @property
    def is_trained(self) -> bool:
        """Whether it was trained to the end, so that it may be the winner."""
        return self.status == TRAINED

    @property
    def scores(self) -> list["RungScore"]:
        """What it scored after each budget."""
        rungs = value_at(self.entry, "rungs")
        return [RungScore.of(rung) for rung in rungs if section({"": rung}, "")] if isinstance(rungs, list) else []

    @property
    def rank(self) -> tuple[bool, int, tuple[float, ...]]:
        """What drafts are ranked by, the better the higher: trained to the end, else with further budgets; then
        success, or return, then how soon."""
        scores = self.scores
        return (self.is_trained, 0 if self.is_trained else len(scores), scores[-1].rank if scores else ())


@dataclass(frozen=True)
class RungScore:
    """Medians over the trainings with one budget; None where a figure isn't known, as success that isn't defined."""

    timesteps: int
    success: float | None
    episode_return: float | None
    curve: float | None

    @classmethod
    def of(cls, rung: JsonObject) -> "RungScore":
        """Of a rung in drafts.json."""
        steps = number(rung, "timesteps")
        return cls(int(steps or 0), *(_median(value_at(rung, key)) for key in ("successes", "returns", "curves")))

    @property
    def rank(self) -> tuple[float, float, float]:
        """See DraftRecord.rank."""
        last = self.episode_return if self.success is None else self.success
        low = float("-inf")
        return tuple(low if each is None else each for each in (last, self.curve, self.episode_return))  # type: ignore[return-value]


def ranked(drafts: Sequence[DraftRecord]) -> list[DraftRecord]:
    """The best first; those that were never trained last, in their order."""
    return sorted(drafts, key=lambda draft: draft.rank, reverse=True)


def winner_of(drafts: Sequence[DraftRecord]) -> DraftRecord | None:
    """The best of those that were trained to the end."""
    return next((draft for draft in ranked(drafts) if draft.is_trained), None)


def final_folders(run: Path) -> list[Path]:
    """The folders of a run's final trainings, in the order of their numbers."""
    found = [path for path in run.glob(f"{FINAL}/seed_*") if path.is_dir() and NUMBERED.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.name.removeprefix("seed_")))


def _median(values: object) -> float | None:
    known = [number({"": value}, "") for value in values] if isinstance(values, list) else []
    figures = [value for value in known if value is not None]
    return median(figures) if figures else None
