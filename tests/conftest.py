import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.command import CommandLine
from tests.app.warm_start import WarmStart


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fresh", action="store_true", help="start every command from nothing (see tests/app/warm_start.py)"
    )


@pytest.fixture(scope="session")
def warm(request: pytest.FixtureRequest) -> Iterator[WarmStart | None]:
    """What commands are forked from, None where each is to start from nothing."""
    if request.config.getoption("--fresh") or sys.platform != "linux":
        yield None
        return
    start = WarmStart()
    yield start
    start.close()


@pytest.fixture
def command(tmp_path: Path, warm: WarmStart | None) -> CommandLine:
    return CommandLine(tmp_path, warm)


@pytest.fixture
def fresh_command(tmp_path: Path) -> CommandLine:
    """The command, started from nothing whatever was asked for."""
    return CommandLine(tmp_path)
