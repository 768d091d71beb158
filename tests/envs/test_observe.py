from collections.abc import Callable

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.observe import ObservationCodec, number_text

LoadEnv = Callable[[str], EnvConfig]


def config_of(*fields: FieldConfig) -> EnvConfig:
    return EnvConfig(name="made", id="Made-v0", observation=list(fields), actions=[])


def test_a_taxi_state_becomes_its_four_parts(load_env: LoadEnv) -> None:
    codec = ObservationCodec(load_env("taxi"), spaces.Discrete(500))

    fields = codec.encode([((3 * 5 + 1) * 5 + 4) * 4 + 2])[0]

    assert fields.tolist() == [3, 1, 4, 2]
    assert (codec.fields[2].labels[4], codec.fields[3].labels[2]) == ("in the taxi", "Y")


def test_blackjack_s_three_numbers_are_joined(load_env: LoadEnv) -> None:
    space = spaces.Tuple((spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2)))
    codec = ObservationCodec(load_env("blackjack"), space)

    rows = codec.encode([(14, 10, 0), (20, 1, 1)])

    assert rows.tolist() == [[14, 10, 0], [20, 1, 1]]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.data())
def test_a_discrete_state_is_unravelled_row_major(values: list[int], data: st.DataObject) -> None:
    states = int(np.prod(values))
    fields = [FieldConfig(name=f"part {number}", values=count) for number, count in enumerate(values)]
    state = data.draw(st.integers(0, states - 1))

    row = ObservationCodec(config_of(*fields), spaces.Discrete(states)).encode([state])[0]

    assert np.ravel_multi_index(tuple(row.astype(int)), values) == state


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3))
def test_a_box_keeps_its_numbers(numbers: list[float]) -> None:
    codec = ObservationCodec(config_of(*(FieldConfig(name=name) for name in "abc")), spaces.Box(-1e6, 1e6, (3,)))

    row = codec.encode([np.array(numbers, dtype=np.float32)])[0]

    assert row.dtype == np.float64
    assert row.tolist() == numbers


def test_parts_of_a_dict_are_joined_in_the_space_s_order() -> None:
    space = spaces.Dict({"arm": spaces.Box(-1, 1, (2,)), "goal": spaces.Box(-1, 1, (1,))})
    codec = ObservationCodec(config_of(*(FieldConfig(name=name) for name in "abc")), space)

    row = codec.encode([{"goal": np.array([0.5]), "arm": np.array([0.25, -1.0])}])[0]

    assert row.tolist() == [0.25, -1.0, 0.5]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0199999, "0.02"), (-1.23456, "-1.23"), (1e-9, "0"), (0.000123456, "0.000123"), (-1234.5, "-1234")],
)
def test_a_number_s_text_has_few_digits(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(-1e5, 1e5))
def test_a_number_s_text_is_plain_and_near(value: float) -> None:
    text = number_text(value)

    assert "e" not in text
    assert float(text) == pytest.approx(value, rel=0.006, abs=1e-6)


@pytest.mark.parametrize(
    ("fields", "space"),
    [
        ([FieldConfig(name="a")], spaces.Box(-1, 1, (2,))),
        ([FieldConfig(name="a", values=3), FieldConfig(name="b", values=3)], spaces.Discrete(8)),
        ([FieldConfig(name="a")], spaces.Discrete(8)),
        ([FieldConfig(name="a"), FieldConfig(name="a")], spaces.Box(-1, 1, (2,))),
        ([FieldConfig(name="a", values=2, labels=["no"])], spaces.Discrete(2)),
    ],
)
def test_fields_that_do_not_fit_the_space_are_refused(fields: list[FieldConfig], space: spaces.Space) -> None:
    with pytest.raises(ConfigError) as caught:
        ObservationCodec(config_of(*fields), space)

    assert caught.value.key == "env.observation"
