"""The actions that an LLM may name: of every environment, and of continuous ones by ready-made choices."""

from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.config.environment_schema import ActionConfig, ChoiceConfig, EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.choices import MOST_LISTED, ActionChoices

LoadEnv = Callable[[str], EnvConfig]


def choices_of(config: EnvConfig) -> ActionChoices:
    with closing(make_env(config)) as env:
        return ActionChoices(config, env)


def test_every_action_of_every_environment_is_read_by_its_key_its_name_and_both(config: EnvConfig) -> None:
    choices = choices_of(config)

    for choice in choices.listed:
        key, name = choice.key, choice.name
        shouted = f"{key}) {name.replace(' ', '_').upper()}."
        for said in (key, float(key), str(key), f"{key}.", name, name.upper(), f"{key} ({name})", shouted, [key]):
            assert choices.read(said) == choice, said


def test_every_action_of_every_environment_can_be_taken_and_is_in_the_table(config: EnvConfig) -> None:
    choices = choices_of(config)

    with closing(make_env(config)) as env:
        space = env.action_space
    assert choices.listed
    for choice in choices.listed:
        assert space.contains(choice.native), choice
        assert f"| {choice.key} | {choice.name} |" in choices.table


def test_no_action_is_read_of_a_key_beyond_the_last(config: EnvConfig) -> None:
    choices = choices_of(config)

    with pytest.raises(ActionError) as refused:
        choices.read(max(choice.key for choice in choices.listed) + 1)

    assert refused.value.kind == "out of range"


def test_numbers_of_a_box_are_named_and_taken_in_the_spaces_own_shape_and_type(load_env: LoadEnv) -> None:
    config = load_env("pendulum")
    config.choices = [ChoiceConfig("full left", [-2.0]), ChoiceConfig("full right", [2.0], "counter-clockwise")]
    config.noop = None

    choices = choices_of(config)

    native = choices.read("full right").native
    assert (native.shape, native.dtype, native.tolist()) == ((1,), np.float32, [2.0])
    assert [choice.key for choice in choices.listed] == [0, 1]
    assert "counter-clockwise" in choices.table


def test_actions_that_do_not_begin_at_zero_are_named_by_their_own_numbers(
    load_env: LoadEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gymnasium import spaces
    from gymnasium.envs.toy_text.frozen_lake import FrozenLakeEnv

    class FromFive(FrozenLakeEnv):
        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            self.action_space = spaces.Discrete(4, start=5)

    monkeypatch.setattr("gymnasium.envs.toy_text.frozen_lake.FrozenLakeEnv", FromFive)
    monkeypatch.setattr("gymnasium.envs.toy_text.FrozenLakeEnv", FromFive)

    choices = choices_of(load_env("frozen_lake"))

    assert [choice.key for choice in choices.listed] == [5, 6, 7, 8]
    assert choices.read("5").name == "left"
    with pytest.raises(ActionError):
        choices.read(0)


def test_what_would_do_names_the_first_actions_and_counts_the_rest(load_env: LoadEnv) -> None:
    config = load_env("pendulum")
    config.choices = [ChoiceConfig(f"torque {n}", [n / 10]) for n in range(MOST_LISTED + 3)]
    config.noop = None

    words = choices_of(config).what_would_do

    assert words.startswith("actions are 0 (torque 0), 1 (torque 1)")
    assert words.endswith("11 (torque 11) and 3 more")


Change = Callable[[EnvConfig], None]


def with_choices(*choices: ChoiceConfig) -> Change:
    return lambda config: config.__dict__.update(choices=list(choices), noop=None)


@pytest.mark.parametrize(
    ("name", "change", "key", "words"),
    [
        ("pendulum", with_choices(), "env.choices", "needed"),
        ("pendulum", with_choices(ChoiceConfig("left", [1.0, 2.0])), "env.choices", "`left` has 2 numbers"),
        ("pendulum", with_choices(ChoiceConfig("left", [9.0])), "env.choices", "`left` is outside"),
        ("pendulum", with_choices(ChoiceConfig("left", [float("nan")])), "env.choices", "`left` is outside"),
        ("pendulum", with_choices(ChoiceConfig("a b", [0]), ChoiceConfig("A_b", [1])), "env.choices", "the same name"),
        ("frozen_lake", lambda config: config.actions.pop(), "env.actions", "4 entries needed"),
        ("frozen_lake", lambda config: config.actions.append(ActionConfig("jump")), "env.actions", "got 5"),
        ("frozen_lake", lambda config: config.actions.__setitem__(0, ActionConfig("UP.")), "env.actions", "same name"),
        ("frozen_lake", lambda config: setattr(config, "noop", "wait"), "env.noop", "`wait`"),
    ],
)
def test_actions_that_do_not_fit_are_refused_in_one_line(
    name: str, change: Change, key: str, words: str, load_env: LoadEnv
) -> None:
    config = load_env(name)
    change(config)

    with pytest.raises(ConfigError) as refused:
        choices_of(config)

    assert str(refused.value).startswith(f"{key}: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
