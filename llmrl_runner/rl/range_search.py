"""CMA-ES over a few named numbers, each within a range of its own, told only which of its proposals were better."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from llmrl_runner.envs.arrays import FloatArray

DIGITS = 4  # of a proposed number: nobody wants to read more, and no training can tell them apart

Range = tuple[float, float]


class RangeSearch:
    """CMA-ES (Hansen, 2016, the package cmaes), a generation at a time.

    ranges: name -> (low, high), at least one. start: where it begins, within them. population: proposals a generation,
    at least 4. sigma: the first step's size, as a share of a range. A range whose ends are both positive is searched on
    a log scale. The same arguments and scores give the same proposals.
    """

    def __init__(
        self, start: Mapping[str, float], ranges: Mapping[str, Range], population: int, sigma: float, seed: int
    ) -> None:
        from cmaes import CMA

        self._ranges = dict(ranges)
        shares = np.array([share_of(start[name], limits) for name, limits in ranges.items()])
        unit = np.tile([0.0, 1.0], (len(shares), 1))
        self._cma: Any = CMA(mean=shares, sigma=sigma, bounds=unit, population_size=population, seed=seed)
        self._asked: list[FloatArray] = []

    def ask(self) -> list[dict[str, float]]:
        """The next generation: a value for each name."""
        self._asked = [self._cma.ask() for _ in range(self._cma.population_size)]
        return [self._values(point) for point in self._asked]

    def tell(self, scores: Sequence[ArrayLike]) -> None:
        """What the generation came to, more is better. Only the order counts, as CMA-ES itself uses no more."""
        self._cma.tell(list(zip(self._asked, ranks(scores), strict=True)))

    def _values(self, point: FloatArray) -> dict[str, float]:
        return {
            name: value_at(float(share), limits)
            for share, (name, limits) in zip(point, self._ranges.items(), strict=True)
        }


def ranks(scores: Sequence[Any]) -> list[float]:
    """How many others are better than each, those that are as good counting half."""
    return [
        float(sum(other > score for other in scores) + (sum(other == score for other in scores) - 1) / 2)
        for score in scores
    ]


def share_of(value: float, limits: Range) -> float:
    """Where a value stands in its range, 0 to 1."""
    low, high = _scaled(limits)
    [scaled] = _scaled(limits, value)
    return float(np.clip((scaled - low) / (high - low), 0.0, 1.0))


def value_at(share: float, limits: Range) -> float:
    """The value at a share of its range, in few digits."""
    low, high = _scaled(limits)
    scaled = low + share * (high - low)
    value = float(np.exp(scaled)) if is_log(limits) else float(scaled)
    return min(max(float(f"{value:.{DIGITS}g}"), limits[0]), limits[1])


def is_log(limits: Range) -> bool:
    """Whether both ends are positive."""
    return limits[0] > 0


def _scaled(limits: Range, *values: float) -> list[float]:
    """These values, or the two ends, on the range's scale."""
    numbers = values or limits
    return [float(np.log(number)) if is_log(limits) else number for number in numbers]
