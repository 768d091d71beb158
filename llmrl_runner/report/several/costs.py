"""What runs took: steps, calls and dollars to the threshold, in all, and success a dollar. A table an environment."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmrl_runner.report.several.course import COST
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.study import Arm, Cell, Env
from llmrl_runner.report.several.tables import mean_spent
from llmrl_runner.report.several.wording import (
    NOTHING,
    cost_of,
    price_words,
    threshold_words,
    toll_cost_words,
    took_words,
)
from llmrl_runner.runs.wording import UNKNOWN, count_words, duration_words

HEADINGS = (
    "reached by", "steps until", "calls until", "dollars until", "calls a run", "tokens a run", "dollars a run",
    "time a run", "success a dollar",
)  # fmt: skip


@dataclass(frozen=True)
class CostTable:
    """Of one environment: a row an arm, cells in words."""

    title: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[tuple[Arm, Sequence[str]]]


def cost_tables(report: Report) -> list[CostTable]:
    """A table for each environment with a scored run."""
    return [
        _table(report, env, [cell for cell in cells if cell.scored]) for env, cells in report.study.compared.items()
    ]


def _table(report: Report, env: Env, cells: Sequence[Cell]) -> CostTable:
    caption = f"Threshold: {threshold_words(report.thresholds[env])}."
    return CostTable(
        env.name, caption, HEADINGS, [(cell.arm, [*_until(report, cell), *_in_all(cell)]) for cell in cells]
    )


def _until(report: Report, cell: Cell) -> list[str]:
    toll = report.toll_of(cell)
    if toll is None:
        return [NOTHING] * 4
    steps, calls = took_words(toll.env_steps), took_words(toll.calls)
    return [f"{toll.reached} of {toll.runs}", steps, calls, toll_cost_words(toll, cell.scored)]


def _in_all(cell: Cell) -> list[str]:
    """In the mean."""
    seconds = mean_spent(cell.scored, "wall_seconds")
    return [
        count_words(mean_spent(cell.scored, "calls")),
        count_words(mean_spent(cell.scored, "tokens")),
        cost_of(mean_spent(cell.scored, COST), cell.scored),
        UNKNOWN if seconds is None else duration_words(seconds),
        price_words(cell.scored),
    ]
