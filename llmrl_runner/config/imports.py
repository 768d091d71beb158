"""What a key of the configuration names by its import path."""

import importlib
from typing import Any

from llmrl_runner.config.errors import ConfigError


def imported(import_path: str, key: str) -> Any:
    """The object at `package.module.name`. Raises ConfigError, naming the key, where it can't be had."""
    module, _, name = import_path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever a module of somebody else's raises as it is imported
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise ConfigError(key, f"can't import `{import_path}` ({words[0]})") from error
