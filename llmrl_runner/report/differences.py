"""How far apart two runs' held-out returns are, with a 95 % interval: paired by episode where that can be done."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from llmrl_runner.runs.held_out import PlayedEpisode
from llmrl_runner.runs.lookup import Interval, JsonObject, number

LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """Second minus first. interval: None where there are too few episodes for one, or their spread isn't known.

    how: which test it is and of how many episodes, in words.
    """

    mean: float
    interval: Interval | None
    how: str

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0; without one nothing is clear."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


def difference_of_means(
    results: Sequence[JsonObject], episodes: Sequence[Sequence[PlayedEpisode]]
) -> Difference | None:
    """Between two runs' result.json, with their held_out.csv; None where one has no held-out return.

    Paired where both kept the same episodes one by one: what an episode's seed decides then cancels out.
    """
    first, second = episodes
    if first and [each.seed for each in first] == [each.seed for each in second]:
        pairs = zip(first, second, strict=True)
        return _paired([two.episode_return - one.episode_return for one, two in pairs])
    return _unpaired(*results)


def _paired(differences: Sequence[float]) -> Difference:
    """Student's t over the differences of pairs (n,)."""
    n, mean = len(differences), fmean(differences)
    how = f"paired over the same {n:,} episodes"
    if n < 2:
        return Difference(mean, None, how)
    half = _t(n - 1) * stdev(differences) / math.sqrt(n)
    return Difference(mean, (mean - half, mean + half), how)


def _unpaired(one: JsonObject, two: JsonObject) -> Difference | None:
    """Welch's t interval from means, standard deviations and counts (Welch 1947)."""
    means, spreads, counts = (
        [number(run, "held_out", key) for run in (one, two)] for key in ("return_mean", "return_std", "episodes")
    )
    if means[0] is None or means[1] is None:
        return None
    mean = means[1] - means[0]
    how = f"Welch's, unpaired, of {' and '.join(f'{count or 0:,.0f}' for count in counts)} episodes"
    if spreads[0] is None or spreads[1] is None or not all(count and count >= 2 for count in counts):
        return Difference(mean, None, how)
    errors = [spread**2 / (count or 1) for spread, count in zip((spreads[0], spreads[1]), counts, strict=True)]
    if not sum(errors):
        return Difference(mean, (mean, mean), how)
    freedom = sum(errors) ** 2 / sum(e**2 / ((count or 2) - 1) for e, count in zip(errors, counts, strict=True))
    half = _t(freedom) * math.sqrt(sum(errors))
    return Difference(mean, (mean - half, mean + half), how)


def _t(freedom: float) -> float:
    """Student's t for a two-sided interval at LEVEL."""
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, freedom))
