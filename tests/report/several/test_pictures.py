"""The charts of many runs as picture files."""

import warnings
from pathlib import Path

import pytest

from llmrl_runner.report.several.pictures import _draw, drawings, write_pictures
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.study import read_study
from tests.report.several.folders import Folder, write_arms


@pytest.mark.parametrize("environments", [1, 2, 4])
def test_a_picture_has_a_panel_an_environment_and_none_that_is_empty(environments: int, tmp_path: Path) -> None:
    for place in range(environments):
        Folder(env=f"lake_{place}").write(tmp_path)
    report = report_of(read_study([tmp_path]), "Lakes", {})

    figures = [_draw(panels, report) for name, panels in drawings(report) if name.startswith("curves")]

    assert figures
    for figure in figures:
        shown = [axes for axes in figure.axes if axes.axison]
        assert [axes.get_title(loc="left") for axes in shown] == [f"lake_{place}" for place in range(environments)]
        assert all(axes.lines for axes in shown)


def test_panels_of_many_environments_keep_their_size_and_count_them(tmp_path: Path) -> None:
    for place in range(12):
        write_arms(tmp_path, f"frozen_lake_with_a_long_name_{place}", {"gemini": [0.5, 0.9], "random": [0.1, 0.2]})
    report = report_of(read_study([tmp_path]), "Lakes", {})

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_pictures(report, tmp_path)

    [figure] = [_draw(panels, report) for name, panels in drawings(report) if name == "profiles"]
    [axes] = [axes for axes in figure.axes if axes.axison]
    assert axes.get_title(loc="left") == "12 environments"
