"""From a composed Hydra configuration to typed, range-checked dataclasses."""

import dataclasses
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast

from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.config.schema import Config, MethodConfig


def checked(composed: DictConfig) -> Config:
    """The configuration as dataclasses. Raises ConfigError naming the first key that is missing or out of range."""
    for key in sorted(OmegaConf.missing_keys(composed)):
        raise ConfigError(key, "a value is needed here")
    check_keys(composed, Config)
    config = cast(Config, OmegaConf.to_object(composed))
    if not dataclasses.is_dataclass(config.method):
        config.method = third_party_method(composed.method)
    check_ranges(config)
    check_growing(config.env.evaluation.selection_episodes, "env.evaluation.selection_episodes")
    return config


def third_party_method(method: DictConfig) -> DictConfig:
    """A method without a schema of its own: whatever it has, and what every method has. Raises ConfigError."""
    for field in dataclasses.fields(MethodConfig):
        if field.name not in method:
            raise ConfigError(f"method.{field.name}", "is needed by every method")
    for field in dataclasses.fields(MethodConfig):
        if not isinstance(method[field.name], cast(type, field.type)):
            raise ConfigError(f"method.{field.name}", f"can't be '{method[field.name]}'")
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
        options = limits["one_of"]
        raise ConfigError(key, f"'{value}' is not one of {', '.join(options)}{nearest(str(value), options)}")
    if "at_least" in limits and not value >= limits["at_least"]:
        raise ConfigError(key, f"must be at least {limits['at_least']}, got {value}")
    if "above" in limits and not value > limits["above"]:
        raise ConfigError(key, f"must be more than {limits['above']}, got {value}")
    if "at_most" in limits and not value <= limits["at_most"]:
        raise ConfigError(key, f"must be at most {limits['at_most']}, got {value}")
    if "below" in limits and not value < limits["below"]:
        raise ConfigError(key, f"must be less than {limits['below']}, got {value}")


def check_growing(numbers: list[int], key: str) -> None:
    """Raise ConfigError unless `numbers` are at least 2 and each is larger than the one before."""
    if not numbers or numbers[0] < 2 or any(b <= a for a, b in pairwise(numbers)):
        raise ConfigError(key, f"needs growing numbers of at least 2, such as [3, 10, 30], got {list(numbers)}")
