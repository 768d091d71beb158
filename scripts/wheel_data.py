"""What a built wheel carries beside the code: conf/ and the recordings, placed inside the package.

An editable install gets no copies: there the package finds both folders beside itself, and edits are seen at once.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WHERE_IN_THE_WHEEL = {"conf": "llmrl_runner/conf", "experiments/recordings": "llmrl_runner/recordings"}


class WheelData(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the folders to a standard wheel. hatchling calls it; see `tool.hatch` in pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is "standard" or "editable"; a folder that isn't there is left out."""
        if version == "editable":
            return
        for folder, place in WHERE_IN_THE_WHEEL.items():
            source = Path(self.root) / folder
            if source.is_dir():
                build_data["force_include"][str(source)] = place
