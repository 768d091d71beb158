"""The project's own environment files, one test each."""

from collections.abc import Callable

import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from tests.envs.files import ENV_NAMES, FIELD_ENVS, GRID_ENVS, load_env

FILES = {"env_name": ENV_NAMES, "config": ENV_NAMES, "field_config": FIELD_ENVS, "grid_config": GRID_ENVS}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for one of FILES runs once for every environment of its list."""
    asked = [name for name in FILES if name in metafunc.fixturenames]
    if asked:
        metafunc.parametrize("env_name", FILES[asked[-1]], indirect=True)


@pytest.fixture
def env_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def config(env_name: str) -> EnvConfig:
    return load_env(env_name)


@pytest.fixture
def field_config(env_name: str) -> EnvConfig:
    """Of an environment whose observations are rows of fields."""
    return load_env(env_name)


@pytest.fixture
def grid_config(env_name: str) -> EnvConfig:
    """Of an environment whose observations are MiniGrid's views."""
    return load_env(env_name)


@pytest.fixture
def cartpole() -> EnvConfig:
    return load_env("cartpole")


@pytest.fixture(name="load_env", scope="session")
def loader() -> Callable[[str], EnvConfig]:
    """A function that reads an environment's file over the schema and the defaults of conf/config.yaml."""
    return load_env
