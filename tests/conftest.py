import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.app.command import CommandLine
from tests.app.warm_start import WarmStart

# No deadline: it would fail tests on a busy machine, and where an example is the first to import scipy.
settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=300)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="start every command from nothing, try more examples")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("--thorough") else "quick")


@pytest.fixture(scope="session")
def warm(request: pytest.FixtureRequest) -> Iterator[WarmStart | None]:
    """What commands are forked from, None where each is to start from nothing."""
    if request.config.getoption("--thorough") or sys.platform != "linux":
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
