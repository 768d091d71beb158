"""The project's own environment files, read as a run reads them."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.schema import EnvConfig

CONF = Path(__file__).parents[2] / "conf"
ENV_NAMES = sorted(path.stem for path in (CONF / "env").glob("*.yaml"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `env_name` runs once for every environment."""
    if "env_name" in metafunc.fixturenames:
        metafunc.parametrize("env_name", ENV_NAMES)


@pytest.fixture(scope="session")
def load_env() -> Callable[[str], EnvConfig]:
    """A function that reads an environment's file over the schema and the defaults of conf/config.yaml."""
    return _load_env


@pytest.fixture
def config(env_name: str) -> EnvConfig:
    return _load_env(env_name)


@pytest.fixture
def cartpole() -> EnvConfig:
    return _load_env("cartpole")


def _load_env(name: str) -> EnvConfig:
    """A copy that the test may change."""
    return copy.deepcopy(_read_env(name))


@cache
def _read_env(name: str) -> EnvConfig:
    defaults = OmegaConf.load(CONF / "config.yaml").env
    config = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(EnvConfig), defaults, *_layers(name)))
    assert isinstance(config, EnvConfig)
    return config


def _layers(name: str) -> list[DictConfig]:
    """The files that one environment is made of, in the order of its `defaults`."""
    layer = OmegaConf.load(CONF / "env" / f"{name}.yaml")
    assert isinstance(layer, DictConfig)
    bases = [base for base in layer.pop("defaults", []) if base != "_self_"]
    return [below for base in bases for below in _layers(base)] + [layer]
