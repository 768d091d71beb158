"""A child process as its parent holds it: pipes and an end. And what a way to start one is."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

PATIENCE_S = 1.0  # for a process that closed its pipes to be gone


class Process(Protocol):
    """A running child: the descriptors of its pipes, and its end."""

    requests: int
    answers: int
    complaint: str  # once it has ended: the last line on its standard error, "" where there is none

    def end(self, patience_s: float = 0.0) -> int:
        """Wait that long, then kill; close the pipes. How it ended: an exit code, or a signal's number below zero."""
        ...


@dataclass(frozen=True)
class Way:
    """How a child is started. name is for people; `confines` says whether there are walls around it."""

    name: str
    start: Callable[[list[str]], Process]
    confines: bool = True


class PlainProcess:
    """A child of subprocess.Popen, in a session of its own, so that Ctrl-C at the terminal doesn't reach it."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: str = "/") -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, 0, None, pipe, pipe, pipe, cwd=folder, env=dict(environment), start_new_session=True
        )
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self.requests = self._process.stdin.fileno()
        self.answers = self._process.stdout.fileno()
        self.complaint = ""
        self._errors = self._process.stderr.fileno()

    def end(self, patience_s: float = 0.0) -> int:
        """Kill the child with all that is in its session, once it had its time."""
        if patience_s:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        # Not yet waited for, so the number is still its own; bubblewrap's two processes are in the session too.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self.complaint = last_line(self._errors)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                stream.close()
        return 128 - code if code > 128 else code  # bubblewrap tells a signal as a shell does


def last_line(descriptor: int) -> str:
    """The last line that waits in a pipe whose writer is gone or silent, shortened; "" where there is none."""
    os.set_blocking(descriptor, False)
    with contextlib.suppress(BlockingIOError):
        lines = os.read(descriptor, 65_536).decode(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""
    return ""
