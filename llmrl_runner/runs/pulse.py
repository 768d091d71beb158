"""progress.json: how far a run is, for whoever looks at its folder from elsewhere, as a sweep's table does."""

import contextlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import leftovers, write_json
from llmrl_runner.runs.damage import read_object

FILE = "progress.json"
SECONDS_BETWEEN_BEATS = 1.0


class Pulse:
    """Writes a run's progress.json, about once a second at most, and takes it away at the end.

    Whatever keeps it from being written is no reason to end a run: then the file is older than it should be.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._last = float("-inf")

    def is_due(self) -> bool:
        """Whether the last beat is long enough ago."""
        return time.monotonic() - self._last >= SECONDS_BETWEEN_BEATS

    def beat(self, figures: Mapping[str, Any]) -> None:
        """Write `figures`, which are JSON, with the time."""
        self._last = time.monotonic()
        with contextlib.suppress(OSError, ValueError, TypeError):  # a method may tell figures that are no JSON
            write_json(self._path, {**figures, "updated": datetime.now(UTC).isoformat(timespec="seconds")})

    def stop(self) -> None:
        """Take the file away, and what a kill left beside it."""
        with contextlib.suppress(OSError):
            for path in (self._path, *leftovers(self._path)):
                path.unlink(missing_ok=True)


def read_pulse(folder: Path) -> Mapping[str, Any]:
    """What a run's progress.json says; empty where there is none, or it can't be read."""
    try:
        return read_object(folder / FILE, [], "")
    except ConfigError:
        return {}
