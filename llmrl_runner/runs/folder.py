"""A run's folder: where it lies, who is at work in it, and how it stands."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import write_json
from llmrl_runner.runs.damage import read_object

RESULT_CURE = "delete it, and the same command ends the run anew from its iterations"


class RunFolder:
    """<outputs>/<method>/<env>/<llm>/seed<k>-<id8>, and -r2, -r3 ... where it was run afresh."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """`tabular/cartpole/replay/seed0-9bfe056c`: what no other run of the same outputs is called."""
        return "/".join(self.path.parts[-4:])

    @property
    def is_finished(self) -> bool:
        """result.json is written last, so where it stands the run is whole."""
        return (self.path / "result.json").exists()

    def result(self) -> dict[str, Any]:
        """What result.json says. Raises ConfigError, with the cure, where it is damaged."""
        return read_object(self.path / "result.json", ["ended_by", "llm", "held_out"], RESULT_CURE)

    def config(self) -> dict[str, Any]:
        """The resolved configuration, as config.yaml keeps it; empty where that is missing or damaged."""
        try:
            config = yaml.safe_load((self.path / "config.yaml").read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return {}
        return config if isinstance(config, dict) else {}

    def set_status(self, state: str, reason: str | None = None) -> None:
        """Write status.json: running, finished or failed, and why."""
        status = {"state": state, "reason": reason, "pid": os.getpid(), "host": platform.node()}
        write_json(self.path / "status.json", {**status, "updated": datetime.now(UTC).isoformat(timespec="seconds")})

    def status(self) -> dict[str, Any]:
        """What status.json says; empty where there is none yet, or it is damaged: the next one replaces it."""
        try:
            return read_object(self.path / "status.json", [], "")
        except ConfigError:
            return {}

    def give_up(self, reason: str) -> None:
        """Say failed where status.json says running and nobody is at work: whoever was is known to be gone."""
        if self.status().get("state") != "running":
            return
        with suppress(Timeout, OSError), FileLock(self.path / ".lock", timeout=0):
            self.set_status("failed", f"{reason}; the same command goes on from here")

    @contextmanager
    def locked(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Hold the folder alone. The kernel lets a dead owner's lock go; a living owner is named and waited for."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            owner = self.status()
            tell(f"{self.path}: process {owner.get('pid')} on {owner.get('host')} is at work on it; waiting")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def locate(base: Path, is_rerun: bool) -> RunFolder:
    """The newest folder of this identity, or with `is_rerun` a new one beside those that are there."""
    taken = [path for path in [base, *sorted(base.parent.glob(f"{base.name}-r*"), key=_rerun_number)] if path.exists()]
    if not is_rerun:
        return RunFolder(taken[-1] if taken else base)
    number = _rerun_number(taken[-1]) + 1 if taken else 1
    while True:
        path = base if number == 1 else base.with_name(f"{base.name}-r{number}")
        try:
            path.mkdir(parents=True)
            return RunFolder(path)
        except FileExistsError:
            number += 1


def _rerun_number(path: Path) -> int:
    _, _, number = path.name.rpartition("-r")
    return int(number) if number.isdigit() else 1
