"""A program that an LLM wrote, called like a function; its code runs in a child process behind walls."""

import math
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox.connection import FORGED, Connection
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.errors import ProgramError as ProgramError
from llmrl_runner.sandbox.failures import told
from llmrl_runner.sandbox.inside.layouts import Item
from llmrl_runner.sandbox.inside.wire import CALL, CONSTANTS, FAILED, LOAD
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way
from llmrl_runner.sandbox.tables import constants_of, ranges_of

FLOAT = np.dtype(np.float64)
ENDS_ITS_PROCESS = ("memory",)  # after which a process that could answer is replaced all the same


class Answer(NamedTuple):
    """What the function returned: its value and the named parts beside it, in the shapes it gave them. Read-only."""

    value: NDArray[np.float64]
    parts: dict[str, NDArray[np.float64]]


class Program:
    """The function of a source text. A child that hung, died or was flooded is replaced at the next call.

    What the program keeps in its module's variables is gone with its child; constants that were set are set again.
    """

    def __init__(self, source: str, function: str, way: Way, limits: Limits = Limits()) -> None:  # noqa: B008
        """Raises ProgramError where the source can't be loaded; ConfigError where no child of that way starts."""
        self.source = source
        self.constants: dict[str, float] = {}
        self.ranges: dict[str, tuple[float, float]] = {}
        self._function, self._way, self._limits = function, way, limits
        self._changed: dict[str, float] = {}
        self._connection: Connection | None = None
        self._start()

    def call(self, *arguments: NDArray[Any] | dict[str, NDArray[Any]]) -> Answer:
        """The function's answer to these arguments, which it gets as arrays that it can't write to.

        Raises ProgramError for whatever goes wrong in the program, ValueError for arguments that are not numbers.
        """
        connection = self._connection
        if connection is None or not connection.is_open:
            connection = self._start()
        kind, items = connection.ask(CALL, arguments, self._limits.call_s)
        if kind == FAILED:
            self._fail(items)
        try:
            return _answer(*items)  # type: ignore[arg-type]
        except (TypeError, AttributeError):
            connection.end()
            raise ProgramError("forged", FORGED) from None

    def set_constants(self, values: Mapping[str, float]) -> None:
        """Overwrite entries of the module's CONSTANTS, for this child and those that replace it.

        Raises ValueError for a name that the program doesn't have, or a value that is not finite.
        """
        for name, value in values.items():
            if name not in self.constants or not math.isfinite(value):
                raise ValueError(f"{name} = {value} can't be set: the program's constants are {list(self.constants)}")
        self._changed.update(values)
        self.constants.update(values)
        if self._connection and self._connection.is_open:
            self._tell_constants(self._connection)

    def close(self) -> None:
        """End the child. A call after this starts another."""
        if self._connection:
            self._connection.end()

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> Connection:
        try:
            self._connection = connection = Connection(self._way, self._limits)
        except MissingError as error:
            raise ConfigError("sandbox", f"{self._way.name} {error.trouble}") from error
        texts = (self.source.encode(errors="surrogatepass"), self._function.encode())
        kind, items = connection.ask(LOAD, [np.frombuffer(text, np.uint8) for text in texts], self._limits.start_s)
        if kind == FAILED:
            self._fail(items, lives_on=False)
        self._take_tables(items)
        if self._changed:
            self._tell_constants(connection)
        return connection

    def _take_tables(self, items: list[Item]) -> None:
        try:
            self.constants = {**constants_of(items), **self._changed}
            self.ranges = ranges_of(items)
        except ProgramError:
            self.close()
            raise

    def _tell_constants(self, connection: Connection) -> None:
        values = {name: np.array(value, dtype=np.float64) for name, value in self._changed.items()}
        kind, items = connection.ask(CONSTANTS, [values], self._limits.call_s)
        if kind == FAILED:
            self._fail(items)

    def _fail(self, items: list[Item], lives_on: bool = True) -> NoReturn:
        error = told(items, self.source)
        if not lives_on or error.kind in ENDS_ITS_PROCESS:
            self.close()
        raise error


def _answer(value: NDArray[Any], parts: dict[str, NDArray[Any]]) -> Answer:
    """The items of an answer. Raises TypeError or AttributeError where they don't have its form."""
    if value.dtype is not FLOAT:
        raise TypeError("no answer")
    for part in parts.values():
        if part.dtype is not FLOAT:
            raise TypeError("no answer")
    return Answer(value, parts)
