"""JSON in what models write: whole, torn, sloppy and hostile."""

import json
import math
import time
import warnings
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmrl_runner.answers.json_values import DEEPEST, find_values, is_cut_off, json_values, syntax_problem

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(JSON, min_size=1, max_size=4) | st.dictionaries(st.text(), JSON, min_size=1, max_size=4)
PROSE = st.text(st.characters(blacklist_characters="[]{}\"'`~<", blacklist_categories=["Cs"]))
COMMENTS = st.sampled_from(["// ", "# "]).flatmap(
    lambda mark: st.text(st.characters(blacklist_characters="\n\\\"'", blacklist_categories=["Cs"])).map(mark.__add__)
)


@given(CONTAINERS, PROSE, PROSE, st.sampled_from([None, 2]))
def test_any_value_is_found_whole_in_any_prose(value: Any, before: str, after: str, indent: int | None) -> None:
    text = f"{before}\n{json.dumps(value, indent=indent)}\n{after}"

    assert json_values(text) == [value]


@given(st.lists(CONTAINERS, max_size=4), PROSE)
def test_values_come_in_the_order_of_the_text(values: list[Any], prose: str) -> None:
    text = f"{prose}\n" + "".join(f"{json.dumps(value)}\n{prose}\n" for value in values)

    assert json_values(text) == values


@given(CONTAINERS)
@example({"a": "it's", "b": ['"', "\\", "]"]})
def test_any_python_literal_is_found_too(value: Any) -> None:
    assert json_values(repr(value)) == [value]


@given(CONTAINERS, COMMENTS)
@example({"a": [1, "#", 2]}, "// it's [one, } of \"them")
@example([[1, 2], "//"], "# 0-2] was before")
def test_comments_are_forgiven_on_any_line(value: Any, comment: str) -> None:
    lines = json.dumps(value, indent=1).splitlines()
    text = "\n".join(f"{line} {comment}" for line in lines)

    assert value in json_values(text)


@given(CONTAINERS, st.data())
def test_no_torn_value_passes_for_the_whole(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = data.draw(st.integers(1, len(text) - 1))

    assert value not in json_values(text[:cut])


@given(st.text() | st.text("0a[]{}\"',:#/\\ \n-(ntrue"))
@example("[0x" + "f" * 5000 + "]")
@example("[" + "-" * 50_000 + "1]")
@example("[1e999, {(0, 1): {2}}, b'x', ...]")
def test_no_text_raises_or_warns(text: str) -> None:
    with warnings.catch_warnings(action="error"):
        values = json_values(text, allow_nan=True)

    json.dumps(values)
    is_cut_off(text)
    syntax_problem(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[1, 2,]", [[1, 2]]),
        ('{"a": 1, // one\n "b": [2, 3], # two, three\n}', [{"a": 1, "b": [2, 3]}]),
        ("[[0, 1],\n // [8, 8],\n [2, 3], # last\n]", [[[0, 1], [2, 3]]]),
        ('{"url": "http://a#b", "is": "// it"} // [9]', [{"url": "http://a#b", "is": "// it"}, [9]]),
        ("{'a': True, 'b': (1, None)}", [{"a": True, "b": [1, None]}]),
        ("{'a': true, 'b': null,} # so", [{"a": True, "b": None}]),
        ("{0: 1, (0, 1): 2}", [{"0": 1, "[0, 1]": 2}]),
        ("it's [1] and 5\" of {'a': 'b'}", [[1], {"a": "b"}]),
        ("for x in [0, 1): [2, 3]", [[2, 3]]),
        ('[[1], [2], {"a": 3', [[1], [2]]),
        ('{"code": "a\nb"}', [{"code": "a\nb"}]),
        (r"['\d']", [["\\d"]]),
        ("{1, 2}", []),
        ("[1 2]", []),
        ("", []),
    ],
)
def test_what_models_write_is_understood(text: str, values: list[Any]) -> None:
    assert json_values(text) == values


def test_where_a_value_stands_is_told() -> None:
    text = "so [1] and {'a': [2]}."

    found = find_values(text)

    assert [text[value.start : value.end] for value in found] == ["[1]", "{'a': [2]}"]


def test_nan_and_infinity_are_no_json_unless_allowed() -> None:
    text = '{"a": NaN, "b": -Infinity, /' + "/ no\n}"

    (allowed,) = json_values(text, allow_nan=True)

    assert math.isnan(allowed["a"])
    assert allowed["b"] == -math.inf
    assert json_values(text) == []
    assert syntax_problem('{"a": NaN}') == "NaN is no JSON"


@pytest.mark.parametrize(("depth", "count"), [(DEEPEST, 1), (DEEPEST + 1, 0), (150, 0), (990, 0), (5000, 0)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deep_is_left_out_whole(depth: int, count: int, opening: str, closing: str) -> None:
    text = opening * (depth - 1) + "[1]" + closing * (depth - 1)

    values = json_values(f"{text} and [2]")

    assert len(values) == count + 1
    assert values[-1] == [2]


def test_every_row_of_a_long_list_that_was_cut_off_is_found() -> None:
    rows = [{"row": number, "action": number % 3} for number in range(5000)]

    assert json_values(json.dumps(rows)[:-1]) == rows
    assert json_values(f"[{', '.join(map(repr, rows))}, ...") == rows


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [
        ('{"a": [1, 2', True),
        ('{"a": "b', True),
        ('{"a": [1, 2]}', False),
        ("the range [0, 1) is", True),
        ("an [aside", False),
        ("", False),
    ],
)
def test_json_that_stays_open_was_cut_off(text: str, is_cut: bool) -> None:
    assert is_cut_off(text) == is_cut


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000,
        "{[" * 20_000,
        '{"a":' * 20_000,
        "]}" * 20_000,
        '"[' * 20_000,
        "[]" * 20_000,
        "[x]" * 10_000,
        "[" * 20_000 + "x" + "]" * 20_000,
        "[" * 150 + "1, " * 7_000 + "x" + "]" * 150,
        "[1, // // //" * 5_000 + "]" * 5_000,
        "[" + "," * 50_000 + "]",
        "[" + "'\\" * 20_000 + "]",
    ],
)
def test_brackets_without_end_take_no_time(text: str) -> None:
    started = time.process_time()

    json_values(text)
    is_cut_off(text)

    assert time.process_time() - started < 3
