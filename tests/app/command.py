"""Running the public command, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.app.warm_start import RUN, WarmCommand, WarmStart

PROJECT = Path(__file__).resolve().parents[2]
# A small, quick run: three blind proposals on a frozen lake, few episodes, no pictures of episodes.
QUICK = (
    "env=frozen_lake",
    "llm=random",
    "method.iterations=3",
    "display.gif=false",
    "env.evaluation.collect_episodes=2",
    "env.evaluation.selection_episodes=[2,4]",
    "env.evaluation.held_out_episodes=20",
)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """`python run.py ...` in a folder where outputs/ is written; started from nothing where no `warm` is given."""

    def __init__(self, folder: Path, warm: WarmStart | None = None) -> None:
        self.folder = folder
        self.warm = warm

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str] | WarmCommand":
        """The command under way, in a process group of its own."""
        whole = {**os.environ, **environment}
        if self.warm is not None:
            asks_a_model = any(name.endswith("_API_KEY") for name in environment)
            return self.warm.command(arguments, self.folder, whole, asks_a_model)
        return subprocess.Popen(
            [sys.executable, RUN, *arguments],
            cwd=self.folder,
            env=whole,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )

    def run(self, *arguments: str, **environment: str) -> Ended:
        """The command, waited for."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=110)
        return Ended(process.returncode, out, err)

    def kill(self, process: "subprocess.Popen[str] | WarmCommand") -> None:
        """kill -9 for the command and everything it started."""
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def runs(self) -> list[Path]:
        """Every run folder, by name."""
        return sorted(path.parent for path in self.in_runs("config.yaml"))

    def in_runs(self, name: str) -> list[Path]:
        """What every run folder has of this name."""
        return list((self.folder / "outputs").glob(f"*/*/*/seed*/{name}"))

    def only_run(self) -> Path:
        """The one run folder that there is."""
        [run] = self.runs()
        return run


def hear_ctrl_c() -> None:
    """Also where the tests run in the background, whose shell has them ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def result_of(run: Path) -> dict[str, Any]:
    """What must be the same however often the run was interrupted."""
    result: dict[str, Any] = json.loads((run / "result.json").read_text())
    del result["wall_seconds"]
    return result


def transcript_of(run: Path) -> list[dict[str, Any]]:
    """The answers that the run has been given, none where there is no transcript yet; a line that is being written is
    none yet."""
    path = run / "transcript.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def wait_until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Return once `is_so`; fail the test where it takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)
