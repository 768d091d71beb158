"""Judging policies: a challenger against the incumbent on the same episodes, and the held-out test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.policies.base import Policy
from llmrl_runner.rl.intervals import LEVEL, Interval, mean_interval, wilson_interval
from llmrl_runner.rl.rollout import EpisodeScores

Trial = Callable[[Policy, IntArray], EpisodeScores]
Verdict = Literal["challenger", "incumbent", "undecided"]


@dataclass(frozen=True)
class Comparison:
    """How a challenger did beside the incumbent.

    challenger, incumbent: their scores on the same seeds, incumbent None where there was none. difference: mean of the
    paired differences (challenger minus incumbent), interval at the stated level; None where there is none. is_clear:
    whether the difference was told from chance. reason: one line in words.
    """

    verdict: Verdict
    is_clear: bool
    reason: str
    challenger: EpisodeScores
    incumbent: EpisodeScores | None
    difference: float | None
    interval: Interval | None

    @property
    def is_better(self) -> bool:
        """Whether the challenger replaces the incumbent."""
        return self.verdict == "challenger"


def compare(
    challenger: Policy,
    incumbent: Policy | None,
    trial: Trial,
    seeds: IntArray,
    stages: Sequence[int] = (3, 10, 30),
    level: float = LEVEL,
) -> Comparison:
    """Both policies on the same seeds, in stages: a clear loser is let go early, a contender plays them all.

    trial plays a policy on seeds; seeds (at least stages[-1],); stages: episodes each has played after each stage.
    Without an incumbent the challenger plays all stages and is taken. A difference is clear where its t interval
    at `level` leaves out 0; where all differences are the same, the t interval says nothing, so it takes as many of
    them as a sign test does. What isn't clear after the last stage keeps the incumbent: replacing it on a mean that may
    be chance would, proposal after proposal, end with the luckiest and not with the best. The incumbent is replaced
    by its mere equal in (1 - level) / 2 of all comparisons at most, 2.5 % at 0.95, as far as the mean of the
    differences is normal: only the last stage can replace it, and half of what the interval leaves out lies on that
    side. Raises ValueError for too few seeds or stages that don't rise.
    """
    _check(seeds, stages)
    if incumbent is None:
        return _unopposed(trial(challenger, seeds[: stages[-1]]))
    ours, theirs, played = _NOTHING, _NOTHING, 0
    for stage in stages:
        ours = _joined(ours, trial(challenger, seeds[played:stage]))
        theirs = _joined(theirs, trial(incumbent, seeds[played:stage]))
        played = stage
        differences = ours.returns - theirs.returns
        if differences.mean() < 0 and _is_clear(differences, level):
            break
    return _decided(ours, theirs, differences, level)


def held_out_summary(scores: EpisodeScores | None, seeds: IntArray) -> dict[str, Any]:
    """result.json's `held_out`: figures of the episodes on `seeds` (n,), consecutive; None for what is not known."""
    empty = {"episodes": 0, "return_mean": None, "return_std": None, "return_ci95": None}
    rates: dict[str, Any] = {"success_rate": None, "success_ci95": None, "length_mean": None}
    if scores is None or not len(scores):
        return {**empty, **rates, "seeds_first": None, "seeds_last": None}
    return {
        "episodes": len(scores),
        "return_mean": float(scores.returns.mean()),
        "return_std": float(scores.returns.std(ddof=1)) if len(scores) > 1 else None,
        "return_ci95": _listed(mean_interval(scores.returns)),
        **success_figures(scores),
        "length_mean": float(scores.lengths.mean()),
        "seeds_first": int(seeds[0]),
        "seeds_last": int(seeds[-1]),
    }


def success_figures(scores: EpisodeScores) -> dict[str, Any]:
    """Success rate and its Wilson interval, None where success is not defined."""
    if scores.successes is None:
        return {"success_rate": None, "success_ci95": None}
    reached = int(scores.successes.sum())
    return {"success_rate": reached / len(scores), "success_ci95": _listed(wilson_interval(reached, len(scores)))}


_NOTHING = EpisodeScores(np.empty(0), np.empty(0, dtype=np.int64), None)


def _joined(before: EpisodeScores, after: EpisodeScores) -> EpisodeScores:
    successes = after.successes
    if len(before) and before.successes is not None and after.successes is not None:
        successes = np.concatenate([before.successes, after.successes])
    returns, lengths = [before.returns, after.returns], [before.lengths, after.lengths]
    return EpisodeScores(np.concatenate(returns), np.concatenate(lengths), successes)


def _is_clear(differences: FloatArray, level: float) -> bool:
    """Whether the differences leave no doubt, at this level, about who is better."""
    if (differences == differences[0]).all():
        return bool(differences[0] != 0) and 2.0 ** (1 - len(differences)) <= 1 - level
    interval = mean_interval(differences, level)
    return interval is not None and not interval[0] <= 0 <= interval[1]


def _decided(ours: EpisodeScores, theirs: EpisodeScores, differences: FloatArray, level: float) -> Comparison:
    mean, is_clear = float(differences.mean()), _is_clear(differences, level)
    verdict: Verdict = "incumbent" if mean < 0 else "challenger" if is_clear else "undecided"
    interval = mean_interval(differences, level)
    means = (
        f"{ours.returns.mean():.4g} against {theirs.returns.mean():.4g} of the best policy so far, over the same "
        f"{len(ours)} episodes"
    )
    return Comparison(verdict, is_clear, f"{means}: {_words(mean, is_clear)}", ours, theirs, mean, interval)


def _words(difference: float, is_clear: bool) -> str:
    if difference == 0:
        return "no difference, so the best policy so far stays"
    if difference < 0:
        return "clearly worse" if is_clear else "worse, though it may be chance"
    return "clearly better" if is_clear else "ahead, but it may be chance, so the best policy so far stays"


def _unopposed(scores: EpisodeScores) -> Comparison:
    reason = f"{scores.returns.mean():.4g} over {len(scores)} episodes: the first policy, there is none to beat"
    return Comparison("challenger", False, reason, scores, None, None, None)


def _check(seeds: IntArray, stages: Sequence[int]) -> None:
    if not stages or stages[0] < 1 or any(later <= earlier for earlier, later in pairwise(stages)):
        raise ValueError(f"stages must rise from at least 1, got {list(stages)}")
    if len(seeds) < stages[-1]:
        raise ValueError(f"{stages[-1]} seeds needed for the last stage, got {len(seeds)}")


def _listed(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)
