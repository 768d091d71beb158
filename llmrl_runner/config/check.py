"""From a composed Hydra configuration to typed, range-checked dataclasses."""

import dataclasses
import operator
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast

from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.config.limits import is_import_path
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.config.method_schema import MethodConfig
from llmrl_runner.config.schema import Config

BOUNDS = (
    ("at_least", operator.ge, "at least"),
    ("above", operator.gt, "more than"),
    ("at_most", operator.le, "at most"),
    ("below", operator.lt, "less than"),
)
MOST_EPISODES = 1_000_000  # so many seeds are an iteration's own: methods/base.py
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
ONE_WORD = re.compile(r"\w[\w.-]*")


def checked(composed: DictConfig) -> Config:
    """The configuration as dataclasses. Raises ConfigError naming the first key that is missing or out of range."""
    for key in sorted(OmegaConf.missing_keys(composed)):
        raise ConfigError(key, "a value is needed here")
    check_keys(composed, Config)
    config = cast(Config, OmegaConf.to_object(composed))
    if not dataclasses.is_dataclass(config.method):
        config.method = third_party_method(composed.method)
    check_ranges(config)
    check_variable_names(config.llm.api_key_env)
    check_is_asked(config.llm)
    check_objective(config.sweep.objective)
    check_growing(config.env.evaluation.selection_episodes, "env.evaluation.selection_episodes")
    return config


def third_party_method(method: DictConfig) -> DictConfig:
    """A method without a schema of its own: whatever it has, and what every method has. Raises ConfigError."""
    for field in dataclasses.fields(MethodConfig):
        if field.name not in method:
            raise ConfigError(f"method.{field.name}", "is needed by every method")
    for field in dataclasses.fields(MethodConfig):
        if type(method[field.name]) is not field.type:
            kind = "a whole number" if field.type is int else "a word"
            raise ConfigError(f"method.{field.name}", f"needs {kind}, got '{method[field.name]}'")
        _check_value(f"method.{field.name}", method[field.name], field.metadata)
    return method


def check_keys(node: Any, schema: Any, path: str = "") -> None:
    """Raise ConfigError for a key that was added with `+` or taken away with `~` against the schema."""
    names = [field.name for field in dataclasses.fields(schema)]
    for name in names:
        if name not in node:
            raise ConfigError(f"{path}{name}", "is needed and can't be taken away")
    for name in node:
        if name not in names:
            raise ConfigError(f"{path}{name}", f"there is no such key{nearest(str(name), names)}")
        inner = OmegaConf.get_type(node, str(name))
        if dataclasses.is_dataclass(inner):
            check_keys(node[name], inner, f"{path}{name}.")


def check_ranges(node: Any, path: str = "") -> None:
    """Hold every field against the limits in its metadata, all the way down."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            check_ranges(item, f"{path}[{index}]")
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return
    for field in dataclasses.fields(node):
        key = f"{path}.{field.name}" if path else field.name
        value = getattr(node, field.name)
        _check_value(key, value, field.metadata)
        check_ranges(value, key)


def _check_value(key: str, value: Any, limits: Mapping[str, Any]) -> None:
    if value is None or not limits:
        return
    if "one_of" in limits and value not in limits["one_of"]:
        _check_option(key, value, limits)
    if "not_empty" in limits and not value:
        raise ConfigError(key, "must not be empty")
    if "one_word" in limits and not ONE_WORD.fullmatch(value):
        raise ConfigError(key, f"'{value}' can't be a folder's name; letters, digits, `_`, `-` and `.` can")
    for name, holds, words in BOUNDS:
        if name in limits and not holds(value, limits[name]):
            raise ConfigError(key, f"must be {words} {limits[name]}, got {value}")


def _check_option(key: str, value: Any, limits: Mapping[str, Any]) -> None:
    """Raise ConfigError for what is no option, nor the import path of something where those are taken."""
    takes_paths = "or_import_path" in limits
    if not (takes_paths and is_import_path(str(value))):
        options = limits["one_of"]
        others = " or the import path of a class, my_module.MyClass" if takes_paths else ""
        raise ConfigError(key, f"'{value}' is not one of {', '.join(options)}{others}{nearest(str(value), options)}")


def check_variable_names(names: list[str]) -> None:
    """Raise ConfigError, which doesn't repeat it, for what is no variable's name: it may be the key itself."""
    if not all(VARIABLE.fullmatch(name) for name in names):
        problem = "needs names of environment variables in capitals, such as OPENAI_API_KEY: never a key itself"
        raise ConfigError("llm.api_key_env", problem)


def check_is_asked(llm: LLMConfig) -> None:
    """Raise ConfigError where a model is named and a recording would answer: its answers would pass for the model's."""
    named = [key for key in ("model", "provider", "api_base") if getattr(llm, key) is not None]
    if llm.backend == "replay" and named:
        problem = f"llm={llm.name} answers from a recording and asks no model; choose one that is asked, such as"
        raise ConfigError(f"llm.{named[0]}", f"{problem} llm=groq or llm=openai_compatible")


def check_objective(figure: str) -> None:
    """Raise ConfigError for a held-out one: whoever chooses by it has no score left that no choice saw."""
    if figure.startswith("held_out"):
        raise ConfigError("sweep.objective", f"{figure} is what choices are tested with, so nothing is chosen by it")


def check_growing(numbers: list[int], key: str) -> None:
    """Raise ConfigError unless `numbers` are at least 2, each is larger than the one before, and the last has seeds."""
    if numbers and numbers[-1] > MOST_EPISODES:
        raise ConfigError(key, f"must be at most {MOST_EPISODES}, got {numbers[-1]}")
    if not numbers or numbers[0] < 2 or any(b <= a for a, b in pairwise(numbers)):
        raise ConfigError(key, f"needs growing numbers of at least 2, such as [3, 10, 30], got {list(numbers)}")
