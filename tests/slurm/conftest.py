"""Tests on a real Slurm. `make test-slurm` brings one up and runs them; elsewhere they are skipped."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.one_node_slurm import RUNS_THEM
from tests.slurm.cluster import SlurmCommand


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get(RUNS_THEM):
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="no Slurm of its own here: `make test-slurm` brings one up"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SlurmCommand]:
    """The command in a folder of its own; whatever it leaves under way, here or in Slurm's queue, is ended."""
    command = SlurmCommand(tmp_path)
    yield command
    command.end_all()
    subprocess.run(["scancel", "--me"], check=False)
