"""The command without a process of its own."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmrl_runner.methods.rewards.pool import LAUNCHERS
from tests.app.command import CommandLine, Ended
from tests.app.rewarded import one_after_the_other
from tests.llm.misbehaving_server import MisbehavingServer


class CommandHere(CommandLine):
    """The command in the tests' own process: what it imports is imported once, and its waits can be shortened.

    Not for what is killed, nor for what may be said while Python ends.
    """

    def __init__(
        self, command: CommandLine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        super().__init__(command.folder)
        self._monkeypatch, self._capfd = monkeypatch, capfd

    def run(self, *arguments: str, **environment: str) -> Ended:
        self._capfd.readouterr()
        with self._monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["run.py", *arguments])
            patch.setattr(sys, "path", list(sys.path))
            # Hydra composes everything once more to read `hydra.mode`, which no file of ours sets.
            patch.setattr("hydra._internal.hydra.Hydra.get_mode", lambda self, config_name, overrides: None)
            for name, value in {"LLMRL_SWEEP": "one", **environment}.items():
                patch.setenv(name, value)
            code = exit_code_of_main()
        return Ended(code, *self._capfd.readouterr())


def exit_code_of_main() -> int:
    from llmrl_runner.app import main

    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture
def here(command: CommandLine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandHere:
    return CommandHere(command, monkeypatch, capfd)


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of `here` without the pages that nobody looks at: drawing one takes longer than a small training."""
    monkeypatch.setattr("llmrl_runner.attempt.write_page", lambda folder: None)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    server = MisbehavingServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def trainings_here(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Runs of `here` train in the tests' own process: to start others takes longer than a small training.

    The folders of the trainings, in their order.
    """
    trained: list[Path] = []
    monkeypatch.setitem(LAUNCHERS, "local", one_after_the_other(trained))
    return trained
