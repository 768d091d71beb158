import pytest

from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way
from llmrl_runner.sandbox.ways import UNCONFINED, examine

QUICK = Limits(start_s=20.0, call_s=1.0, answer_mb=1)


@pytest.fixture(params=["sandlock", "bubblewrap", "none"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each way in turn; one that this machine lacks is left out, with the reason."""
    return UNCONFINED if request.param == "none" else _confined(request.param)


@pytest.fixture(params=["sandlock", "bubblewrap"])
def walls(request: pytest.FixtureRequest) -> Way:
    """Each way that confines."""
    return _confined(request.param)


def _confined(library: str) -> Way:
    found = next(examined for examined in examine() if examined.library == library)
    if found.way is None:
        pytest.skip(f"{library} {found.trouble}")
    return found.way
