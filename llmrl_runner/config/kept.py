"""The configuration of a run that was kept: config.yaml as dataclasses again."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from llmrl_runner.config.check import checked
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.method_schema import METHOD_SCHEMAS
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import TRAINING_SCHEMAS

OTHER_VERSION = "the run was made by another version, whose settings are not those of today"


def kept_config(resolved: Mapping[str, Any], place: Path) -> Config:
    """What config.yaml says, typed and checked. place: the file, for errors.

    Raises ConfigError, in a line, where a key is missing, unknown or out of range, as in a run of an older version.
    """
    try:
        schema = OmegaConf.structured(Config)
        for part, found in (("method", _method_schema(resolved)), ("training", _training_schema(resolved))):
            if found is not None:
                schema[part] = OmegaConf.structured(found)
        return checked(cast(DictConfig, OmegaConf.merge(schema, OmegaConf.create(dict(resolved)))))
    except (OmegaConfBaseException, ConfigError, ValueError, TypeError) as error:
        words = str(error).strip().splitlines()
        raise ConfigError("", f"{place}: {words[0] if words else 'damaged'} ({OTHER_VERSION})") from error


def _method_schema(resolved: Mapping[str, Any]) -> type | None:
    """None for a third party's method, which has none."""
    method = resolved.get("method")
    return METHOD_SCHEMAS.get(str(method.get("name"))) if isinstance(method, Mapping) else None


def _training_schema(resolved: Mapping[str, Any]) -> type | None:
    """The one that has most of the keys, and fewest others; None where nothing is trained."""
    training = resolved.get("training")
    if not isinstance(training, Mapping) or not training:
        return None

    def unlike(schema: type) -> int:
        return len(set(training) ^ {field.name for field in dataclasses.fields(schema)})

    return min(TRAINING_SCHEMAS.values(), key=unlike)
