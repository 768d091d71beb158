"""The stratified bootstrap over runs, all resamples at once: each environment's runs are drawn anew among themselves.

rliable draws one resample at a time and wants as many runs in every environment; between tens of arms that takes it
minutes. Here a resample is how often it holds each run, so that most figures of all resamples are one matrix product.
Tests hold figures and intervals to rliable's. Source: Agarwal et al., "Deep Reinforcement Learning at the Edge of the
Statistical Precipice", NeurIPS 2021.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.intervals import LEVEL, REPS, SEED, TRIMMED
from llmrl_runner.runs.lookup import Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure over runs and its 95 % interval, None where an environment has a single run."""

    value: float
    interval: Interval | None


@dataclass(frozen=True)
class Resamples:
    """How often each resample holds each run. counts: an array (1 + reps, runs) a stratum, of which the first row is
    the runs as they are, each once. The same sizes are drawn the same, always."""

    counts: Sequence[Floats]

    @classmethod
    def of(cls, sizes: Sequence[int], reps: int = REPS) -> "Resamples":
        """Of strata with so many runs each, one at least."""
        rng = np.random.default_rng(SEED)
        drawn = [rng.multinomial(size, np.full(size, 1 / size), size=reps) for size in sizes]
        return cls([np.vstack([np.ones(counts.shape[1]), counts]) for counts in drawn])

    @property
    def pooled(self) -> Floats:
        """All strata side by side, (1 + reps, all runs)."""
        return np.hstack(list(self.counts))

    def estimate(self, values: Floats) -> Estimate:
        """Of a figure `values` (1 + reps,) of each resample: that of the runs themselves, and the percentiles."""
        bounds = None if min(counts.shape[1] for counts in self.counts) < 2 else percentiles(values[1:])
        return Estimate(float(values[0]), bounds)


def percentiles(values: Floats) -> Interval:
    """The middle 95 % of `values` (n,)."""
    low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)


def means(scores: Floats, counts: Floats) -> Floats:
    """The mean of each resample: scores (n, ...), counts (r, n); (r, ...)."""
    return np.asarray(np.tensordot(counts, scores, axes=1) / len(scores))


def iqms(scores: Floats, counts: Floats) -> Floats:
    """The interquartile mean of each resample: scores (n,), counts (r, n); (r,).

    A quarter of the n scores at either end, rounded down, is left out.
    """
    order = np.argsort(scores, kind="stable")
    until = np.cumsum(counts[:, order], axis=1)
    cut = int(TRIMMED * len(scores))
    inside = np.clip(until, cut, len(scores) - cut)
    kept = np.diff(inside, axis=1, prepend=cut)
    return np.asarray(kept @ scores[order] / (len(scores) - 2 * cut))


def wins(first: Floats, second: Floats) -> Floats:
    """1 where a score of `first` (n,) is above one of `second` (m,), a half where they are equal: (n, m)."""
    return np.asarray((first[:, None] > second) + 0.5 * (first[:, None] == second))
