"""What a reward paid in each tenth of a training, against the numbers themselves."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.rl.paid_record import KEPT, PaidRecord, Tenth, tenths_from_json
from llmrl_runner.rl.rewards import Paid

numbers = st.floats(-1e6, 1e6)


@given(values=st.lists(numbers, max_size=80), slots=st.integers(1, 4), total=st.integers(1, 100))
def test_every_step_is_counted_once_in_its_tenth(values: list[float], slots: int, total: int) -> None:
    record, expected = PaidRecord(total), [list[float]() for _ in range(10)]

    for first in range(0, len(values), slots):
        paid = np.array(values[first : first + slots])
        record.add(Paid(paid, {"half": paid / 2}))
        expected[min(first * 10 // total, 9)] += paid.tolist()

    assert record.steps == len(values)
    for tenth, said in zip(record.tenths, expected, strict=True):
        spread = tenth.reward
        assert (spread is None) == (not said)
        if spread is not None:
            assert (spread.count, spread.low, spread.high) == (len(said), min(said), max(said))
            assert spread.mean == pytest.approx(np.mean(said), abs=1e-6)
            assert tenth.components["half"].mean == pytest.approx(spread.mean / 2, abs=1e-6)


def test_a_long_tenth_is_counted_piece_by_piece() -> None:
    record = PaidRecord(100 * KEPT)

    for step in range(3 * KEPT + 5):
        record.add(Paid(np.array([float(step)]), {}))

    spread = record.tenths[0].reward
    assert spread is not None
    assert (spread.count, spread.low, spread.high) == (3 * KEPT + 5, 0.0, 3 * KEPT + 4.0)
    assert spread.mean == pytest.approx((3 * KEPT + 4) / 2)


def test_a_component_that_comes_and_goes_is_counted_where_it_was_there() -> None:
    record = PaidRecord(100)

    record.add(Paid(np.ones(2), {"first": np.ones(2)}))
    record.add(Paid(np.ones(3), {"second": np.ones(3)}))

    assert {name: spread.count for name, spread in record.tenths[0].components.items()} == {"first": 2, "second": 3}


def test_it_comes_back_from_json() -> None:
    record = PaidRecord(20)
    record.add(Paid(np.array([1.0, 3.0]), {"a": np.array([0.5, 2.5])}))

    back = tenths_from_json(json.loads(json.dumps(record.to_json())))

    assert back == list(record.tenths)
    assert back[1] == Tenth()
