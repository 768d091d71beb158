"""Which of SB3's classes a kind of settings means, and its arguments."""

import inspect
import math
from dataclasses import fields

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import assume, given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import TRAINING_SCHEMAS, TrainingConfig
from llmrl_runner.rl.algorithms import ALGORITHMS, algorithm_of, arguments_of
from tests.rl import corridor
from tests.rl.slider import KINDS, off_policy_settings

ACTIONS = spaces.Box(-1, 1, (2,), np.float32)
# What a training reads itself, and not the algorithm's class: n_envs counts environments, algorithm names a group.
READ_ELSEWHERE = {
    "algorithm", "total_timesteps", "n_envs", "net_arch", "normalize_observations", "normalize_rewards",
    "evaluate_every", "evaluation_episodes",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ALGORITHMS, key=lambda kind: kind.__name__))
def test_every_setting_is_an_argument_of_the_algorithm_or_is_read_elsewhere(kind: type[TrainingConfig]) -> None:
    algorithm = ALGORITHMS[kind]
    taken = inspect.signature(algorithm.load()).parameters

    assert set(algorithm.arguments) <= set(taken)
    assert {field.name for field in fields(kind)} - READ_ELSEWHERE == set(algorithm.arguments)


def test_every_schema_has_an_algorithm() -> None:
    for schema in TRAINING_SCHEMAS.values():
        assert issubclass(schema, tuple(ALGORITHMS))


@pytest.mark.parametrize("kind", KINDS)
def test_the_algorithm_is_the_one_that_the_settings_name(kind: str) -> None:
    settings = off_policy_settings(kind)

    assert algorithm_of(settings).name.lower() == settings.algorithm == kind
    assert arguments_of(settings, ACTIONS)["policy_kwargs"] == {"net_arch": [16]}


def test_settings_of_a_kind_that_is_built_on_another_mean_its_algorithm() -> None:
    assert algorithm_of(corridor.settings()).name == "PPO"


def test_noise_is_as_wide_as_the_actions_and_none_where_there_is_to_be_none() -> None:
    noise = arguments_of(off_policy_settings("td3", action_noise=0.3), ACTIONS)["action_noise"]
    none = arguments_of(off_policy_settings("td3", action_noise=0.0), ACTIONS)["action_noise"]

    np.random.seed(0)
    drawn = np.array([noise() for _ in range(500)])
    assert drawn.std(axis=0) == pytest.approx([0.3, 0.3], rel=0.15)
    assert none is None


@given(st.floats(0, 1e6))
def test_a_number_in_words_is_that_number(value: float) -> None:
    assert arguments_of(off_policy_settings("sac", ent_coef=str(value)), ACTIONS)["ent_coef"] == value


@given(st.text() | st.sampled_from(["auto_", "auto_-1", "auto_0", "autos", "-0.1", "inf", "nan", "auto_x"]))
def test_other_words_are_refused_by_their_key(words: str) -> None:
    assume(not is_weight(words))

    with pytest.raises(ConfigError) as caught:
        arguments_of(off_policy_settings("sac", ent_coef=words), ACTIONS)

    assert caught.value.key == "training.ent_coef"


@pytest.mark.parametrize("words", ["auto", "auto_0.1", "auto_1e-3"])
def test_a_weight_that_adapts_is_handed_on_as_it_is(words: str) -> None:
    assert arguments_of(off_policy_settings("sac", ent_coef=words), ACTIONS)["ent_coef"] == words


def is_weight(words: str) -> bool:
    """Whether Python reads the words as a number that may be one."""
    try:
        return 0 <= float(words.removeprefix("auto_")) < math.inf
    except ValueError:
        return words == "auto"
