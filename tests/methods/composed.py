"""Configurations as the command composes them."""

from functools import cache

from hydra import compose, initialize_config_dir

from llmrl_runner.config.check import checked
from llmrl_runner.config.places import conf_folder
from llmrl_runner.config.schema import Config, register


@cache
def config_of(*overrides: str) -> Config:
    """What `python run.py llm=random ...` would run. Composed once for all tests: not to be changed."""
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return checked(compose("config", overrides=["llm=random", *overrides]))
