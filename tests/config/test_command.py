"""The command of a run, as its settings tell it."""

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import QuotedString
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from llmrl_runner.config.command import as_typed, named, words_of
from llmrl_runner.config.composing import composition


def settings(*words: str) -> dict[str, Any]:
    """As config.yaml keeps them."""
    found: Any = OmegaConf.to_container(composition(*words), resolve=True)
    return found


@pytest.mark.parametrize(
    "words",
    [
        ["method=tabular", "env=cartpole", "llm=replay", "seed=0"],
        ["method=tabular", "env=taxi", "llm=manual", "seed=3", "llm.model=Claude", "method.policy=linear"],
        ["method=tabular", "env=cartpole", "llm=random", "seed=0", "env.discretise.bins=[3,3,6,12]"],
        ["method=augmented", "env=babyai_goto_local", "llm=manual", "seed=0", "method.reward=potential"],
        ["method=llmae_ppo", "env=doorkey_5x5", "llm=gemini", "seed=1", "method.demos.episodes=30"],
        ["method=reward_gen", "env=doorkey_16x16", "llm=manual", "training=ppo", "seed=0"],
        ["method=reward_gen", "env=pendulum", "llm=manual", "training=td3", "seed=0", "training.gamma=0.9"],
        ["method=reflect", "env=taxi", "llm=groq", "seed=0", "method.scaffold=plan", "llm.temperature=null"],
    ],
)
def test_the_command_says_what_was_chosen_and_nothing_else(words: list[str]) -> None:
    found = words_of(settings(*words))

    assert sorted(found) == sorted(words)
    assert settings(*found) == settings(*words)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(st.none() | st.booleans() | NUMBERS | TEXTS, lambda of: st.lists(of, max_size=4), max_leaves=6)


@given(VALUES)
def test_any_value_is_read_back_from_a_command(value: Any) -> None:
    read = OverridesParser.create().parse_override(f"key={as_typed(value)}").value()

    assert plain(read) == value
    assert type(read) is type(value) or isinstance(read, QuotedString)


def plain(read: Any) -> Any:
    if isinstance(read, list):
        return [plain(each) for each in read]
    return read.text if isinstance(read, QuotedString) else read


def test_where_results_went_and_what_they_might_cost_is_not_told() -> None:
    words = ["method=tabular", "env=cartpole", "llm=random", "seed=0"]

    assert words_of(settings(*words, "paths.outputs=/elsewhere", "display.gif=false")) == words


def test_the_command_of_an_environment_of_somebody_s_own_is_not_known() -> None:
    own = {**CARTPOLE, "env": {**CARTPOLE["env"], "name": "short_pole", "max_episode_steps": 200}}

    assert words_of(own) is None
    assert named(own) == ["method=tabular", "env=short_pole", "llm=manual", "seed=0"]


CARTPOLE = settings("method=tabular", "env=cartpole", "llm=manual", "seed=0")
