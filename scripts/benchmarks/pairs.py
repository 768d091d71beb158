"""Measuring honestly on a busy machine: one warm-up, alternating pairs, medians."""

import statistics
from collections.abc import Callable

Timed = Callable[[], float]


def medians(measure: Timed, repeats: int) -> tuple[float, list[float]]:
    """The median of `repeats` measurements in seconds, after one that doesn't count, and all of them."""
    measure()
    seconds = [measure() for _ in range(repeats)]
    return statistics.median(seconds), seconds


def paired_medians(first: Timed, second: Timed, repeats: int) -> tuple[float, float]:
    """The medians of two measurements in seconds, taken in turn, so that a slow spell of the machine hits both."""
    first(), second()
    pairs = [(first(), second()) for _ in range(repeats)]
    firsts, seconds = zip(*pairs, strict=True)
    return statistics.median(firsts), statistics.median(seconds)
