"""Confidence intervals of a mean and of a rate."""

import math

from llmrl_runner.envs.arrays import FloatArray

LEVEL = 0.95

Interval = tuple[float, float]


def mean_interval(values: FloatArray, level: float = LEVEL) -> Interval | None:
    """Student's t interval of the mean of `values` (n,); None for fewer than two."""
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return None
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * float(values.std(ddof=1)) / math.sqrt(n)
    mean = float(values.mean())
    return mean - half, mean + half


def wilson_interval(successes: int, n: int, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval of a rate, `successes` of `n` (Wilson 1927); None where n is 0."""
    from scipy.special import ndtri

    if n == 0:
        return None
    z = float(ndtri(0.5 + level / 2))
    rate = successes / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return 0.0 if successes == 0 else low, 1.0 if successes == n else high  # exactly so, without what rounding leaves
