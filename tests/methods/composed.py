"""Configurations as the command composes them."""

from functools import cache

from llmrl_runner.config.composing import composed
from llmrl_runner.config.schema import Config


@cache
def config_of(*overrides: str) -> Config:
    """What `python run.py llm=random ...` would run. Composed once for all tests: not to be changed."""
    return composed("llm=random", *overrides)
