"""What learning.md says of its table and pictures: what exactly each figure is."""

from collections.abc import Iterator, Sequence

from llmrl_runner.report.comparison import Comparison
from llmrl_runner.report.evaluations import RETURN, SAMPLED, SUCCESS
from llmrl_runner.runs.wording import count_words, score_words

INTRODUCTION = """\
# What was learned, and how soon

Made from run folders by `python -m llmrl_runner.report --learning`.
"""
CURVES = """\
Lines are the {what}, bands its 95 % interval from {reps:,}
bootstrap resamples of the runs, at each evaluation by itself. An arm stands on the steps at which all its runs were
evaluated; nothing is interpolated or smoothed.
"""
VISITS = """\
Where the agents of the sampled episodes stood, over all runs of an arm: each map's shares add up to 100 %, in shades by
their square root. Row 0 is on top. Cells in plain grey were never stood on.
"""
CURVES_OF = {
    RETURN: "interquartile mean over runs of each evaluation's mean return",
    SUCCESS: "mean over runs of each evaluation's success rate",
}
EPISODES = "One episode each, of the last network of the first seed, whatever it came to.\n"
FINAL = """\
A run's final return is the mean of the {episodes} episodes of its last evaluation, {ways}.
IQM is the interquartile mean of the runs' returns: a quarter of the runs at either end, rounded down, is left out.
Success rates are means over all runs. Brackets are 95 % intervals from {reps:,} bootstrap resamples of the runs
(rliable's stratified bootstrap; Agarwal et al., 2021): they tell of other seeds, not of other demonstrations where all
runs share theirs, and have no width where all runs score the same."""
BOTH_WAYS = "once with sampled\nactions and once with the most likely ones (greedy)"
LIKELIEST = "played with the\nmost likely actions (greedy)"
LEARNED = """\
Steps to a {measure} of {learned} are those before the first evaluation whose {score} is that high: the median
over all runs, one that never gets there counted as later than any, then the first and the last run. The interval of the
share of runs is Wilson's."""
HELD_OUT = "Held-out returns are of the last network, on episodes that nothing else played."
STEPS = """\
Steps are the environment steps of training in this environment, without those of demonstrations and evaluations. Wall
time is that of a whole run, all of these included, and steps a second are steps of training by wall time."""


REWARDS = """\
Runs are trainings here: each run's reward, the one that its search chose or that its arm stands for, is trained again
from nothing on fresh seeds, and each of these counts as a run of its own. They tell of other seeds of the training, not
of other searches."""


def curves_caption(comparisons: Sequence[Comparison], reps: int) -> str:
    """What the lines and bands of curves.png are."""
    measures = dict.fromkeys(comparison.measure for comparison in comparisons)
    return CURVES.format(what=", or ".join(CURVES_OF[measure] for measure in measures), reps=reps)


def table_caption(comparison: Comparison, reps: int) -> str:
    """What the figures of a comparison's table are; nothing of rows that it hasn't."""
    return "\n".join(_sentences(comparison, reps)) + "\n"


def _sentences(comparison: Comparison, reps: int) -> Iterator[str]:
    is_sampled = any(SAMPLED in arm.modes for arm in comparison.arms)
    counts = sorted({run.evaluations.episodes for arm in comparison.arms for run in arm.runs})
    yield FINAL.format(episodes=range_words(counts), reps=reps, ways=BOTH_WAYS if is_sampled else LIKELIEST)
    if comparison.threshold is not None:
        yield _learned(comparison.threshold, comparison.measure, is_sampled)
    if any(arm.is_about_rewards for arm in comparison.arms):
        yield REWARDS
    elif any(arm.numbers("held_out", "return_mean") for arm in comparison.arms):
        yield HELD_OUT
    yield STEPS


def _learned(threshold: float, measure: str, is_sampled: bool) -> str:
    score = f"mean{' sampled' if is_sampled else ''} return" if measure == RETURN else "success rate"
    return LEARNED.format(learned=threshold_words(threshold, measure), measure=measure, score=score)


def threshold_words(threshold: float, measure: str) -> str:
    """`0.8` of a return, `95 %` of success."""
    return f"{100 * threshold:.4g} %" if measure == SUCCESS else return_words(threshold)


def return_words(threshold: float) -> str:
    """A return that somebody chose, with as many figures as it was given: `0.8`."""
    return score_words(threshold) if abs(threshold) >= 10_000 else f"{threshold:.6g}"


def range_words(counts: list[int]) -> str:
    """`500,000`, or the lowest and the highest of sorted counts: `300,000 to 500,000`; nothing of none."""
    if not counts:
        return ""
    ends = [count_words(counts[0]), count_words(counts[-1])]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
