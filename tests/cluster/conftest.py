"""A Slurm that says what a test wants it to say."""

from collections.abc import Callable
from pathlib import Path

import pytest

Say = Callable[..., None]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Have a command of Slurm's answer with these lines; no lines: it fails, as where nothing answers."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")

    def answer(command: str, *lines: str) -> None:
        body = "\n".join(f"echo '{line}'" for line in lines) or "echo 'Unable to contact slurm controller' >&2; exit 1"
        (programs / command).write_text(f"#!/bin/sh\necho x >> {tmp_path}/{command}.calls\n{body}\n")
        (programs / command).chmod(0o755)

    for command in ("squeue", "sacct", "scancel"):
        answer(command)
    return answer
