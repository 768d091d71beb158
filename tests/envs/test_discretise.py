from collections.abc import Callable

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import DiscretiseConfig, EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.discretise import MOST_CELLS, Discretiser
from llmrl_runner.envs.observe import ObservationCodec

bounds = st.tuples(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
several = st.integers(2, 40)


def discretiser_of(low: float, high: float, bins: int) -> Discretiser:
    chosen = DiscretiseConfig(bins=[bins], low=[low], high=[high])
    config = EnvConfig(name="one", id="One-v0", observation=[FieldConfig(name="x")], actions=[], discretise=chosen)
    return Discretiser(config, ObservationCodec(config, spaces.Box(-np.inf, np.inf, (1,))))


def index_of(values: object, low: float, high: float, bins: int) -> np.ndarray:
    return discretiser_of(low, high, bins).cells(np.asarray(values, dtype=np.float64).reshape(-1, 1))


def edges_of(discretiser: Discretiser, dimension: int) -> np.ndarray:
    """The values (bins - 1,) at which one dimension goes over from each bin to the next."""
    centres = discretiser.centres(dimension)
    return (centres[:-1] + centres[1:]) / 2


@given(bounds, several)
def test_each_centre_lies_in_its_own_bin(ends: tuple[float, float], bins: int) -> None:
    low, high = ends

    centres = discretiser_of(low, high, bins).centres(0)

    assert index_of(centres, low, high, bins).tolist() == list(range(bins))


@given(bounds, several)
def test_both_ends_of_the_range_are_centres(ends: tuple[float, float], bins: int) -> None:
    low, high = ends

    centres = discretiser_of(low, high, bins).centres(0)

    assert (centres[0], centres[-1]) == (low, high)


@given(bounds, several)
def test_just_below_and_above_an_edge_lie_neighbouring_bins(ends: tuple[float, float], bins: int) -> None:
    low, high = ends
    edges = edges_of(discretiser_of(low, high, bins), 0)
    nudge = 1e-6 * (high - low)

    below, above = (index_of(edges + sign * nudge, low, high, bins) for sign in (-1, 1))

    assert below.tolist() == list(range(bins - 1))
    assert above.tolist() == list(range(1, bins))


@given(bounds, several, st.floats(0, 1))
def test_a_value_belongs_to_the_nearest_centre(ends: tuple[float, float], bins: int, where: float) -> None:
    low, high = ends
    value = low + where * (high - low)
    centres = discretiser_of(low, high, bins).centres(0)

    chosen = index_of(value, low, high, bins)[0]

    distances = np.abs(centres - value)
    assert distances[chosen] <= distances.min() + 1e-9 * (high - low)


@given(bounds, several, st.floats(0, allow_infinity=True, allow_nan=False))
def test_values_beyond_the_range_count_as_its_end(ends: tuple[float, float], bins: int, beyond: float) -> None:
    low, high = ends

    cells = index_of([low - beyond, high + beyond], low, high, bins)

    assert cells.tolist() == [0, bins - 1]


@given(st.floats(allow_nan=False))
def test_a_dimension_of_one_bin_is_always_cell_0(value: float) -> None:
    cells = index_of(value, -1.0, 1.0, 1)

    assert cells.tolist() == [0]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Discretiser, np.ndarray]:
    """A table of some of an observation's fields, in any order, and rows of those fields, many of them on an edge."""
    width = draw(st.integers(1, 5))
    names = [f"x{number}" for number in range(width)]
    looked_at = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    ends = [draw(bounds) for _ in looked_at]
    bins = [draw(st.integers(1, 7)) for _ in looked_at]
    chosen = DiscretiseConfig(fields=looked_at, bins=bins, low=[end[0] for end in ends], high=[end[1] for end in ends])
    fields = [FieldConfig(name=name) for name in names]
    config = EnvConfig(name="some", id="Some-v0", observation=fields, actions=[], discretise=chosen)
    discretiser = Discretiser(config, ObservationCodec(config, spaces.Box(-1, 1, (width,))))
    known = [edge for dimension in range(len(bins)) for edge in (*edges_of(discretiser, dimension), *ends[dimension])]
    value = st.sampled_from(known) | st.floats(-2e3, 2e3) | st.sampled_from([np.inf, -np.inf, 0.0, -0.0])
    row = st.lists(value, min_size=width, max_size=width)
    return discretiser, np.array(draw(st.lists(row, max_size=5))).reshape(-1, width)


@given(tables())
def test_the_quick_way_to_cells_is_that_of_the_bins(table: tuple[Discretiser, np.ndarray]) -> None:
    discretiser, rows = table
    low, high, bins = discretiser.low, discretiser.high, discretiser.bins
    values = rows[:, discretiser.columns]

    cells = discretiser.cells(rows)

    written_out = np.floor(np.clip((np.clip(values, low, high) - low) / (high - low), 0, 1) * (bins - 1) + 0.5)
    np.testing.assert_array_equal(cells, np.ravel_multi_index(tuple(written_out.T.astype(int)), tuple(bins)))
    assert cells.dtype == np.int64
    assert [discretiser.cells(row[None])[0] for row in rows] == cells.tolist()


@given(tables(), st.data())
def test_a_row_with_a_number_that_is_none_is_refused_among_any_others(
    table: tuple[Discretiser, np.ndarray], data: st.DataObject
) -> None:
    discretiser, rows = table
    column = data.draw(st.sampled_from(discretiser.columns.tolist()))
    bad = np.zeros((1, rows.shape[1]))
    bad[0, column] = np.nan

    with pytest.raises(ValueError, match="NaN"):
        discretiser.cells(np.concatenate([rows, bad]))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.data())
def test_cells_and_bins_a_dimension_are_inverse(bins: list[int], data: st.DataObject) -> None:
    count = len(bins)
    chosen = DiscretiseConfig(bins=bins, low=[0.0] * count, high=[1.0] * count)
    fields = [FieldConfig(name=f"x{number}") for number in range(count)]
    config = EnvConfig(name="some", id="Some-v0", observation=fields, actions=[], discretise=chosen)
    discretiser = Discretiser(config, ObservationCodec(config, spaces.Box(-1, 1, (count,))))
    cell = data.draw(st.integers(0, discretiser.n_cells - 1))

    indices = discretiser.unravel(np.array([cell]))

    assert np.ravel_multi_index(tuple(indices.T), tuple(discretiser.bins)).tolist() == [cell]
    middle = np.array([[discretiser.centres(d)[i] for d, i in enumerate(indices[0])]])
    assert discretiser.cells(middle).tolist() == [cell]


def test_a_number_that_is_none_has_no_cell() -> None:
    with pytest.raises(ValueError, match="NaN"):
        index_of(np.nan, -1.0, 1.0, 3)


def test_the_formula_of_the_original_is_kept(cartpole: EnvConfig) -> None:
    env = make_env(cartpole)
    codec = ObservationCodec(cartpole, env.observation_space)
    env.close()

    discretiser = Discretiser(cartpole, codec)

    assert discretiser.bins.tolist() == [3, 3, 6, 6]
    assert discretiser.cells(np.array([[-1.21, 1.49, 0.0, 9.0]])).tolist() == [0 * 108 + 1 * 36 + 3 * 6 + 5]


def test_the_largest_table_is_still_one(cartpole: EnvConfig) -> None:
    cartpole.discretise.bins = [100, 100, 100, 1]

    assert Discretiser(cartpole, ObservationCodec(cartpole, spaces.Box(-1, 1, (4,)))).n_cells == MOST_CELLS


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"bins": [3, 3, 6]}, "env.discretise.bins"),
        ({"low": [-1.0]}, "env.discretise.low"),
        ({"bins": []}, "env.discretise.bins"),
        ({"bins": [100_000, 100_000, 100_000, 100_000]}, "env.discretise.bins"),
        ({"bins": [101, 100, 100, 1]}, "env.discretise.bins"),
        ({"fields": ["pole angel", "cart position", "cart velocity", "pole angle"]}, "env.discretise.fields"),
        ({"high": [-2.4, 3.0, 0.2, 3.0]}, "env.discretise.low"),
    ],
)
def test_a_wrong_key_is_named(load_env: Callable[[str], EnvConfig], change: dict[str, list[float]], key: str) -> None:
    config = load_env("cartpole")
    for name, value in change.items():
        setattr(config.discretise, name, value)

    with pytest.raises(ConfigError) as caught:
        Discretiser(config, ObservationCodec(config, spaces.Box(-1, 1, (4,))))

    assert caught.value.key == key
