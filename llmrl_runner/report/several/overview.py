"""The head of the page, and its last words: what was run and spent, and how the figures are made."""

from llmrl_runner.report.intervals import REPS
from llmrl_runner.report.several.course import CALLS, COST, ENV_STEPS, SECONDS, TOKENS
from llmrl_runner.report.several.curves import CURVE_REPS
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.run import FINISHED
from llmrl_runner.report.several.scores import scales
from llmrl_runner.report.several.wording import spent_words, states_words
from llmrl_runner.report.tiles import Tile

SCORES = (
    "Scores are held-out: a run's last or best policy is played on episodes that no choice ever saw, and a run "
    "counts once, whatever number of episodes that were. A search's own scores were chosen for being high and are"
    " never compared."
)
INTERVALS = (
    "Intervals are 95 %, percentiles of {reps:,} resamples of the runs within each environment (stratified "
    "bootstrap), {curve_reps:,} for the bands of curves; they tell of other seeds, not of other environments, "
    "models or prompts. IQM is the interquartile mean: a quarter of the runs at either end, rounded down, is left"
    " out, so none of fewer than four. The optimality gap is by how much scores fall short of 1 in the mean, "
    "those above 1 counting as 1."
)
IMPROVEMENT = (
    "Probability of improvement: how often a run of one arm returns more than one of another, a tie counting "
    "half, the mean over the environments that both were run in (Agarwal et al., 2021). Profiles show which share"
    " of an arm's runs scores above each level; the higher curve is the better arm."
)
CURVES = (
    "Curves are interquartile means over runs. Of a search they are the best so far by its own selection "
    "episodes, a step at the end of each iteration; of a training its evaluations, joined by lines. The wall time"
    " and the environment steps of an iteration are spread evenly over its training; its calls and tokens count "
    "in full from its first evaluation on. Dotted lines are runs that aren't finished, which stand in no mean."
)
THRESHOLDS = (
    "What it took until a threshold is the median over runs, a run that never reached it counting as later than "
    "any. It is reached when the best so far, or a training's evaluation, scores that high: on few episodes, so "
    "it is no result. Success a dollar is the held-out success of an arm's runs, summed, by what all their calls "
    "cost."
)
REWARDS = (
    "A run of method=reward_gen counts once, with the episodes of its final seeds together; `python -m "
    "llmrl_runner.report --learning` compares these seed by seed."
)
SCALES = (
    "Environments are put together on one scale. It needs two arms in an environment: 0 is the mean of the "
    "control, or the lowest run where there is none, and 1 the optimum, else the highest possible return, else "
    "the highest run. {without}"
)
SPENT = (
    ("Environment steps", ENV_STEPS, "of search and training"),
    ("LLM calls", CALLS, "recorded and blind answers among them"),
    ("Tokens", TOKENS, "prompt and completion"),
    ("Spent", COST, "on calls"),
    ("Wall time", SECONDS, "of all runs, one after the other"),
)


def overview_tiles(report: Report) -> list[Tile]:
    """How many runs there are, and what all of them have spent."""
    runs, cells = report.study.runs, report.study.cells
    done = sum(run.state == FINISHED for run in runs)
    compared = sum(len(cell.scored) for cell in cells)
    states = f"{states_words(report.study)}; {compared} compared"
    return [
        Tile("Runs", str(len(runs)), states, "" if done == len(runs) else "warn"),
        Tile("Arms", str(len(report.study.arms)), "which differ in more than seed and environment"),
        Tile("Environments", str(len(report.study.envs))),
        *(_spent_tile(report, *what) for what in SPENT),
    ]


def _spent_tile(report: Report, label: str, what: str, note: str) -> Tile:
    figure, unknown = spent_words(report.study.runs, what)
    return Tile(label, figure, "; ".join(filter(None, (note, unknown))))


def notes(report: Report) -> list[str]:
    """How the figures are made."""
    known = {scale.env for scale in scales(report.study)}
    outside = [env.name for env in report.study.compared if env not in known]
    without = f"Without a scale, since nothing there can be told apart: {', '.join(outside)}." if outside else ""
    is_about_rewards = any(run.record.is_about_rewards for run in report.study.runs)
    return [
        SCORES,
        INTERVALS.format(reps=REPS, curve_reps=CURVE_REPS),
        *([SCALES.format(without=without)] if len(report.study.envs) > 1 else []),
        IMPROVEMENT,
        CURVES,
        THRESHOLDS,
        *([REWARDS] if is_about_rewards else []),
    ]
