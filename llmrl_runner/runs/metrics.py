"""metrics.jsonl: one JSON object a logged step."""

import json
from pathlib import Path
from typing import Any

from llmrl_runner.files.whole import write_text


class MetricsLog:
    """Appends to metrics.jsonl; what an unfinished iteration left there is dropped when a run goes on."""

    def __init__(self, path: Path, complete_iterations: int) -> None:
        self.path = path
        kept = [row for row in read_metrics(path) if row["iteration"] < complete_iterations]
        write_text(path, "".join(_line(row) for row in kept))

    def log(self, iteration: int, step: int, values: dict[str, Any]) -> None:
        """Append what was measured at environment step `step`."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line({"iteration": iteration, "step": step, **values}))


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a metrics.jsonl; one that a kill tore or a disk damaged is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("iteration"), int):
            rows.append(row)
    return rows


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, allow_nan=False) + "\n"
