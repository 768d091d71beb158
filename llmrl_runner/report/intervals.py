"""What several runs of one arm say together: interquartile means and intervals over runs, by rliable.

rliable is imported where it is used: with pandas and statsmodels behind it, that takes a second or two.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.runs.lookup import Interval

REPS = 2000  # resamples, as in rliable's own examples
LEVEL = 0.95
TRIMMED = 0.25  # from either side: what is left is the interquartile mean
SEED = 0

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimates:
    """A figure and its 95 % interval at each of k places; `bounds` (2, k) is None for a single run."""

    points: Floats
    bounds: Floats | None

    @property
    def first(self) -> float:
        """The figure where k is 1."""
        return float(self.points[0])

    @property
    def interval(self) -> Interval | None:
        """Its interval where k is 1."""
        return None if self.bounds is None else (float(self.bounds[0, 0]), float(self.bounds[1, 0]))


def iqm(scores: Floats, reps: int = REPS) -> Estimates:
    """The interquartile mean over runs of `scores` (runs, k), at each of the k places.

    It leaves out the lowest and the highest quarter of the runs, rounded down, and so none of fewer than four. Source:
    Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021.
    """
    cut = int(TRIMMED * len(scores))
    kept = slice(cut, len(scores) - cut)  # as scipy's trim_mean, which is four times as slow on so few numbers
    return bootstrapped(scores, lambda drawn: np.asarray(np.sort(drawn, axis=0)[kept].mean(axis=0)), reps)


def mean(scores: Floats, reps: int = REPS) -> Estimates:
    """The mean over runs of `scores` (runs, k), at each of the k places."""
    return bootstrapped(scores, lambda drawn: np.asarray(drawn.mean(axis=0)), reps)


def bootstrapped(scores: Floats, statistic: Statistic, reps: int) -> Estimates:
    """`statistic` of `scores` (runs, k), with rliable's percentile intervals over `reps` resamples of the runs.

    Each of the k places is resampled by itself. The same scores give the same interval, always.
    """
    from rliable.library import get_interval_estimates

    points = statistic(scores)
    if len(scores) < 2:
        return Estimates(points, None)
    of_one_task = {"arm": scores[:, np.newaxis, :]}  # rliable's scores are (runs, tasks, places)
    with _numpy_seeded(SEED):
        _, bounds = get_interval_estimates(
            of_one_task, lambda drawn: statistic(drawn[:, 0]), reps=reps, confidence_interval_size=LEVEL
        )
    return Estimates(points, np.asarray(bounds["arm"], dtype=np.float64))


def share_interval(count: int, of: int) -> Interval:
    """Wilson's 95 % interval of the share `count` of `of`, which must be at least 1 (Wilson 1927)."""
    from scipy.stats import binomtest

    found: Any = binomtest(count, of).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def median_step(steps: Sequence[int | None]) -> float | None:
    """The median over runs of the steps to something; a run that never got there (None) counts as later than any.

    None where that leaves the median itself unknown: half of the runs or more never got there.
    """
    middle = float(np.median([np.inf if step is None else step for step in steps]))
    return middle if np.isfinite(middle) else None


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """rliable 1.2 draws from numpy's global generator whatever `random_state` says; afterwards it is as it was."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)
