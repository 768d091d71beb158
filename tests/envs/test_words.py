"""An environment in words: by its fields, or by what it says of itself."""

from collections.abc import Callable
from contextlib import closing
from types import MappingProxyType
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.words import (
    FieldWords,
    OwnWords,
    Words,
    make_words,
    own_action_names,
    rehearse,
    schema_text,
    value_text,
)

LoadEnv = Callable[[str], EnvConfig]


def words_of(config: EnvConfig) -> Words:
    with closing(make_env(config)) as env:
        return make_words(config, env)


class SpeaksForItself(gym.Env[Any, Any]):
    """What gym-llm asks of an environment."""

    action_space = spaces.Discrete(2, start=1)
    observation_space = spaces.Dict({"sum": spaces.Discrete(32)})

    def __init__(self, actions: Any = MappingProxyType({1: "hit", "2": "stick"})) -> None:
        self.actions = actions

    def get_goal_description(self) -> str:
        return " Come close to 21. "

    def get_observation_schema(self) -> Any:
        return {"sum": {"type": "integer", "range": (0, 31), "unit": "€"}}

    def get_action_schema(self) -> Any:
        return self.actions


NOTHING_SAID = EnvConfig("own", "Own-v0")


def test_every_observation_of_every_environment_is_told_in_full_and_in_one_line(config: EnvConfig) -> None:
    words = words_of(config)

    with closing(make_env(config)) as env:
        observation, _ = env.reset(seed=0)
    assert words.goal
    assert words.observation_schema
    assert words.tell(observation).strip()
    assert words.in_brief(observation).strip()
    assert "\n" not in words.in_brief(observation)


def test_fields_are_told_with_their_units_their_labels_and_rounded(load_env: LoadEnv) -> None:
    pole, taxi = words_of(load_env("cartpole")), words_of(load_env("taxi"))

    assert pole.tell(np.array([0.031249, -1e-9, 1234.56, 2.0])).splitlines()[:2] == [
        "- cart position (m): 0.03125",
        "- cart velocity (m/s): 0",
    ]
    assert "passenger in the taxi" in taxi.in_brief(16)


def test_an_environment_that_speaks_for_itself_needs_no_words_in_its_file() -> None:
    words = make_words(NOTHING_SAID, SpeaksForItself())

    assert isinstance(words, OwnWords)
    assert words.goal == "Come close to 21."
    assert '"unit": "€"' in words.observation_schema
    assert words.tell({"sum": np.int64(15), "usable ace": True}) == "- sum: 15\n- usable ace: 1"
    assert words.in_brief({"sum": 15, "note": "two\nlines"}) == "sum 15, note two lines"
    assert words.tell(7) == "- observation: 7"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.123456), "0.1235"),
        (np.array([1.0, 0.5]), "[1, 0.5]"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array([True, False]), "[1, 0]"),
        ((15, 10, False), "[15, 10, 0]"),
        ((1, np.array([2, 3])), "[1, [2, 3]]"),  # of uneven lengths
        (("left", 2), "[left, 2]"),
        ("a word", "a word"),
        (None, "None"),
        ([], "[]"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_any_value_of_an_observation_has_words(value: Any, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("schema", "text"),
    [(" as it is ", "as it is"), ({"x": np.float32(1)}, '{\n "x": "1.0"\n}'), (spaces.Discrete(3), '"Discrete(3)"')],
)
def test_a_schema_is_shown_whatever_it_is_made_of(schema: Any, text: str) -> None:
    assert schema_text(schema) == text


def test_actions_are_named_by_the_environments_own_schema_in_the_order_of_their_numbers() -> None:
    env = SpeaksForItself()

    assert own_action_names(env, env.action_space) == ["hit", "stick"]


@pytest.mark.parametrize("actions", [{0: "hit", 1: "stick"}, {1: "hit"}, ["hit", "stick"], "hit or stick"])
def test_a_schema_that_does_not_name_the_actions_is_refused(actions: Any) -> None:
    env = SpeaksForItself(actions)

    with pytest.raises(ConfigError, match="get_action_schema"):
        own_action_names(env, env.action_space)


def test_a_method_of_the_environments_own_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: SpeaksForItself) -> str:
        raise KeyError("no such goal")

    monkeypatch.setattr(SpeaksForItself, "get_goal_description", fails)

    with pytest.raises(ConfigError, match=r"get_goal_description\(\) failed \(KeyError"):
        OwnWords(NOTHING_SAID, SpeaksForItself())


def test_an_observation_that_cannot_be_told_is_known_before_the_first_episode(load_env: LoadEnv) -> None:
    taxi, words = load_env("taxi"), words_of(load_env("cartpole"))

    rehearse(taxi, words_of(taxi))
    with pytest.raises(ConfigError, match="no episode of Taxi-v4 can be begun and told"):
        rehearse(taxi, words)


@pytest.mark.parametrize("key", ["goal", "reward"])
def test_what_neither_the_file_nor_the_environment_tells_is_asked_for(key: str, load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    setattr(config, key, "")

    with pytest.raises(ConfigError) as refused:
        words_of(config)

    assert str(refused.value).startswith(f"env.{key}: ")


@pytest.mark.parametrize(
    ("path", "problem"),
    [("nowhere.Words", "can't import"), ("Words", "can't import"), ("math.pi", "no observation into words")],
)
def test_a_class_of_words_that_is_none_is_refused(path: str, problem: str, load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.words = path

    with pytest.raises(ConfigError, match=problem):
        words_of(config)


def test_words_of_ones_own_are_used_where_the_file_names_them(load_env: LoadEnv) -> None:
    config = load_env("cartpole")
    config.words = f"{FieldWords.__module__}.FieldWords"

    assert isinstance(words_of(config), FieldWords)
