"""The probability of improvement of every arm on every other, as a table of shaded cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmrl_runner.report.several.improvement import Improvement
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.study import Arm
from llmrl_runner.report.several.wording import share_words

EVEN = 0.5


@dataclass(frozen=True)
class Square:
    """One pair. share: its probability, nothing where the arms share no environment; lead: how far it is from even, in
    percent of all the way; side: `above` or `below` even; is_clear: whether its interval leaves even out."""

    share: str = ""
    interval: str = ""
    lead: float = 0.0
    side: str = ""
    is_clear: bool = False
    words: str = ""


@dataclass(frozen=True)
class Matrix:
    """A row an arm, a column each other."""

    arms: Sequence[Arm]
    rows: Sequence[tuple[Arm, Sequence[Square | None]]]
    is_uneven: bool  # whether pairs share different environments


def matrix_of(report: Report) -> Matrix | None:
    """None where no two arms share an environment."""
    pairs = {(pair.first, pair.second): pair for pair in report.improvements}
    if not pairs:
        return None
    arms = [arm for arm in report.study.arms if any(arm is first for first, _ in pairs)]
    rows = [(first, [_square(first, second, pairs.get((first, second))) for second in arms]) for first in arms]
    return Matrix(arms, rows, len({tuple(env.place for env in pair.envs) for pair in pairs.values()}) > 1)


def _square(first: Arm, second: Arm, pair: Improvement | None) -> Square | None:
    if first is second:
        return None
    if pair is None:
        return Square(words="They share no environment.")
    value, bounds = pair.probability.value, pair.probability.interval
    envs = ", ".join(env.name for env in pair.envs)
    return Square(
        share=f"{100 * value:.0f} %",
        interval=f"{100 * bounds[0]:.0f} to {100 * bounds[1]:.0f}" if bounds else "one run",
        lead=200 * abs(value - EVEN),
        side="above" if value > EVEN else "below" if value < EVEN else "",
        is_clear=bounds is not None and (bounds[0] > EVEN or bounds[1] < EVEN),
        words=f"{pair.first.title} above {pair.second.title}: {share_words(pair.probability)}, on {envs}",
    )
