"""The table that a prompt shows is the table that is there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from llmrl_runner.policies.table_form import Column, TableForm
from llmrl_runner.policies.table_text import parse_table
from llmrl_runner.policies.text import table_text


def form_of(bins: tuple[int, ...], dims: int) -> TableForm:
    fields = tuple(Column(f"field {number}", size) for number, size in enumerate(bins))
    return TableForm(fields, tuple(Column(f"joint {number}", 3) for number in range(dims)))


@given(st.data())
def test_the_text_of_any_table_reads_back_as_the_same_table(data: st.DataObject) -> None:
    bins = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    dims = data.draw(st.integers(1, 2))
    entries = data.draw(arrays(np.int64, (int(np.prod(bins)), dims), elements=st.integers(0, 2)))
    form = form_of(bins, dims)

    parsed = parse_table(table_text(entries, form), form)

    np.testing.assert_array_equal(parsed.entries, entries)
    assert parsed.problems == []


def test_a_table_with_structure_takes_few_rows() -> None:
    form = form_of((3, 3, 6, 6), 1)
    angle, velocity = np.meshgrid(np.arange(6), np.arange(6), indexing="ij")
    entries = np.broadcast_to(angle + velocity >= 5, (3, 3, 6, 6)).astype(np.int64).reshape(-1, 1)

    text = table_text(entries, form)

    assert len(text.splitlines()) <= 7
    assert "* | * | 5 | * | " in text or "* | * | 0 | 0-4 | " in text


@pytest.mark.parametrize("max_rows", [1, 10])
def test_a_cap_keeps_the_largest_rows_and_says_what_is_missing(max_rows: int) -> None:
    form = form_of((8, 8), 1)
    entries = np.random.default_rng(0).integers(3, size=(64, 1))

    text = table_text(entries, form, max_rows)
    shown = parse_table(text, form)

    differs = int((shown.entries != entries).sum())
    assert len(text.splitlines()) == max_rows + 1
    assert shown.n_rows == max_rows
    assert f"in {differs} of 64 cells" in text.splitlines()[-1]


def test_ten_thousand_random_cells_are_told_in_seconds() -> None:
    form = form_of((10, 10, 10, 10), 1)
    entries = np.random.default_rng(0).integers(2, size=(10_000, 1))

    parsed = parse_table(table_text(entries, form), form)

    np.testing.assert_array_equal(parsed.entries, entries)
