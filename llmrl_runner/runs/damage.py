"""Files of a run that a disk or a hand has damaged: named in one line, with the cure."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError


def read_object(path: Path, needed: Iterable[str], cure: str) -> dict[str, Any]:
    """The JSON object in `path`. Raises ConfigError, which ends with the cure, where it is none or lacks a key."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError("", f"{path}: can't be read ({error}); {cure}") from error
    missing = [key for key in needed if key not in found] if isinstance(found, dict) else ["any key"]
    if missing:
        raise ConfigError("", f"{path}: is damaged (without {', '.join(missing)}); {cure}")
    return dict(found)
