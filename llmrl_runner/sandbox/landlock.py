"""Confined by sandlock: Landlock for files, TCP and signals, seccomp for the rest. No root, no namespaces."""

import contextlib
import ctypes
import importlib.metadata
import platform
import re
from typing import Any

from llmrl_runner.sandbox.command import environment, readable
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.process import Way, last_line

CREATE_RULESET = 444  # the system call's number, the same on every architecture since Linux 5.13
VERSION_FLAG = 1  # asks for the ABI's version instead of a ruleset
KERNEL = (6, 7)  # Landlock confines TCP from here on
CURE = "pip install sandlock, on kernel 6.7 or newer with Landlock (lsm=landlock,... at its start)"


def find() -> Way:
    """The way, where library and kernel have what it takes. Raises MissingError."""
    try:
        version = importlib.metadata.version("sandlock")
    except importlib.metadata.PackageNotFoundError:
        raise MissingError("isn't installed", CURE) from None
    if not abi():
        raise MissingError(f"{version} finds no Landlock in kernel {platform.release()}", CURE)
    if kernel_version(platform.release()) < KERNEL:
        raise MissingError(f"{version} needs a kernel newer than {platform.release()}", CURE)
    return Way(f"sandlock {version}", SandlockProcess)


def abi() -> int:
    """The kernel's Landlock version, asked through the system call itself; 0 where there is none."""
    if platform.system() != "Linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)))


def kernel_version(release: str) -> tuple[int, int]:
    """`6.18.44-arch1` -> (6, 18); (0, 0) where there is no number."""
    match = re.match(r"(\d+)\.(\d+)", release)
    return (int(match[1]), int(match[2])) if match else (0, 0)


class SandlockProcess:
    """A child that sandlock started, in a process group of its own."""

    def __init__(self, command: list[str]) -> None:
        from sandlock import Sandbox
        from sandlock.sandbox import StdioMode

        box = Sandbox(fs_readable=readable(), clean_env=True, env=environment(), cwd="/")
        try:
            self._process: Any = box.popen(command, StdioMode.PIPED, StdioMode.PIPED, StdioMode.PIPED)
        except RuntimeError as error:
            raise MissingError(f"starts no process here: {error}", CURE) from error
        self.requests: int = self._process.stdin.fileno()
        self.answers: int = self._process.stdout.fileno()
        self.complaint = ""

    def end(self, patience_s: float = 0.0) -> int:
        """Kill the child, once it had its time."""
        process = self._process
        if not patience_s:
            process.kill()
        result = process.wait(patience_s or None)  # it kills what is still there
        self.complaint = last_line(process.stderr.fileno())
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        return -int(result.signal) if (result.signal or 0) > 0 else int(result.exit_code)
