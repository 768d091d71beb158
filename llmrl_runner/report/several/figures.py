"""The charts of a report: what is drawn on the page and what is kept as pictures are the same lines."""

from collections.abc import Sequence
from textwrap import shorten

from llmrl_runner.report.evaluations import RETURN
from llmrl_runner.report.several.charts import Chart, Line
from llmrl_runner.report.several.curves import AXES, ArmCurve, Panel, UnderWay
from llmrl_runner.report.several.profiles import ProfileGroup
from llmrl_runner.report.several.report import Report
from llmrl_runner.runs.wording import count_words, score_words

SHARE_ENDS = (-0.02, 1.03)
TITLE = 44  # characters that a panel is wide enough for
OPTIMUM, THRESHOLD = "optimum", "threshold"


def curve_chart(report: Report, panel: Panel) -> Chart:
    """Return against what was spent, in one environment."""
    lines = [*map(_curve_line, panel.curves), *map(_faint_line, panel.under_way)]
    words = f"Return on {panel.env.name} by {AXES[panel.axis]}: {'; '.join(line.words for line in lines)}"
    rules = _rules(report, panel)
    return Chart(words, AXES[panel.axis], "return", lines, rules, may_be_logarithmic=True)


def _rules(report: Report, panel: Panel) -> list[tuple[float, str]]:
    threshold, rules = report.thresholds[panel.env], []
    if panel.env.optimum is not None:
        rules.append((panel.env.optimum, f"{OPTIMUM} {score_words(panel.env.optimum)}"))
    if threshold is not None and threshold.measure == RETURN:
        rules.append((threshold.value, f"{THRESHOLD} {score_words(threshold.value)}"))
    return rules


def _curve_line(curve: ArmCurve) -> Line:
    last = f"{score_words(float(curve.values[-1]))} after {count_words(float(curve.places[-1]))}"
    words = f"{curve.arm.title}, {curve.runs} {'run' if curve.runs == 1 else 'runs'}: {last}"
    return Line(curve.arm.place, curve.places, curve.values, words, curve.band, curve.is_stepped)


def _faint_line(run: UnderWay) -> Line:
    words = f"{run.arm.title}, a run that isn't finished: {score_words(float(run.values[-1]))} so far"
    return Line(run.arm.place, run.places, run.values, words, is_stepped=True, is_faint=True)


def profile_chart(group: ProfileGroup) -> Chart:
    """The share of runs above each level."""
    lines = [
        Line(each.arm.place, each.levels, each.shares, each.arm.title, each.band, is_stepped=True)
        for each in group.profiles
    ]
    words = f"Share of runs that score above each {group.measure}: {', '.join(line.words for line in lines)}"
    return Chart(words, group.measure, "share of runs above", lines, ends=SHARE_ENDS, is_share=True)


def profile_title(group: ProfileGroup) -> str:
    """The environments, so many of them as a panel has room for."""
    names = ", ".join(env.name for env in group.envs)
    if len(names) <= TITLE:
        return names
    count = f"{len(group.envs)} environments: "
    return (count + shorten(names, TITLE - len(count), placeholder=" ...")).removesuffix(": ...")


def places_used(charts: Sequence[Chart]) -> list[int]:
    """The numbers of the arms that are drawn."""
    return sorted({line.place for chart in charts for line in chart.lines})
