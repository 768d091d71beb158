"""The whole state of a world in words, for an LLM that plans a whole episode at once."""

from contextlib import closing
from typing import Protocol

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.envs.build import Env, make_env


class MapWords(Protocol):
    """What an LLM is told of a world that it sees whole.

    schema: how the whole state is told, for the system prompt. Two states are told alike only where they look alike, so
    that an action that changed nothing is known by the words before and after it.
    """

    schema: str

    def __init__(self, config: EnvConfig, env: Env) -> None: ...

    def tell(self, env: Env) -> str:
        """The state that `env` is in, with everything that a viewer of the drawn world sees."""
        ...

    def where(self, env: Env) -> str:
        """In a line where the agent is and what it is about to meet."""
        ...


def make_map_words(config: EnvConfig, env: Env) -> MapWords:
    """The words of the class that `env.map_words` names. Raises ConfigError where there is none, or it doesn't fit."""
    if config.map_words is None:
        problem = f"{config.name} has none, and a whole plan needs the whole world in words; say demos.kind=steps"
        raise ConfigError("env.map_words", problem)
    found: type[MapWords] = imported(config.map_words, "env.map_words")
    if not isinstance(found, type) or not hasattr(found, "where"):
        problem = f"`{config.map_words}` puts no state of a world into words (see envs/map_words.py)"
        raise ConfigError("env.map_words", problem)
    return found(config, env)


def rehearse_map(config: EnvConfig, words: MapWords) -> None:
    """Begin an episode and tell its world. Raises ConfigError where that fails: better now than later."""
    with closing(make_env(config)) as env:
        try:
            env.reset(seed=0)
            words.tell(env), words.where(env)
        except Exception as error:  # whatever a third party's environment or words raise
            problem = f"no world of {config.id} can be begun and told ({type(error).__name__}: {error})"
            raise ConfigError("env.map_words", problem) from error
