"""How an LLM that acts is asked to answer: files in scaffold/ of a folder of prompts."""

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.prompts import Prompts

FOLDER = "scaffold"


def scaffold_file(name: str) -> str:
    """The prompt that says how to answer."""
    return f"{FOLDER}/{name}"


def check_scaffold(prompts: Prompts, name: str, group: str = "method") -> None:
    """Raise ConfigError, with those that there are, where there is no such scaffold; `group` holds its key."""
    if not prompts.has(scaffold_file(name)):
        there = ", ".join(prompts.below(FOLDER))
        raise ConfigError(f"{group}.scaffold", f"there is no '{name}'; there are {there}")
