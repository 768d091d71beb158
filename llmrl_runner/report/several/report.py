"""All that a report says of a study, worked out once: its page, its Markdown, its tables and pictures show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmrl_runner.report.several.curves import AXES, Panel, panels
from llmrl_runner.report.several.improvement import Improvement, improvements
from llmrl_runner.report.several.profiles import ProfileGroup, profile_groups
from llmrl_runner.report.several.scores import CellScore, Standing, cell_score, standings
from llmrl_runner.report.several.study import Cell, Env, Study
from llmrl_runner.report.several.thresholds import Threshold, Toll, thresholds, toll


@dataclass(frozen=True)
class Report:
    """A study's figures. scores: of each cell with a scored run; tolls: of each that was looked at on its way to its
    environment's threshold; curves: by axis, without the axes of which too little is known."""

    title: str
    study: Study
    scores: Mapping[Env, Sequence[CellScore]]
    standings: Sequence[Standing]
    improvements: Sequence[Improvement]
    profiles: Sequence[ProfileGroup]
    thresholds: Mapping[Env, Threshold | None]
    tolls: Mapping[tuple[Env, int], Toll]
    curves: Mapping[str, Sequence[Panel]]

    def toll_of(self, cell: Cell) -> Toll | None:
        """What an arm took to its threshold, None where nobody can say."""
        return self.tolls.get((cell.env, cell.arm.place))


def report_of(study: Study, title: str, chosen: Mapping[str, float], for_all: float | None = None) -> Report:
    """chosen, for_all: thresholds, as `thresholds` has them."""
    found = standings(study)
    levels = thresholds(study, chosen, for_all)
    tolls = {
        (cell.env, cell.arm.place): known
        for cell in study.cells
        if (level := levels[cell.env]) is not None and (known := toll(cell, level)) is not None
    }
    return Report(
        title=title,
        study=study,
        scores={env: _ranked(cells) for env, cells in study.compared.items()},
        standings=found,
        improvements=improvements(study),
        profiles=profile_groups(study, found),
        thresholds=levels,
        tolls=tolls,
        curves={axis: drawn for axis in AXES if (drawn := panels(study, axis))},
    )


def _ranked(cells: Sequence[Cell]) -> list[CellScore]:
    return sorted((cell_score(cell) for cell in cells if cell.scored), key=lambda score: -score.mean.value)
