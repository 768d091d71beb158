"""The ways to confine a child, and which of them this machine has: sandlock, else bubblewrap, else none."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox import bubblewrap, landlock
from llmrl_runner.sandbox.command import environment
from llmrl_runner.sandbox.connection import Connection
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import PlainProcess
from llmrl_runner.sandbox.process import Way as Way

UNCONFINED = Way("none", lambda command: PlainProcess(command, environment()), confines=False)
LIBRARIES: dict[str, Callable[[], Way]] = {"sandlock": landlock.find, "bubblewrap": bubblewrap.find}


@dataclass(frozen=True)
class Examined:
    """One way on this machine: it works, or the trouble with it and the cure, a line each."""

    library: str
    way: Way | None
    trouble: str = ""
    cure: str = ""


def find_way(setting: str) -> Way:
    """The way for the key `sandbox`: `auto` is the first that works here, `none` is unconfined.

    Raises ConfigError where `auto` finds nothing, saying what is missing.
    """
    if setting == "none":
        return UNCONFINED
    examined = examine()
    works = [found.way for found in examined if found.way]
    if works:
        return works[0]
    troubles = ", ".join(f"{found.library} {found.trouble}" for found in examined)
    raise ConfigError("sandbox", f"no way to confine what an LLM wrote ({troubles}); sandbox=none runs it unconfined")


@functools.cache
def examine() -> tuple[Examined, ...]:
    """Every way there is, the best first, each tried with a real child. Half a second; then it is known."""
    return tuple(_examined(library) for library in LIBRARIES)


def _examined(library: str) -> Examined:
    try:
        way = LIBRARIES[library]()
        Connection(way, Limits()).end()
    except MissingError as missing:
        return Examined(library, None, missing.trouble, missing.cure)
    return Examined(library, way)
