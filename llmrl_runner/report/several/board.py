"""The leaderboard: a table an environment, and one for all of them together, with every interval as a small bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from llmrl_runner.report.several.bootstrap import Estimate
from llmrl_runner.report.several.report import Report
from llmrl_runner.report.several.scores import CellScore, Standing, scale_words
from llmrl_runner.report.several.study import Arm, Cell, Env
from llmrl_runner.report.several.wording import NOTHING, estimate_words, runs_words, share_words
from llmrl_runner.runs.wording import percent_words, score_words

Figure: TypeAlias = tuple[str, float | None]  # in words, and as the number by which a table is sorted
LIKELIEST = (
    "Networks act by their most likely actions here; their runs' own pages and --learning tell of drawn ones, too."
)
FEWEST_TRIMMED = 4  # runs of which an interquartile mean leaves any out


@dataclass(frozen=True)
class Bar:
    """A figure with its interval on a common line, in percent of the line."""

    low: float
    high: float
    at: float


@dataclass(frozen=True)
class Row:
    """An arm's row. cells: each in words, and the number that it is sorted by"""

    arm: Arm
    bar: Bar
    cells: Sequence[Figure]


@dataclass(frozen=True)
class Board:
    """A table. mark: where the optimum stands on the bars' line, in percent, None where it isn't known."""

    title: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[Row]
    ends: tuple[str, str]
    mark: float | None
    notes: Sequence[str]


class Line:
    """What bars are drawn on: from the lowest to the highest of all that is shown."""

    def __init__(self, figures: Sequence[Estimate], more: Sequence[float]) -> None:
        ends = [end for each in figures for end in (each.value, *(each.interval or ()))]
        self.low, self.high = min([*ends, *more]), max([*ends, *more])

    def percent(self, value: float) -> float:
        """Where a value stands."""
        return 100 * (value - self.low) / (self.high - self.low) if self.high > self.low else 50.0

    def bar(self, figure: Estimate) -> Bar:
        """A figure with its interval; one without has no width."""
        low, high = figure.interval or (figure.value, figure.value)
        return Bar(self.percent(low), self.percent(high), self.percent(figure.value))


def boards(report: Report) -> list[Board]:
    """A table an environment, by held-out returns."""
    return [_board(env, scores) for env, scores in report.scores.items()]


def _board(env: Env, scores: Sequence[CellScore]) -> Board:
    line = Line([score.mean for score in scores], [env.optimum] if env.optimum is not None else [])
    columns = _columns(scores)
    notes = ["A single run's interval is over its episodes, not over runs."] if any(map(_is_alone, scores)) else []
    notes += [LIKELIEST] if any(run.acts_in_two_ways for score in scores for run in score.cell.scored) else []
    notes += [note for score in scores for note in _notes(score.cell)]
    bound = f" No episode exceeds {score_words(env.return_max)}." if env.return_max is not None else ""
    optimum = f" The optimum is {score_words(env.optimum)}." if env.optimum is not None else bound
    return Board(
        title=env.name,
        caption=f"{f'{env.gym_id}. ' if env.gym_id else ''}Held-out return and success, means over runs.{optimum}",
        headings=list(columns),
        rows=[
            Row(score.cell.arm, line.bar(score.mean), [column[k] for column in columns.values()])
            for k, score in enumerate(scores)
        ],
        ends=(score_words(line.low), score_words(line.high)),
        mark=None if env.optimum is None else line.percent(env.optimum),
        notes=notes,
    )


def _is_alone(score: CellScore) -> bool:
    return score.is_of_one_run


def _columns(scores: Sequence[CellScore]) -> dict[str, list[Figure]]:
    """What is told of each arm, without columns in which there is nothing to tell."""
    columns: dict[str, list[Figure]] = {
        "runs": [(runs_words(score.cell), len(score.cell.scored)) for score in scores],
        "return, mean": [(estimate_words(score.mean), score.mean.value) for score in scores],
    }
    if any(len(score.cell.scored) >= FEWEST_TRIMMED for score in scores):  # of fewer it is the mean
        columns["return, IQM"] = [(estimate_words(score.iqm), score.iqm.value) for score in scores]
    if any(score.success is not None for score in scores):
        columns["success, mean"] = [(share_words(each), each.value if each else None) for each in _successes(scores)]
    invalid = [_mean(run.invalid_rate for run in score.cell.scored) for score in scores]
    if any(invalid):
        columns["invalid answers"] = [(NOTHING if rate is None else percent_words(rate), rate) for rate in invalid]
    drift = [_mean(run.drift for run in score.cell.scored) for score in scores]
    if any(drift):
        columns["drifted answers a run"] = [(NOTHING if each is None else f"{each:,.3g}", each) for each in drift]
    return columns


def _successes(scores: Sequence[CellScore]) -> list[Estimate | None]:
    return [score.success for score in scores]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _notes(cell: Cell) -> list[str]:
    """Runs without a score stand in no mean, which flatters an arm whose answers were of no use."""
    untested = [run for run in cell.runs if run.untested]
    if not untested:
        return []
    runs = "1 run" if len(untested) == 1 else f"{len(untested)} runs"
    return [f"{cell.arm.title}: {runs} ended without anything to test, and stand in no mean: {untested[0].untested}."]


def standing_boards(report: Report) -> list[Board]:
    """A table for each set of environments that arms share, by the environments' scales."""
    return [_standing_board(standing) for standing in report.standings]


def _standing_board(standing: Standing) -> Board:
    names = ", ".join(scale.env.name for scale in standing.scales)
    line = Line([row.iqm for row in standing.rows], [0.0, 1.0])
    has_success = all(row.success is not None for row in standing.rows)
    rows = []
    for row in standing.rows:
        figures = [row.iqm, row.mean, row.median, row.gap]
        cells: list[Figure] = [(str(row.runs), row.runs)]
        cells += [(estimate_words(figure), figure.value) for figure in figures]
        cells += [(share_words(row.success), row.success.value)] if row.success is not None and has_success else []
        rows.append(Row(row.arm, line.bar(row.iqm), cells))
    return Board(
        title=f"All of {names}",
        caption="Normalised held-out return over the runs of all these environments.",
        headings=("runs", "IQM", "mean", "median", "optimality gap", *(["success"] if has_success else [])),
        rows=rows,
        ends=(score_words(line.low), score_words(line.high)),
        mark=line.percent(1.0),
        notes=[scale_words(scale) for scale in standing.scales],
    )
