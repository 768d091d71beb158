"""Scores from comparisons of two (Bradley and Terry, 1952)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmrl_runner.envs.arrays import FloatArray

# Of a comparison that everybody won, and one that everybody lost, against an average one: keeps scores finite.
PRIOR = 0.5
Z = 1.959964  # of a 95 % interval
MOST_ROUNDS, CLOSE = 100, 1e-10


@dataclass(frozen=True)
class Score:
    """strength: the log-odds of being preferred to an average one, with its 95 % interval. comparisons: how many."""

    name: str
    strength: float
    low: float
    high: float
    comparisons: int

    @property
    def preferred(self) -> float:
        """How likely it is preferred to an average one."""
        return 1 / (1 + math.exp(-self.strength))


def bradley_terry(results: Sequence[tuple[str, str, float]]) -> list[Score]:
    """Scores, best first, of comparisons: two names, and how much of it the first won (1, 0, or 0.5).

    The maximum of the likelihood with a weak prior, by Newton's method; intervals are from its curvature there.
    """
    names = list(dict.fromkeys(name for left, right, _ in results for name in (left, right)))
    if not names:
        return []
    place = {name: index for index, name in enumerate(names)}
    pairs = np.array([(place[left], place[right]) for left, right, _ in results])
    won = np.array([share for *_, share in results], dtype=np.float64)
    strengths = np.zeros(len(names))
    for _ in range(MOST_ROUNDS):
        slope, curve = _derivatives(strengths, pairs, won)
        step = np.linalg.solve(curve, slope)
        strengths = strengths + step
        if np.abs(step).max() < CLOSE:
            break
    spread = np.sqrt(np.diag(np.linalg.inv(_derivatives(strengths, pairs, won)[1])))
    counts = np.bincount(pairs.ravel(), minlength=len(names))
    figures = zip(names, strengths, spread, counts, strict=True)
    scores = [Score(name, float(at), float(at - Z * sd), float(at + Z * sd), int(n)) for name, at, sd, n in figures]
    return sorted(scores, key=lambda score: -score.strength)


def _derivatives(strengths: FloatArray, pairs: FloatArray, won: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slope (k,) of the log-likelihood, and minus its curvature (k, k)."""
    left, right = pairs.T
    odds = 1 / (1 + np.exp(strengths[right] - strengths[left]))
    against_average = 1 / (1 + np.exp(-strengths))
    slope = PRIOR * (1 - 2 * against_average)
    np.add.at(slope, left, won - odds)
    np.add.at(slope, right, odds - won)
    weight = odds * (1 - odds)
    curve = np.diag(2 * PRIOR * against_average * (1 - against_average))
    for rows, columns, sign in ((left, left, 1), (right, right, 1), (left, right, -1), (right, left, -1)):
        np.add.at(curve, (rows, columns), sign * weight)
    return slope, curve
