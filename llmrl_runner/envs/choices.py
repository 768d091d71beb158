"""The actions that an LLM may name, and how its words for one are read."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces

from llmrl_runner.answers.errors import ActionError
from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.describe import markdown_table
from llmrl_runner.envs.words import offers_words, own_action_names

SEPARATORS = re.compile(r"[\s_-]+")
NUMBERED = re.compile(r"([+-]?\d+)(?:\.0*)?\s*[.:)=-]?\s*(?:\((.*)\)|(.*))", re.DOTALL)  # `1. down`, `1 (down)`
MOST_LISTED = 12  # names in a message to the model
LONGEST_KEY = 9  # signs; a longer number is no key, and Python refuses to read very long ones


@dataclass(frozen=True)
class Choice:
    """One action by its key, its name, what it does, and as the environment takes it."""

    key: int
    name: str
    meaning: str
    native: Any


class ActionChoices:
    """The actions of one environment, each with a key (the action's own number, or from 0) and a name.

    Discrete actions come from `env.actions` or from the environment's own schema, those of a Box or MultiDiscrete from
    `env.choices`. Raises ConfigError where these are missing or don't fit the space.
    """

    def __init__(self, config: EnvConfig, env: Env) -> None:
        space = env.action_space
        is_discrete = isinstance(space, spaces.Discrete)
        self.listed = _discrete(config, env) if is_discrete else _ready_made(config, space)
        self._by_key: dict[float, Choice] = {choice.key: choice for choice in self.listed}
        self._by_name = {plain(choice.name): choice for choice in self.listed}
        if len(self._by_name) < len(self.listed):
            raise ConfigError("env.actions" if is_discrete else "env.choices", "two of them have the same name")
        self.noop = self._noop(config)

    def __len__(self) -> int:
        return len(self.listed)

    @property
    def table(self) -> str:
        """The actions as a Markdown table: key, name, meaning."""
        rows = [(str(choice.key), choice.name, choice.meaning) for choice in self.listed]
        return markdown_table(("action", "name", "meaning"), rows)

    def read(self, said: Any) -> Choice:
        """The one action that `said` names: a number, a name, or both, as a number or as text.

        Case, spaces, underscores, quotes and a full stop don't matter. Raises ActionError, with what would do.
        """
        if isinstance(said, list) and len(said) == 1:
            said = said[0]
        if isinstance(said, list) and said:
            raise ActionError("several actions", f"exactly one action is needed; {self.what_would_do}")
        if said is None or isinstance(said, bool | list | dict) or said == "":
            raise ActionError("no action", f"the action was missing; {self.what_would_do}")
        return self._of_number(said) if isinstance(said, int | float) else self._of_text(str(said))

    @property
    def what_would_do(self) -> str:
        """For messages: which keys and names there are."""
        names = [f"{choice.key} ({choice.name})" for choice in self.listed[:MOST_LISTED]]
        more = f" and {len(self) - MOST_LISTED} more" if len(self) > MOST_LISTED else ""
        return f"actions are {', '.join(names)}{more}"

    def _of_number(self, number: float) -> Choice:
        choice = self._by_key.get(number)  # also 1.0; what isn't whole is no key
        if choice is None:
            raise ActionError("out of range", f"there is no action of that number; {self.what_would_do}")
        return choice

    def _of_text(self, text: str) -> Choice:
        if choice := self._by_name.get(plain(text)):
            return choice
        match = NUMBERED.fullmatch(text.strip().strip("\"'`*"))
        if match and len(match[1]) <= LONGEST_KEY:
            choice = self._of_number(int(match[1]))
            if plain(match[2] or match[3] or "") in ("", plain(choice.name)):
                return choice
        raise ActionError("unknown name", f"the action names none, or more than one, of those; {self.what_would_do}")

    def _noop(self, config: EnvConfig) -> Choice | None:
        if config.noop is None:
            return None
        if choice := self._by_name.get(plain(config.noop)):
            return choice
        raise ConfigError("env.noop", f"`{config.noop}` is the name of no action; {self.what_would_do}")


def plain(name: str) -> str:
    """A name without what doesn't tell names apart: case, separators, quotes and a full stop."""
    return SEPARATORS.sub(" ", name.strip().strip("\"'`*.").strip()).casefold()


def _discrete(config: EnvConfig, env: Env) -> list[Choice]:
    space: Any = env.action_space
    names = [(action.name, action.meaning) for action in config.actions]
    if not names and offers_words(env):
        names = [(name, "") for name in own_action_names(env, space)]
    if len(names) != space.n:
        problem = f"{space.n} entries needed (one an action of {config.id}), got {len(names)}"
        raise ConfigError("env.actions", problem)
    keys = range(int(space.start), int(space.start + space.n))
    return [Choice(key, name, meaning, key) for key, (name, meaning) in zip(keys, names, strict=True)]


def _ready_made(config: EnvConfig, space: spaces.Space[Any]) -> list[Choice]:
    if not isinstance(space, spaces.Box | spaces.MultiDiscrete):
        raise ConfigError("env.id", f"{config.id} has actions that can't be named here ({type(space).__name__})")
    if not config.choices:
        raise ConfigError(
            "env.choices", f"needed, since {config.id}'s actions are numbers: [{{name: full left, value: [-1]}}, ...]"
        )
    return [
        Choice(key, choice.name, choice.meaning, _native(choice.name, choice.value, space))
        for key, choice in enumerate(config.choices)
    ]


def _native(name: str, value: list[float], space: "spaces.Box | spaces.MultiDiscrete") -> Any:
    """The numbers of a choice in the space's own shape and type. Raises ConfigError where they don't fit in."""
    width = int(np.prod(space.shape))
    if len(value) != width:
        raise ConfigError("env.choices", f"`{name}` has {len(value)} numbers, the action has {width}")
    native = np.asarray(value, dtype=space.dtype).reshape(space.shape)
    if not space.contains(native) or not np.allclose(native, np.reshape(value, space.shape)):
        raise ConfigError("env.choices", f"`{name}` is outside the action's bounds")
    return native
