"""One environment in the words of a step-by-step prompt: its goal, its observations, its actions."""

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig, FieldConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.describe import observation_table
from llmrl_runner.envs.observe import ObservationCodec, number_text

OWN_METHODS = ("get_goal_description", "get_observation_schema", "get_action_schema")
DIGITS = 4


class Words(Protocol):
    """What an LLM is told of an environment's observations."""

    goal: str
    observation_schema: str

    def __init__(self, config: EnvConfig, env: Env) -> None: ...

    def tell(self, observation: Any) -> str:
        """An observation in full, a line a field or more."""
        ...

    def in_brief(self, observation: Any) -> str:
        """The same in one line, for the history."""
        ...


def make_words(config: EnvConfig, env: Env) -> Words:
    """The words of the class that `env.words` names, else the environment's own, else those of the fields in its YAML.

    Raises ConfigError where the YAML tells no goal, or fields that don't fit, and the environment tells neither.
    """
    if config.words:
        return _named(config.words)(config, env)
    return OwnWords(config, env) if offers_words(env) else FieldWords(config, env)


def check_told(config: EnvConfig) -> None:
    """Raise ConfigError where the YAML leaves out the goal or the reward, and nothing else tells them."""
    for key in ("goal", "reward"):
        if not getattr(config, key):
            raise ConfigError(f"env.{key}", "a value is needed here")


def offers_words(env: Env) -> bool:
    """Whether the environment tells its goal and schemas itself, as gym-llm's environments do (Sanchez 2024)."""
    return all(callable(getattr(env.unwrapped, name, None)) for name in OWN_METHODS)


def rehearse(config: EnvConfig, words: Words) -> None:
    """Begin an episode and tell its first observation. Raises ConfigError where that fails: better now than later."""
    with closing(make_env(config)) as env:
        try:
            observation, _ = env.reset(seed=0)
            words.tell(observation), words.in_brief(observation)
        except Exception as error:  # whatever a third party's environment or words raise
            problem = f"no episode of {config.id} can be begun and told ({type(error).__name__}: {error})"
            raise ConfigError("env.id", problem) from error


class FieldWords:
    """Named fields with units, as the environment's YAML lists them, whatever the space."""

    def __init__(self, config: EnvConfig, env: Env) -> None:
        check_told(config)
        self.goal = config.goal
        self.observation_schema = observation_table(config)
        self._codec = ObservationCodec(config, env.observation_space)

    def tell(self, observation: Any) -> str:
        """See Words: `- cart position (m): 0.0312`."""
        pairs = zip(self._codec.fields, self._codec.encode([observation])[0], strict=True)
        return "\n".join(f"- {field.name}{_unit(field)}: {field_text(field, value)}" for field, value in pairs)

    def in_brief(self, observation: Any) -> str:
        """See Words: `cart position 0.0312, cart velocity 0`."""
        pairs = zip(self._codec.fields, self._codec.encode([observation])[0], strict=True)
        return ", ".join(f"{field.name} {field_text(field, value)}" for field, value in pairs)


class OwnWords:
    """What the environment says of itself by its three methods; its observations are a Dict or a single value."""

    def __init__(self, config: EnvConfig, env: Env) -> None:
        self.goal = str(_said(env, "get_goal_description")).strip()
        self.observation_schema = schema_text(_said(env, "get_observation_schema"))

    def tell(self, observation: Any) -> str:
        """See Words: `- players_sum: 15`."""
        return "\n".join(f"- {name}: {value_text(value)}" for name, value in _items(observation))

    def in_brief(self, observation: Any) -> str:
        """See Words."""
        return " ".join(", ".join(f"{name} {value_text(value)}" for name, value in _items(observation)).split())


def field_text(field: FieldConfig, value: float) -> str:
    """A field's value: its label where its values have words, else its number."""
    if field.labels and 0 <= value < len(field.labels):
        return field.labels[int(value)]
    return number_text(float(value), DIGITS)


def schema_text(schema: Any) -> str:
    """A schema as an environment gives it: text as it is, anything else as JSON."""
    return schema.strip() if isinstance(schema, str) else json.dumps(schema, indent=1, ensure_ascii=False, default=str)


def value_text(value: Any) -> str:
    """One value of an observation: a text as it is, a number rounded, an array or tuple as a list of such."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        return f"[{', '.join(value_text(part) for part in value)}]"
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "biuf":
        return str(value)
    if numbers.ndim == 0:
        return number_text(float(numbers), DIGITS)
    return f"[{', '.join(value_text(part) for part in numbers)}]"


def own_action_names(env: Env, space: spaces.Space[Any]) -> list[str]:
    """A name for each action, in its order, from the environment's own action schema: a mapping of keys to names.

    Raises ConfigError where it is another thing.
    """
    schema = _said(env, "get_action_schema")
    if not isinstance(space, spaces.Discrete) or not isinstance(schema, Mapping):
        raise ConfigError("env.id", "its get_action_schema() must map the number of each discrete action to its name")
    named = {str(key): str(name) for key, name in schema.items()}
    numbers = [str(int(space.start) + index) for index in range(int(space.n))]
    if sorted(named) != sorted(numbers):
        there, needed = ", ".join(named), ", ".join(numbers)
        raise ConfigError("env.id", f"its get_action_schema() names {there}; the actions are {needed}")
    return [named[number] for number in numbers]


def _said(env: Env, name: str) -> Any:
    """What one of the environment's own methods says. Raises ConfigError where it fails."""
    try:
        return getattr(env.unwrapped, name)()
    except Exception as error:  # whatever a third party's method raises
        raise ConfigError("env.id", f"its {name}() failed ({type(error).__name__}: {error})") from error


def _unit(field: FieldConfig) -> str:
    return f" ({field.unit})" if field.unit else ""


def _items(observation: Any) -> list[tuple[str, Any]]:
    return list(observation.items()) if isinstance(observation, Mapping) else [("observation", observation)]


def _named(import_path: str) -> type[Words]:
    found: type[Words] = imported(import_path, "env.words")
    if not isinstance(found, type) or not hasattr(found, "in_brief"):
        raise ConfigError("env.words", f"`{import_path}` puts no observation into words (see envs/words.py)")
    return found
