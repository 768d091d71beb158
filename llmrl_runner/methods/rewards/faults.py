"""What went wrong in a draft's training, in words: the ways in which rewards fail, told from its figures.

The list of ways is that of conf/prompts/reward_gen/system.md; each threshold is a rule of thumb, and what it finds is
told to the LLM beside the figures, never used to choose.
"""

import numpy as np

from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.methods.rewards.seen import TrainingSeen
from llmrl_runner.methods.rewards.tables import correlation, number

FLOODS = 30.0  # times the spread of every other term
FLAT = 1e-8
RISES = 0.1  # of the reward's whole spread, from the first tenth's mean to the last's
LEARNED = 0.05  # by which success has to be higher at the end than at first
SOLVED = 0.95
TIES = 0.5  # a correlation that counts


def faults(seen: TrainingSeen) -> list[str]:
    """Each fault in a line, the gravest first; none where nothing is to be seen."""
    found = [flooding(seen), not_finishing(seen), misleading(seen), flat(seen)]
    return [line for line in found if line]


def flooding(seen: TrainingSeen) -> str:
    """One term so large that the others don't count."""
    ranked = sorted(((spread, name) for name, spread in seen.spreads.items() if spread > FLAT), reverse=True)
    if len(ranked) < 2 or ranked[0][0] <= FLOODS * ranked[1][0]:
        return ""
    (first, name), (second, _) = ranked[:2]
    ranges = f"went over a range of {number(first)}, the next term over {number(second)}"
    return f"Flooding: `{name}` {ranges}; it alone counts."


def flat(seen: TrainingSeen) -> str:
    """Terms that never varied."""
    names = ", ".join(f"`{name}`" for name, spread in seen.spreads.items() if spread <= FLAT)
    return f"Flat: never changed in the whole training: {names}." if names else ""


def misleading(seen: TrainingSeen) -> str:
    """The reward rose and the score didn't, or neither did."""
    if len(seen.played) < 2 or _is_learned(seen):
        return ""
    told = [tenth.reward for tenth in seen.played if tenth.reward is not None]
    rise, spread = told[-1].mean - told[0].mean, max(each.high for each in told) - min(each.low for each in told)
    means = f"from {number(told[0].mean)} to {number(told[-1].mean)} a step"
    if rise > RISES * spread:
        return (
            f"Misleading: the mean reward rose {means}, the environment's score didn't: it can be had without the task."
        )
    return f"Weak: neither the mean reward ({means}) nor the environment's score rose: it leads nowhere from the start."


def not_finishing(seen: TrainingSeen) -> str:
    """Longer episodes are paid more, and are the worse ones."""
    last = seen.last
    longer_pays = correlation(last.sums, last.lengths)
    better = last.returns if last.successes is None else last.successes
    longer_is_better = correlation(better, last.lengths)
    if longer_pays is None or longer_is_better is None or longer_pays < TIES or longer_is_better > -TIES:
        return ""
    means = [number(float(last.sums[chosen].mean())) for chosen in _shorter_and_longer(last.lengths)]
    return f"Paying for not finishing: short episodes were better, and paid {means[0]} in all, long ones {means[1]}."


def milestones(seen: TrainingSeen) -> str:
    """When success came; nothing where it isn't defined."""
    rates = [(steps, float(each.successes.mean())) for steps, each in seen.scores if each.successes is not None]
    words = []
    for share in (0.5, SOLVED):
        reached = [steps for steps, rate in rates if rate >= share]
        words.append(f"{share:.0%} " + (f"first after {reached[0]} steps" if reached else "never"))
    return f"Success reached {', '.join(words)}." if rates else ""


def _is_learned(seen: TrainingSeen) -> bool:
    """Whether the score rose from the first evaluation to the last, or is good, or there is nothing to compare."""
    scores = [each for _, each in seen.scores]
    if len(scores) < 2:
        return True
    first, last = scores[0], scores[-1]
    if first.successes is not None and last.successes is not None:
        rate = float(last.successes.mean())
        return rate >= SOLVED or rate > float(first.successes.mean()) + LEARNED
    return float(last.returns.mean()) > float(first.returns.mean()) + float(first.returns.std()) / 2


def _shorter_and_longer(lengths: IntArray) -> tuple[BoolArray, BoolArray]:
    middle = np.median(lengths)
    return lengths <= middle, lengths > middle
