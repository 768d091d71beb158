"""The configuration that the command would run with, for whoever isn't the command: a loop in Python, a script."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from llmrl_runner.config.check import checked
from llmrl_runner.config.explain import explain
from llmrl_runner.config.places import conf_folder
from llmrl_runner.config.schema import Config, register


def composed(*words: str) -> Config:
    """As `python run.py` makes it of these words, `env=taxi` and the like. Raises ConfigError where it would refuse."""
    try:
        return checked(_composition(*words))
    except Exception as error:
        if (explained := explain(error)) is None:
            raise
        raise explained from error


def _composition(*words: str) -> DictConfig:
    register()
    with (
        _apart_from_a_running_command(),
        warnings.catch_warnings(),
        initialize_config_dir(str(conf_folder()), version_base="1.3"),
    ):
        warnings.filterwarnings("ignore", message="(?s).*automatic_schema_matching")  # as app.py has it
        return compose("config", list(words))


@contextmanager
def _apart_from_a_running_command() -> Iterator[None]:
    """Hydra knows one application at a time: ours that runs now, or one in which somebody uses an Agent."""
    running = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = running
