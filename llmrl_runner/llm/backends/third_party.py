"""A backend of somebody else's: `llm.backend` names its class by the import path, `my_module.MyBackend`."""

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.base import AskingRun, Backend
from llmrl_runner.llm.errors import LLMError
from llmrl_runner.llm.lines import TRANSCRIBED
from llmrl_runner.llm.prices import configured_price
from llmrl_runner.llm.request import Question, Reply

KEY = "llm.backend"
PROPERTIES = {"model": (str, "a text"), "identity": (str, "a text"), "is_immediate": (bool, "True or False")}
METHODS = ("check", "answer", "stop")


class ThirdPartyBackend:
    """What the class at `config.backend` made, held to what a Backend is.

    The class is called with the keys of `llm`, the run that asks, and a function that shows the person a line. It is
    made once for the run's identity and once to ask, so it loads what is large when it is first asked. Raises
    ConfigError, in a line, where there is no such class, or what it makes is no Backend.
    """

    def __init__(self, config: LLMConfig, run: AskingRun, tell: Callable[[str], None]) -> None:
        self._config = config
        self._backend = made(config, run, tell)
        self.model, self.is_immediate = self._backend.model, self._backend.is_immediate
        self.identity = f"{config.backend}:{self._backend.identity}"

    def check(self) -> None:
        """Raise ConfigError where asking is sure to fail: half a price, or what the class itself finds."""
        configured_price(self._config)
        self._backend.check()

    def answer(self, question: Question) -> Reply:
        """The class's reply, with its cost where that follows from prices. Raises LLMError where it is no Reply."""
        reply = self._backend.answer(question)
        check_reply(reply, self._config.backend)
        return reply if reply.cost_usd is not None else replace(reply, cost_usd=self._cost(reply))

    def stop(self) -> None:
        """Give up what is under way."""
        self._backend.stop()

    def _cost(self, reply: Reply) -> float | None:
        """Nothing for what was paid for before, else by the prices of the configuration, else unknown."""
        if reply.is_cached:
            return 0.0
        price = configured_price(self._config)
        return price.cost_usd(reply.prompt_tokens, reply.completion_tokens) if price else None


def made(config: LLMConfig, run: AskingRun, tell: Callable[[str], None]) -> Backend:
    """What the class makes, with all that a Backend has. Raises ConfigError."""
    found = imported(config.backend, KEY)
    if not isinstance(found, type):
        raise ConfigError(KEY, f"`{config.backend}` is no class")
    try:
        backend: Backend = found(config, run, tell)
    except ConfigError:  # the class's own complaint about a key
        raise
    except Exception as error:  # whatever somebody else's class raises
        raise ConfigError(KEY, f"`{config.backend}` can't be made ({in_a_line(error)})") from error
    check_is_backend(backend, config.backend)
    return backend


def check_is_backend(backend: Any, path: str) -> None:
    """Raise ConfigError for the first thing that a Backend has and this hasn't."""
    for name, (kind, words) in PROPERTIES.items():
        if not isinstance(getattr(backend, name, None), kind):
            raise ConfigError(KEY, f"`{path}` needs `{name}`, {words} (llmrl_runner/llm/backends/base.py)")
    for name in METHODS:
        if not callable(getattr(backend, name, None)):
            raise ConfigError(KEY, f"`{path}` needs a method `{name}` (llmrl_runner/llm/backends/base.py)")


def check_reply(reply: Any, path: str) -> None:
    """Raise LLMError for what the run's transcript couldn't hold: it would be damaged."""
    if not isinstance(reply, Reply):
        raise LLMError(f"{KEY}: `{path}` answered with a {type(reply).__name__}; a Reply is needed")
    for name, value in asdict(reply).items():
        words, fits = TRANSCRIBED[name]
        if not fits(value):
            raise LLMError(f"{KEY}: `{path}` answered with a Reply whose `{name}` is not {words}")
    if reply.cost_usd is not None and not 0 <= reply.cost_usd < math.inf:
        raise LLMError(f"{KEY}: `{path}` answered with a Reply that costs {reply.cost_usd}; None where it is unknown")


def in_a_line(error: Exception) -> str:
    """An exception's type and the first line of its words."""
    words = str(error).strip().splitlines()
    return f"{type(error).__name__}: {words[0]}" if words else type(error).__name__
