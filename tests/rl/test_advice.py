"""Advice by line, and the controls that it is held against."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.rl.advice import Advice

COUNTS = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any)
TABLES = st.dictionaries(st.text(min_size=1, max_size=9), COUNTS, max_size=6)


@given(TABLES)
def test_frequencies_sum_to_one_and_keep_their_proportions(table: dict[str, list[int]]) -> None:
    advice = Advice(3, table)

    assert advice.lines == list(table)
    for line, counts in table.items():
        own = advice.of(line)
        assert own is not None
        assert own == pytest.approx(np.array(counts) / sum(counts))
    assert advice.of("never asked about") is None


@given(TABLES, st.integers(0, 99))
def test_shuffled_advice_is_the_same_advice_on_other_lines(table: dict[str, list[int]], seed: int) -> None:
    numbered = {line: [1, number + 1, 0] for number, line in enumerate(table)}  # so that each can be told apart
    advice = Advice(3, numbered)

    shuffled = advice.shuffled(seed)

    assert shuffled.lines == advice.lines
    tables = [[np.array(each.of(line)).round(9).tolist() for line in table] for each in (advice, shuffled)]
    assert sorted(tables[0]) == sorted(tables[1])
    assert len(table) < 2 or all(own != other for own, other in zip(*tables, strict=True))


@given(TABLES, st.integers(0, 99), st.randoms(use_true_random=False))
def test_shuffling_goes_by_the_lines_and_not_by_their_order_and_one_more_changes_one(
    table: dict[str, list[int]], seed: int, random: Random
) -> None:
    shuffled = Advice(3, table).shuffled(seed)
    order = list(table)
    random.shuffle(order)

    again = Advice(3, {line: table[line] for line in order}).shuffled(seed)
    more = Advice(3, {**table, "one more line": [0, 0, 1]}).shuffled(seed)

    assert all(np.array_equal(again.of(line), shuffled.of(line)) for line in table)
    assert sum(not np.array_equal(more.of(line), shuffled.of(line)) for line in table) <= 1


def test_wrong_advice_is_what_was_advised_least() -> None:
    wrong = Advice(3, {"one": [3, 1, 0], "two": [2, 0, 0]}).wrong()

    assert wrong.of("one").tolist() == [0, 0, 1]  # type: ignore[union-attr]
    assert wrong.of("two").tolist() == [0, 0.5, 0.5]  # type: ignore[union-attr]


@pytest.mark.parametrize("counts", [[1, 2], [0, 0, 0], [1, -1, 3], [1, float("nan"), 1], [[1, 2, 3]]])
def test_counts_that_fit_no_actions_are_refused(counts: list[float]) -> None:
    with pytest.raises(ValueError, match="3 counts needed"):
        Advice(3, {"line": counts})
