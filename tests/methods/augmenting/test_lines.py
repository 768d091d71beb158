"""lines.json: what a run leaves, a person edits, and another run reads."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.augmenting.lines import Line, Lines

ACTIONS = ["left", "right"]


def noted(line: Line) -> Line:
    """What somebody said was asked for."""
    line.asked = [what for what, given in (("advice", line.advice), ("scores", line.scores)) if given]
    return line


ENTRIES = st.builds(
    Line,
    met=st.integers(0, 10**6),
    advice=st.dictionaries(st.sampled_from(ACTIONS), st.integers(0, 9)),
    scores=st.lists(st.floats(0, 100), max_size=3),
).map(noted)
TABLES = st.dictionaries(st.text(min_size=1, max_size=30), ENTRIES, max_size=5)


@given(TABLES)
def test_what_is_saved_is_read_back(tmp_path_factory: pytest.TempPathFactory, table: dict[str, Line]) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.json"
    lines = Lines("corridor", ACTIONS, "somebody", table)

    lines.save(path)

    assert Lines.load(path, "corridor", ACTIONS, "method.table") == lines


def test_a_line_is_asked_about_once_also_where_no_answer_was_of_use_and_no_more_are_than_are_wanted() -> None:
    lines = Lines("corridor", ACTIONS)
    lines.meet(Counter({"usual": 9, "less usual": 5, "rare": 1}))

    assert lines.to_ask("advice", 2) == ["usual", "less usual"]
    lines.answer("advice", "usual", {})
    assert lines.to_ask("advice", 2) == ["less usual"]
    assert lines.to_ask("scores", 2) == ["usual", "less usual"]
    lines.answer("advice", "less usual", {"left": 3})
    lines.meet(Counter({"rare": 100}))
    assert lines.to_ask("advice", 2) == []
    assert lines.to_ask("advice", 3) == ["rare"]


def test_lines_are_asked_about_by_how_often_they_came_up() -> None:
    lines = Lines("corridor", ACTIONS)

    lines.meet(Counter({"rare": 1, "usual": 5, "also rare": 1}))
    lines.meet(Counter({"also rare": 3}))

    assert lines.most_met(2) == ["usual", "also rare"]


def test_advice_and_potentials_are_of_the_lines_that_have_some() -> None:
    lines = Lines(
        "corridor",
        ACTIONS,
        of={"a": Line(1, {"right": 2, "left": 1}, [40, 60]), "b": Line(3), "c": Line(1, {"left": 0})},
    )

    advice = lines.advice()

    assert advice.lines == ["a"]
    assert advice.of("a").tolist() == pytest.approx([1 / 3, 2 / 3])  # type: ignore[union-attr]
    assert lines.potentials() == {"a": 0.5}


WHOLE = {"env": "corridor", "actions": ACTIONS, "by": "", "lines": {"cell 1": {"met": 1, "advice": {}, "scores": []}}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"env": "maze"}, "is about maze, this run about corridor"),
        ({"actions": ["up"]}, r"has the actions \['up'\], corridor has"),
        ({"lines": []}, "no table of lines"),
        ({"lines": {"cell 1": 3}}, "`cell 1`: an object"),
        ({"lines": {"cell 1": {"advice": {"jump": 1}}}}, "`cell 1`: advice must be how often each of left, right"),
        ({"lines": {"cell 1": {"advice": {"left": -1}}}}, "`cell 1`: advice"),
        ({"lines": {"cell 1": {"advice": {"left": True}}}}, "`cell 1`: advice"),
        ({"lines": {"cell 1": {"advice": ["left"]}}}, "`cell 1`: advice"),
        ({"lines": {"cell 1": {"scores": [101]}}}, "`cell 1`: scores must be numbers from 0 to 100"),
        ({"lines": {"cell 1": {"scores": ["high"]}}}, "`cell 1`: scores"),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_key_file_and_line(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    path = tmp_path / "lines.json"
    path.write_text(json.dumps(WHOLE | changes))

    with pytest.raises(ConfigError, match=rf"^method.table: .*lines.json: .*{told}"):
        Lines.load(path, "corridor", ACTIONS, "method.table")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"env": "corridor"}'])
def test_a_file_that_is_no_table_is_told_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lines.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"^method.table: .*lines.json"):
        Lines.load(path, "corridor", ACTIONS, "method.table")


def test_a_person_may_leave_out_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text(json.dumps({"env": "corridor", "actions": ACTIONS, "lines": {"cell 1": {"advice": {"left": 1}}}}))

    lines = Lines.load(path, "corridor", ACTIONS, "method.table")

    assert lines.of == {"cell 1": Line(0, {"left": 1}, [], ["advice"])}
