"""Searching named numbers within their ranges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.rl.range_search import RangeSearch, ranks, share_of, value_at

ENDS = st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.3g}")).filter(lambda x: x == 0 or abs(x) > 1e-6)
RANGES = (
    st.tuples(ENDS, ENDS).map(sorted).filter(lambda ends: ends[1] - ends[0] > 1e-3 * max(map(abs, ends))).map(tuple)
)


@given(RANGES, st.floats(0, 1))
def test_a_share_of_a_range_comes_back_from_its_value(limits: tuple[float, float], share: float) -> None:
    value = value_at(share, limits)

    assert limits[0] <= value <= limits[1]
    assert value_at(share_of(value, limits), limits) == pytest.approx(value, rel=1e-3, abs=1e-9)


def test_positive_ranges_are_searched_by_factors_and_others_by_differences() -> None:
    assert value_at(0.5, (0.01, 100.0)) == pytest.approx(1.0)
    assert value_at(0.5, (0.0, 100.0)) == pytest.approx(50.0)


def test_ranks_count_those_that_are_better_and_share_places_alike() -> None:
    assert ranks([(1.0, 0.0), (0.5, 9.0), (1.0, 2.0), (0.5, 9.0)]) == [1.0, 2.5, 0.0, 2.5]
    assert ranks([(), (0.1,), ()]) == [1.5, 0.0, 1.5]


@pytest.mark.parametrize("names", ["a", "abc"])
def test_a_search_comes_near_the_best_place_in_few_generations(names: str) -> None:
    ranges = dict.fromkeys(names, (0.01, 100.0))
    search = RangeSearch(dict.fromkeys(names, 0.1), ranges, population=8, sigma=0.25, seed=3)

    best = []
    for _ in range(20):
        asked = search.ask()
        errors = [sum(abs(np.log(value / 5.0)) for value in each.values()) for each in asked]
        search.tell([(-error,) for error in errors])
        best.append(min(errors))

    assert min(best) < 0.2 < best[0]


def test_the_same_search_proposes_the_same() -> None:
    def asked() -> list[dict[str, float]]:
        search = RangeSearch({"a": 1.0}, {"a": (0.0, 2.0)}, population=4, sigma=0.25, seed=1)
        search.ask()
        search.tell([3.0, 1.0, 2.0, 0.0])
        return search.ask()

    assert asked() == asked()
    assert len({each["a"] for each in asked()}) == 4
