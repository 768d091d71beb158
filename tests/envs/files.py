"""The project's own environment files, read as a run reads them, and which of them are made of fields."""

import copy
from functools import cache
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from llmrl_runner.config.environment_schema import EnvConfig

CONF = Path(__file__).parents[2] / "conf"
# Its id is given on the command line; until then it is no environment.
BY_ID = "minigrid"
ENV_NAMES = sorted(path.stem for path in (CONF / "env").glob("*.yaml") if path.stem != BY_ID)


def load_env(name: str) -> EnvConfig:
    """A copy that the test may change."""
    return copy.deepcopy(_read_env(name))


def load_world(world: str) -> EnvConfig:
    """A copy of what `env=minigrid env.id=<world>` reads."""
    return copy.deepcopy(_read_env(BY_ID, id=world))


@cache
def _read_env(name: str, **overrides: str) -> EnvConfig:
    layers = [OmegaConf.structured(EnvConfig), _defaults(), *_layers(name), overrides]
    config = OmegaConf.to_object(OmegaConf.merge(*layers))
    assert isinstance(config, EnvConfig)
    return config


@cache
def _defaults() -> DictConfig:
    """What config.yaml says of every environment."""
    defaults: DictConfig = OmegaConf.load(CONF / "config.yaml").env
    return defaults


@cache
def _layers(name: str) -> list[DictConfig]:
    """The files that one environment is made of, in the order of its `defaults`."""
    layer = OmegaConf.load(CONF / "env" / f"{name}.yaml")
    assert isinstance(layer, DictConfig)
    bases = [base for base in layer.pop("defaults", []) if base != "_self_"]
    return [below for base in bases for below in _layers(base)] + [layer]


# A view has words of its own and no fields, so that there is no table or linear policy for it.
FIELD_ENVS = [name for name in ENV_NAMES if _read_env(name).words is None]
GRID_ENVS = [name for name in ENV_NAMES if name not in FIELD_ENVS]
