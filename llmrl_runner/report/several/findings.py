"""What the figures come to in a few sentences, none of which says more than its interval."""

import math
from collections.abc import Iterator, Sequence

from llmrl_runner.report.several.improvement import Improvement
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.scores import Standing
from llmrl_runner.report.several.study import Arm
from llmrl_runner.report.several.wording import estimate_words, share_words

MOST_ENVIRONMENTS = 4  # that are told one by one
EVEN = 0.5
FEW_RUNS = 5
FEWEST = (
    "Some means are over fewer than {few} runs: an interval from so few is narrower than it should be, and what it "
    "leaves out may well be true."
)


def findings(report: Report) -> list[str]:
    """Over the first standing; where there is none, in each environment with several arms, the first few of them."""
    found = list(_of_standing(report, report.standings[0]) if report.standings else _of_environments(report))
    if not found:
        found = ["No two arms were run in the same environment, so there is nothing to compare yet."]
    if any(1 < len(score.cell.scored) < FEW_RUNS for scores in report.scores.values() for score in scores):
        found.append(FEWEST.format(few=FEW_RUNS))
    return found


def _of_standing(report: Report, standing: Standing) -> Iterator[str]:
    rows = standing.rows
    first = _alike([row.iqm.value for row in rows])
    middle = f"an interquartile mean of {estimate_words(rows[0].iqm)} on their common scale"
    best = _holding([row.arm for row in rows[:first]], "highest score")
    yield f"Over {len(standing.scales)} environments {best} of {len(rows)} arms, {middle}."
    yield from _against(report, rows[0].arm, [row.arm for row in rows[first:]])


def _of_environments(report: Report) -> Iterator[str]:
    several = [(env, scores) for env, scores in report.scores.items() if len(scores) > 1]
    for env, scores in several[:MOST_ENVIRONMENTS]:
        first = _alike([score.mean.value for score in scores])
        best = _holding([score.cell.arm for score in scores[:first]], "highest mean held-out return")
        yield f"On {env.name} {best} of {len(scores)} arms, {estimate_words(scores[0].mean)}."
        yield from _against(report, scores[0].cell.arm, [score.cell.arm for score in scores[first:]])
    if len(several) > MOST_ENVIRONMENTS:
        yield f"{len(several) - MOST_ENVIRONMENTS} more environments are in the leaderboard."


def _alike(highest_first: Sequence[float]) -> int:
    """How many share the first place."""
    return sum(math.isclose(value, highest_first[0]) for value in highest_first)


def _holding(arms: Sequence[Arm], place: str) -> str:
    """`a has the highest score`, `a, b and c share the highest score`."""
    *others, last = map(_quoted, arms)
    return f"{', '.join(others)} and {last} share the {place}" if others else f"{last} has the {place}"


def _quoted(arm: Arm) -> str:
    return f'"{arm.title}"'


def _against(report: Report, best: Arm, others: Sequence[Arm]) -> Iterator[str]:
    """Beside the control, else beside the arm that is next; nothing where all arms share the first place."""
    if not others:
        return
    other = next((arm for arm in others if arm.is_control), others[0])
    pair = next((pair for pair in report.improvements if (pair.first, pair.second) == (best, other)), None)
    if pair is not None:
        yield _verdict(pair)


def _verdict(pair: Improvement) -> str:
    against = f"the control {_quoted(pair.second)}" if pair.second.is_control else _quoted(pair.second)
    bounds = pair.probability.interval
    often = f"its runs return more than the other's with a probability of {share_words(pair.probability)}"
    if bounds is None:
        return f"Beside {against}, {often}; with a single run in an environment nothing can be said of other seeds."
    if bounds[0] > EVEN and pair.fewest < FEW_RUNS:
        return f"In these runs it does better than {against}, which so few only hint at: {often}."
    if bounds[0] > EVEN:
        return f"It does better than {against}: {often}."
    if bounds[1] < EVEN:
        return f"Yet it does worse than {against} more often than not: {often}."
    return f"These runs don't tell it apart from {against}: {often}."
