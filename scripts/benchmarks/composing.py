"""A run's configuration for a benchmark."""

from hydra import compose, initialize_config_dir

from llmrl_runner.config.check import checked
from llmrl_runner.config.places import conf_folder
from llmrl_runner.config.schema import Config, register


def composed(*words: str) -> Config:
    """As run.py composes it from these words of a command."""
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return checked(compose("config", list(words)))
