"""Hydra's and OmegaConf's exceptions said in one line that names the key and the nearest right spelling."""

import re
from typing import Any

from hydra.errors import (
    ConfigCompositionException,
    MissingConfigException,
    OverrideParseException,
)
from omegaconf import DictConfig
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException, ValidationError

from llmrl_runner.config.errors import ConfigError, nearest


def explain(error: Exception) -> ConfigError | None:
    """The ConfigError behind an exception of composition, or None where it is something else."""
    if isinstance(error, ConfigError):
        return error
    if isinstance(error, OverrideParseException):
        return ConfigError("", f"can't read the override '{error.override}': {_first_line(error)}")
    if isinstance(error, MissingConfigException):
        return _unknown_option(error)
    cause = _omegaconf_cause(error)
    if isinstance(cause, ConfigAttributeError | ConfigKeyError):
        return _unknown_key(cause, error)
    if isinstance(cause, ValidationError):
        return ConfigError(_key_of(cause, error), _wrong_type(cause))
    if isinstance(error, OmegaConfBaseException | ConfigCompositionException):
        return ConfigError("", _first_line(error))
    return None


def _unknown_option(error: MissingConfigException) -> ConfigError:
    group, _, option = (error.missing_cfg_file or "").rpartition("/")
    options = [str(option) for option in error.options or []]
    if not group or not options:
        return ConfigError("", _first_line(error))
    return ConfigError(group, f"no option '{option}'{nearest(option, options)} (there are: {', '.join(options)})")


def _unknown_key(cause: Any, error: Exception) -> ConfigError:
    key = _key_of(cause, error)
    parent, _, last = key.rpartition(".")
    match = nearest(last, _keys_beside(cause))
    named = match.replace("did you mean ", f"did you mean {parent}.") if parent else match
    return ConfigError(key, f"there is no such key{named}")


def _keys_beside(cause: Any) -> list[str]:
    node = cause.parent_node
    if isinstance(node, DictConfig):
        return [str(key) for key in node if key != "hydra"]
    if cause.object_type is not None and hasattr(cause.object_type, "__dataclass_fields__"):
        return list(cause.object_type.__dataclass_fields__)
    return []


def _wrong_type(cause: ValidationError) -> str:
    text = _first_line(cause)
    match = re.match(r"Value '(.*)' of type '.*' could not be converted to (\w+)", text)
    kinds = {"Integer": "a whole number", "Float": "a number", "Boolean": "true or false"}
    if match:
        return f"needs {kinds.get(match[2], match[2])}, got '{match[1]}'"
    if "not Optional" in text or "not optional" in text:
        return "needs a value, got null"
    return text


def _key_of(cause: Any, error: Exception) -> str:
    """The key in full: merging a list's item or a group reports it below the group, the override knows the rest."""
    full = str(cause.full_key or cause.key or "")
    override = re.match(r"Could not (?:override|append).*?'([\w.@/\[\]-]+)'", str(error))
    merged = re.match(r"In '([\w/]+)'", str(error))
    if override and override[1].endswith(full):
        return override[1]
    if merged and not full.startswith(merged[1].split("/")[0]):
        return f"{merged[1].split('/')[0]}.{full}"
    return full


def _omegaconf_cause(error: BaseException | None) -> OmegaConfBaseException | None:
    while error is not None:
        if isinstance(error, OmegaConfBaseException):
            return error
        error = error.__cause__ or error.__context__
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
