"""A reward that an LLM drafted, with all that is known of it: drafts.json in an iteration's folder."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal, get_args

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json, write_json

FILE_NAME = "drafts.json"
# drafted: stood the checks, not trained yet. rejected: fell in a check. let go: others did better, or its preference
# was too low. failed: its code ended a training. trained: to the end of the last budget.
Status = Literal["drafted", "rejected", "let go", "failed", "trained"]


@dataclass(frozen=True)
class CheckResult:
    """What a check found. line: for the LLM, what is wrong, or a warning where it passed; empty where all is well."""

    name: str
    passed: bool
    line: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    traceback: str = ""  # through the draft's own lines, where its code raised


@dataclass(frozen=True)
class Preference:
    """Which of two stored episodes a draft pays more (see methods/rewards/preference.py).

    pairs: of a better and a worse episode. share: of the pairs, in which the draft pays the better one more, ties half;
    None without pairs. rank_correlation: Kendall's tau of the draft's discounted returns with the environment's
    returns; None where either doesn't vary. by: what tells better from worse. passed: whether it may be trained.
    """

    pairs: int
    share: float | None
    rank_correlation: float | None
    by: Literal["success", "return"]
    passed: bool = True


@dataclass(frozen=True)
class Rung:
    """Trainings of one draft with one budget, an entry a seed: mean scores over the last evaluation's episodes.

    timesteps: environment steps of each. successes: shares of episodes; empty where success isn't defined. returns: by
    the environment's own reward. lengths: steps. curves: success, or return where that isn't defined, on average over
    all evaluations of a training: of two rewards that succeed alike the sooner one has the higher.
    """

    timesteps: int
    returns: list[float]
    lengths: list[float]
    successes: list[float] = field(default_factory=list)
    curves: list[float] = field(default_factory=list)

    @property
    def success(self) -> float | None:
        """The median over seeds."""
        return median(self.successes) if self.successes else None

    @property
    def episode_return(self) -> float:
        """The median over seeds."""
        return median(self.returns)

    @property
    def length(self) -> float:
        """The median over seeds."""
        return median(self.lengths)

    @property
    def score(self) -> tuple[float, float, float]:
        """What drafts are ranked by: success (return where that isn't defined) at the end, never the best on the way;
        then how soon; then return."""
        last = self.episode_return if self.success is None else self.success
        return (last, median(self.curves) if self.curves else last, self.episode_return)


@dataclass
class Draft:
    """One draft.

    number: from 1. reason: why it is rejected, let go or failed, in one line. feedback: what the LLM is told of its
    training. constants: what a tuner gave its CONSTANTS. tuning: what came of that, in a line.
    """

    iteration: int
    number: int
    source: str
    status: Status = "drafted"
    reason: str = ""
    constants: dict[str, float] = field(default_factory=dict)
    tuning: str = ""
    checks: list[CheckResult] = field(default_factory=list)
    preference: Preference | None = None
    rungs: list[Rung] = field(default_factory=list)
    feedback: str = ""

    @property
    def name(self) -> str:
        """`2.1`: the first draft of iteration 2."""
        return f"{self.iteration}.{self.number}"

    @property
    def passed(self) -> bool:
        """Whether it may be trained: all checks and the preference passed."""
        return all(check.passed for check in self.checks) and (self.preference is None or self.preference.passed)

    @property
    def warnings(self) -> list[str]:
        """What the checks remark without rejecting it."""
        return [check.line for check in self.checks if check.passed and check.line]

    @property
    def traceback(self) -> str:
        """Through its own lines, where it raised in a check."""
        return next((check.traceback for check in self.checks if not check.passed), "")

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Draft":
        """What `to_json` made. Raises ValueError, TypeError or KeyError where it is none."""
        if data["status"] not in get_args(Status):
            raise ValueError(f"status '{data['status']}' is not known")
        checks = [CheckResult(**check) for check in data["checks"]]
        preference = data["preference"] and Preference(**data["preference"])
        return cls(**(data | {"checks": checks, "preference": preference, "rungs": [Rung(**r) for r in data["rungs"]]}))


def ranked(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts by what is known of them, best first: those that were trained to the end, then further rungs before
    earlier ones, and among equals the better score.

    Those that were never trained come last, in their order. How many rungs there are to the end may differ: a run may
    go on from one with fewer.
    """

    def key(draft: Draft) -> tuple[bool, int, tuple[float, ...]]:
        is_whole = draft.status == "trained"
        return is_whole, 0 if is_whole else len(draft.rungs), draft.rungs[-1].score if draft.rungs else ()

    return sorted(drafts, key=key, reverse=True)


def taste(draft: Draft) -> float:
    """In which share of pairs of stored episodes it pays the better one more; a half where that isn't known."""
    share = draft.preference.share if draft.preference else None
    return 0.5 if share is None else share


def save_drafts(path: Path, drafts: Sequence[Draft]) -> None:
    """Write drafts.json, whole or not at all."""
    write_json(path, [draft.to_json() for draft in drafts])


def load_drafts(path: Path) -> list[Draft]:
    """What `save_drafts` wrote. Raises ConfigError where it can't be read."""
    try:
        return [Draft.from_json(entry) for entry in read_json(path)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        cure = f"delete {path.parent}, and the same command makes it again"
        raise ConfigError("", f"{path}: can't be read ({type(error).__name__}: {error}); {cure}") from error
