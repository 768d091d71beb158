"""The charts of many runs as picture files."""

from pathlib import Path

import pytest

from llmrl_runner.report.several.pictures import _draw, drawings
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.study import read_study
from tests.report.several.folders import Folder


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
