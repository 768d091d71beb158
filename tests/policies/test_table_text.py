"""Tables that an LLM might write, well and badly."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.policies.base import PolicyParseError
from llmrl_runner.policies.table_form import Column, TableForm
from llmrl_runner.policies.table_text import NO_CHOICE, parse_table

GRID = TableForm((Column("row", 3), Column("passenger", 4)), (Column("action", 3, ("left", "right", "pick up")),))


@st.composite
def forms_and_entries(draw: st.DrawFn) -> tuple[TableForm, IntArray]:
    """A form of up to three fields and two action dimensions, and a full table of it."""
    bins = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    dims, choices = draw(st.integers(1, 2)), draw(st.integers(1, 4))
    fields = tuple(Column(f"field {number}", size) for number, size in enumerate(bins))
    form = TableForm(fields, tuple(Column(f"joint {number}", choices) for number in range(dims)))
    cells = int(np.prod(bins))
    entry = st.lists(st.integers(0, choices - 1), min_size=dims, max_size=dims)
    return form, np.array(draw(st.lists(entry, min_size=cells, max_size=cells)))


def full_rows(form: TableForm, entries: IntArray) -> list[list[int]]:
    """One row a cell."""
    cells = np.stack(np.unravel_index(np.arange(len(entries)), form.bins), axis=1)
    rows: list[list[int]] = np.hstack([cells, entries]).tolist()
    return rows


@given(forms_and_entries(), st.sampled_from([" | ", ", ", " ", "\t", ";"]))
def test_a_table_written_row_by_row_is_read_back(table: tuple[TableForm, IntArray], separator: str) -> None:
    form, entries = table
    text = "\n".join(separator.join(map(str, row)) for row in full_rows(form, entries))

    parsed = parse_table(text, form)

    np.testing.assert_array_equal(parsed.entries, entries)
    assert (parsed.n_rows, parsed.coverage, parsed.problems) == (len(entries), 1.0, [])


@given(forms_and_entries(), st.sampled_from(["list", "rows", "objects"]), st.booleans())
def test_a_table_written_as_json_is_read_back(table: tuple[TableForm, IntArray], shape: str, is_fenced: bool) -> None:
    form, entries = table
    rows = full_rows(form, entries)
    objects = [{column.name: value for column, value in zip(form.columns, row, strict=True)} for row in rows]
    text = json.dumps({"list": rows, "rows": {"rows": rows}, "objects": objects}[shape])

    parsed = parse_table(f"So I think:\n```json\n{text}\n```\nDone." if is_fenced else text, form)

    np.testing.assert_array_equal(parsed.entries, entries)
    assert parsed.problems == []


@given(forms_and_entries())
def test_a_fenced_table_with_prose_around_it_is_read_back(table: tuple[TableForm, IntArray]) -> None:
    form, entries = table
    body = "\n".join("| " + " | ".join(map(str, row)) + " |" for row in full_rows(form, entries))
    rule = "|" + "---|" * form.width

    parsed = parse_table(f"First, 1 of 2 remarks.\n```text\n{form.header}\n{rule}\n{body}\n```\nThat is it.", form)

    np.testing.assert_array_equal(parsed.entries, entries)


@given(st.text(alphabet=st.sampled_from("0123 |,*-[]{}\"':`\nrow action=>#/.~"), max_size=120) | st.text())
def test_no_text_raises_anything_but_a_parse_error(text: str) -> None:
    try:
        parsed = parse_table(text, GRID)
    except PolicyParseError:
        return
    assert parsed.n_rows >= 1
    assert parsed.entries.min() >= NO_CHOICE
    assert parsed.entries.max() < 3


@pytest.mark.parametrize("text", ["[" * 5000, '{"a":' * 3000, "[[" * 400 + "1" + "]]" * 400, "9" * 6000 + " | 1 | 1"])
def test_hostile_text_is_refused_quickly(text: str) -> None:
    with pytest.raises(PolicyParseError):
        parse_table(text, GRID)


@given(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2))
def test_later_rows_overrule_earlier_ones(row: int, passenger: int, action: int) -> None:
    text = f"* | * | 0\n* | 1-2 | 1\n{row} | {passenger} | {action}"

    grid = parse_table(text, GRID).entries.reshape(3, 4)

    expected = np.array([[0, 1, 1, 0]] * 3)
    expected[row, passenger] = action
    np.testing.assert_array_equal(grid, expected)


@pytest.mark.parametrize(
    "line",
    [
        "1 | in taxi | pick up",
        "| 1 | In_Taxi | Pick Up |",
        "1 | 3 (in taxi) | 2 (pick up)",
        "row = 1 | passenger = in taxi | action = 2",
        "`1` | **3** | `2`",
        "(1, 3) -> 2",
        "(1, 3): 2",
        "1, 3 => 2",
        "- 1 | 3 | 2",
        "7. 1 | 3 | 2",
        "[1, 3, 2],",
        '[[1, "3", 2],]',
        '{"row": 1, "passenger": "in taxi", "action": "pick up"}',
        '{"state": [1, 3], "action": 2, "why": "it is there"}',
        '{"policy": {"rows": ["1 | 3 | 2"]}}',
        "{'row': 1, 'passenger': 'in taxi', 'action': 2}",
        '{"rows": [\n  # [0, 0, 0] once\n  [1, 3, 2], // it is there\n]}',
        "1 3 2  # there it is",
        "1 | 3 | 2 | the passenger waits",
    ],
)
def test_one_row_may_be_written_in_many_ways(line: str, taxi_form: TableForm) -> None:
    parsed = parse_table(line, taxi_form)

    assert np.argwhere(parsed.entries.reshape(3, 4) != NO_CHOICE).tolist() == [[1, 3]]
    assert parsed.entries.reshape(3, 4)[1, 3] == 2


def test_several_action_dimensions_stand_in_the_last_columns(joint_form: TableForm) -> None:
    parsed = parse_table("* | * | 1 | 1\n1 | 2-3 | 0 | 2", joint_form)

    assert parsed.entries.reshape(2, 5, 2)[1].tolist() == [[1, 1], [1, 1], [0, 2], [0, 2], [1, 1]]


def test_the_last_fenced_block_with_rows_wins_over_all_other_text(taxi_form: TableForm) -> None:
    text = "* | * | 0\n```\n* | * | 1\n```\nor better\n```\n* | * | 2\n```\n```python\nprint(1, 2, 0)\n```\n* | * | 0"

    assert set(parse_table(text, taxi_form).entries.ravel()) == {2}


def test_an_answer_cut_off_in_its_block_keeps_the_whole_rows(taxi_form: TableForm) -> None:
    lines = parse_table("```\n* | * | 1\n0 | 1 | 2\n0 | 2", taxi_form)
    cut_json = parse_table('```json\n{"rows": [["*", "*", 1], [0, 1, 2], [0,', taxi_form)

    np.testing.assert_array_equal(lines.entries, cut_json.entries)


def test_each_fault_is_told_with_row_column_and_what_is_allowed(taxi_form: TableForm) -> None:
    text = "* | * | 0\n3 | 0 | 0\n0 | 0 | fly\n0 | 1 | 2 | 3\n2-1 | 0 | 0\n0 | 0-9 | 1\n0 | 0 | *"

    problems = parse_table(text, taxi_form).problems

    assert problems == [
        "row 2, column 1 (row): 3 is out of range; allowed: 0-2",
        "row 3, column 3 (action): `fly` is unknown; allowed: 0 left, 1 right, 2 pick up",
        "row 4 has 4 columns, 3 needed: row | passenger | action",
        "row 5, column 1 (row): the range 2-1 runs backwards",
        "row 6, column 2 (passenger): 9 is out of range; allowed: 0 red, 1 green, 2 blue, 3 in taxi",
        "row 7, column 3 (action): `*` is unknown; allowed: 0 left, 1 right, 2 pick up",
    ]


def test_the_same_cells_with_two_actions_are_told_and_the_later_row_counts(taxi_form: TableForm) -> None:
    parsed = parse_table("* | * | 0\n1 | red | 1\n1 | 0 | 2", taxi_form)

    assert parsed.problems == ["rows 2 and 3 name the same cells and differ; row 3 counts"]
    assert parsed.entries.reshape(3, 4)[1, 0] == 2


def test_uncovered_cells_are_counted_with_examples(taxi_form: TableForm) -> None:
    parsed = parse_table("0-1 | * | 0", taxi_form)

    assert parsed.coverage == pytest.approx(8 / 12)
    assert parsed.problems == ["4 of 12 cells (33%) are covered by no row, such as 2 | 0; 2 | 1; 2 | 2; 2 | 3"]


def test_a_misspelt_field_of_an_object_is_told_rather_than_taken_for_any_value(taxi_form: TableForm) -> None:
    parsed = parse_table('[{"row": 0, "action": 1}, {"pasenger": 0, "action": 2}]', taxi_form)

    assert parsed.problems[0] == "row 2: `pasenger` is neither a field nor the action"
    assert parsed.entries.reshape(3, 4)[0].tolist() == [1, 1, 1, 1]


def test_where_nothing_is_usable_the_first_fault_is_named(taxi_form: TableForm) -> None:
    with pytest.raises(PolicyParseError, match=r"no usable row found: row 1, column 1 \(row\): 9 is out of range"):
        parse_table("```\n9 | 0 | 0\n```", taxi_form)
    with pytest.raises(PolicyParseError, match=r"no row found; expected rows of 3 columns, row \| passenger"):
        parse_table("I would go left.", taxi_form)
