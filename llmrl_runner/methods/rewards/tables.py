"""A draft's training in tables, as its writer is shown it."""

from collections.abc import Sequence

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.methods.rewards.seen import REWARD, PaidEpisodes
from llmrl_runner.rl.paid_record import Spread, Tenth
from llmrl_runner.rl.rollout import EpisodeScores

DIGITS = 3
FIGURES = ("min", "mean", "max")
MOST_EVALUATIONS = 12  # columns; of more, as many are shown, evenly spread, the first and the last among them
FEWEST = 3  # episodes that a correlation needs


def paid_table(tenths: Sequence[Tenth]) -> str:
    """Smallest, mean and largest of the reward and of each component, a column a tenth of the training."""
    names = dict.fromkeys([REWARD, *(name for tenth in tenths for name in tenth.components)])
    header = ["tenth", "", *(str(number) for number in range(1, len(tenths) + 1))]
    rows = [
        [name if figure == "min" else "", figure, *(_figure(_spread(tenth, name), figure) for tenth in tenths)]
        for name in names
        for figure in FIGURES
    ]
    return aligned([header, *rows])


def evaluations_table(scores: Sequence[tuple[int, EpisodeScores]]) -> str:
    """Success, return and length, means of the episodes of each evaluation, a column an evaluation."""
    shown = [scores[index] for index in _spread_out(len(scores), MOST_EVALUATIONS)]
    rows = [["after steps", *(str(steps) for steps, _ in shown)]]
    if all(each.successes is not None for _, each in shown):
        rows.append(["success", *(f"{each.successes.mean():.0%}" for _, each in shown if each.successes is not None)])
    rows.append(["return", *(number(each.returns.mean()) for _, each in shown)])
    rows.append(["length", *(number(each.lengths.mean()) for _, each in shown)])
    return aligned(rows)


def correlations_text(last: PaidEpisodes) -> str:
    """How what each term paid an episode goes with success, or else with the return."""
    told = _yardstick(last)
    if told is None:
        return f"The {len(last.returns)} episodes of the last evaluation went alike: no term can be held against them."
    name, values = told
    found = ((term, correlation(sums, values)) for term, sums in last.terms.items())
    listed = ", ".join(f"{term} {'-' if value is None else f'{value:+.2f}'}" for term, value in found)
    episodes = f"{len(values)} episodes of the last evaluation; - where it paid all alike"
    return f"Correlation with {name} of what each paid an episode ({episodes}): {listed}."


def correlation(one: AnyArray, other: AnyArray) -> float | None:
    """Pearson's; None where one doesn't vary or there are too few."""
    if len(one) < FEWEST or _is_flat(one) or _is_flat(other):
        return None
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])


def number(value: float) -> str:
    """Three significant digits."""
    return f"{value:.{DIGITS}g}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many cells as a text in columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ((cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)) for row in rows)
    return "\n".join(" ".join([row[0].ljust(widths[0]), *line]) for row, line in zip(rows, lines, strict=True))


def _yardstick(last: PaidEpisodes) -> tuple[str, FloatArray] | None:
    """What tells better episodes from worse: success where there were both, else the environment's return."""
    if last.successes is not None and not _is_flat(last.successes):
        return "success", last.successes.astype(np.float64)
    return None if _is_flat(last.returns) else ("the environment's return", last.returns)


def _is_flat(values: AnyArray) -> bool:
    numbers = values.astype(np.float64)
    return len(numbers) == 0 or bool(np.ptp(numbers) <= 1e-9 * max(1.0, float(np.abs(numbers).max())))


def _spread(tenth: Tenth, name: str) -> Spread | None:
    return tenth.reward if name == REWARD else tenth.components.get(name)


def _figure(spread: Spread | None, figure: str) -> str:
    return "-" if spread is None else number({"min": spread.low, "mean": spread.mean, "max": spread.high}[figure])


def _spread_out(count: int, most: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()))
