from collections.abc import Callable

import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.act import ActionCodec, native_actions

LoadEnv = Callable[[str], EnvConfig]


def test_a_discrete_choice_is_the_action(cartpole: EnvConfig) -> None:
    codec = ActionCodec(cartpole, spaces.Discrete(2))

    actions = codec.decode(np.array([[1], [0], [1]]))

    assert actions.tolist() == [1, 0, 1]
    assert (codec.dims, codec.choices, codec.names) == (1, 2, ("push left", "push right"))


def test_discrete_actions_may_start_elsewhere(cartpole: EnvConfig) -> None:
    codec = ActionCodec(cartpole, spaces.Discrete(2, start=5))

    actions = codec.decode(np.array([[0], [1]]))

    assert actions.tolist() == [5, 6]


def test_choices_of_a_continuous_action_are_its_values(load_env: LoadEnv) -> None:
    codec = ActionCodec(load_env("hopper"), spaces.Box(-1, 1, (3,)))

    actions = codec.decode(np.array([[0, 1, 2], [2, 2, 0]]))

    assert actions.tolist() == [[-1, 0, 1], [1, 1, -1]]


def test_clipping_respects_each_dimension_s_bounds(load_env: LoadEnv) -> None:
    codec = ActionCodec(load_env("swimmer"), spaces.Box(np.array([-1, -1], np.float32), np.array([1, 2], np.float32)))

    actions = codec.clip(np.array([[-3.0, 3.0], [0.5, 1.5]]))

    assert actions.tolist() == [[-1, 2], [0.5, 1.5]]


def test_continuous_actions_reach_the_environment_in_its_type() -> None:
    space = spaces.Box(-1, 1, (2,), dtype=np.float32)

    first, _ = native_actions(space, np.zeros((2, 2)))

    assert (first.dtype, first.shape) == (np.float32, (2,))


def test_values_outside_the_bounds_are_refused(load_env: LoadEnv) -> None:
    config = load_env("hopper")
    config.discretise.action_values = [-2.0, 0.0]

    with pytest.raises(ConfigError, match=r"env\.discretise\.action_values: -2 is outside"):
        ActionCodec(config, spaces.Box(-1, 1, (3,)))


def test_a_table_without_values_for_continuous_actions_is_refused(load_env: LoadEnv) -> None:
    config = load_env("hopper")
    config.discretise.action_values = []
    codec = ActionCodec(config, spaces.Box(-1, 1, (3,)))

    with pytest.raises(ConfigError, match=r"env\.discretise\.action_values"):
        codec.decode(np.zeros((1, 3), dtype=np.int64))


def test_a_missing_action_is_named(cartpole: EnvConfig) -> None:
    with pytest.raises(ConfigError, match=r"env\.actions: 3 entries needed"):
        ActionCodec(cartpole, spaces.Discrete(3))
