"""Hydra's and OmegaConf's exceptions said in one line that names the key and the nearest right spelling."""

import re
from typing import Any

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    ConfigTypeError,
    InterpolationToMissingValueError,
    OmegaConfBaseException,
)
from yaml import YAMLError

from llmrl_runner.config.errors import DISK_TROUBLE, ConfigError, nearest
from llmrl_runner.config.places import conf_folder

QUOTED = "a value with spaces or signs in it needs quotes of its own: 'key=\"the value\"'"
SEARCHER = "hydra/sweeper/optuna"  # what conf/hydra/sweeper/search.yaml builds on
LISTS = {"FieldConfig": "env.observation[...]", "ActionConfig": "env.actions[...]"}
# What Hydra says of a whole command, and how we say it.
REMARKS = (
    (r"Ambiguous value for argument '([\w.@/]+)=", "several values are a sweep, which needs -m: python run.py -m ..."),
    (r"Could not append to config. An item is already at '([\w.@/]+)'", "is there already; write it without the `+`"),
    (r"Multiple values for ([\w.@/]+)\.", "is there already; write it without the `+`"),
    (
        r"Could not override '([\w.@/]+)'. No match",
        "is no group; choose as group=folder/option",
    ),
    (r"()No trials are completed yet", "none of the search's runs has a score to go by: see above"),
    (r"Could not delete from config. '([\w.@/]+)'", "there is no such key to take away"),
)


def explain(error: Exception) -> ConfigError | None:
    """The ConfigError behind an exception of composition, or None where it is something else."""
    if isinstance(error, ConfigError):
        return error
    if isinstance(error, OverrideParseException):
        return ConfigError("", f"can't read the override '{error.override}': {_how_to_write(error)}")
    if isinstance(error, MissingConfigException):
        return _unknown_option(error)
    if isinstance(error, YAMLError):
        return ConfigError("", _broken_file(error))
    if isinstance(error, UnicodeDecodeError) and (file := _file_being_read(error)):
        return ConfigError("", f"{file}: not UTF-8 text ({error.reason})")
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        return ConfigError("", f"{error.filename or 'writing'}: {error.strerror or error}")
    cause = _omegaconf_cause(error)
    if cause is not None:
        return _wrong_key(cause, error)
    if isinstance(error, HydraException) or _raised_by_hydra_or_plugin(error):
        return _remark(_first_line(error))
    return None


def _how_to_write(error: OverrideParseException) -> str:
    text = _first_line(error)
    if "=" not in error.override:
        return "an override is written key=value"
    if "=~" in error.override:
        return "`~` isn't known here; write $HOME instead"
    return QUOTED if "LexerNoViableAlt" in text else text


def _unknown_option(error: MissingConfigException) -> ConfigError:
    missing = error.missing_cfg_file or ""
    if missing == SEARCHER:
        return ConfigError("hydra/sweeper", "needs the extra `optuna`: pip install '.[optuna]'")
    group, _, option = missing.rpartition("/")
    options = [str(option) for option in error.options or []]
    if missing.startswith("experiment/"):  # its options lie a folder deeper: <study>/<arm>
        group, _, option = missing.partition("/")
        folder = conf_folder() / group
        options = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    if not group or not options:
        return ConfigError("", _first_line(error))
    return ConfigError(group, f"no option '{option}'{nearest(option, options)} (there are: {', '.join(options)})")


def _broken_file(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"not YAML: {' '.join(str(error).split())}"
    return f"{mark.name}, line {mark.line + 1}: not YAML ({getattr(error, 'problem', None) or 'unreadable'})"


def _file_being_read(error: Exception) -> str | None:
    """The file that Hydra was at, which it doesn't say; None where it was at none."""
    trace, path = error.__traceback__, None
    while trace is not None:
        path = trace.tb_frame.f_locals.get("full_path", path)
        trace = trace.tb_next
    return None if path is None else str(path)


def _wrong_key(cause: OmegaConfBaseException, error: Exception) -> ConfigError:
    """What OmegaConf has against a key or its value."""
    if isinstance(cause, ConfigAttributeError | ConfigKeyError):
        return _unknown_key(cause, error)
    if isinstance(cause, InterpolationToMissingValueError):  # the value that another one is made of
        return ConfigError(_first_line(cause).rpartition(" ")[2], "a value is needed here")
    key = _key_of(cause, error)
    if isinstance(cause, ConfigTypeError) and "does not support deletion" in str(cause):
        return ConfigError(key, "is needed and can't be taken away")
    if "is not a subclass of" in str(cause):
        return ConfigError(key.rstrip("."), "needs keys with values, as the other files of its group have them")
    return ConfigError(key, _wrong_type(cause))


def _remark(line: str) -> ConfigError:
    for pattern, remark in REMARKS:
        if match := re.match(pattern, line):
            return ConfigError(match[1], remark)
    return ConfigError("", line)


def _raised_by_hydra_or_plugin(error: Exception) -> bool:
    """Whether it is one of them that refuses its input: some of their errors are plain ValueErrors."""
    if not isinstance(error, ValueError):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raiser = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return raiser.startswith(("hydra.", "joblib.", "optuna."))


def _unknown_key(cause: Any, error: Exception) -> ConfigError:
    key = _key_of(cause, error)
    parent, _, last = key.rpartition(".")
    match = nearest(last, _keys_beside(cause))
    named = match.replace("did you mean ", f"did you mean {parent}.") if parent else match
    if cause.parent_node is not None and OmegaConf.get_type(cause.parent_node) is dict:
        return ConfigError(key, f"there is no such key yet; `+{key}=...` adds it")
    return ConfigError(key, f"there is no such key{named}")


def _keys_beside(cause: Any) -> list[str]:
    node = cause.parent_node
    if isinstance(node, DictConfig):
        return [str(key) for key in node if key != "hydra"]
    if cause.object_type is not None and hasattr(cause.object_type, "__dataclass_fields__"):
        return list(cause.object_type.__dataclass_fields__)
    return []


def _wrong_type(cause: OmegaConfBaseException) -> str:
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
    item = LISTS.get(getattr(cause.object_type, "__name__", ""))
    if item is not None:  # of a list, which OmegaConf leaves out of its path
        return f"{item}.{full.rpartition('.')[2]}"
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
