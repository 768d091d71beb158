from pathlib import Path

import pytest

from tests.report.conftest import write_run


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """The outputs of one run that is finished: four iterations, of which the third had no usable answer."""
    run = tmp_path / "outputs" / "tabular" / "cartpole" / "replay" / "seed3-0a1b2c3d"
    run.mkdir(parents=True)
    write_run(run)
    return tmp_path / "outputs"


@pytest.fixture
def run(outputs: Path) -> Path:
    return outputs / "tabular" / "cartpole" / "replay" / "seed3-0a1b2c3d"
