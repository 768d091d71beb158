"""The child's life: walls up, a greeting, then requests until nobody asks any more."""

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from llmrl_runner.sandbox.inside import walls
from llmrl_runner.sandbox.inside.layouts import Item, WireError
from llmrl_runner.sandbox.inside.loading import RefusedError, answer_of, constants_of, failure, function_of, load
from llmrl_runner.sandbox.inside.wire import (
    ANY_CORE,
    CALL,
    DONE,
    FAILED,
    HEADER,
    HELLO,
    LOAD,
    NONCE_BYTES,
    Reader,
    Writer,
)

REQUESTS, ANSWERS, LIFELINE = 0, 1, 2
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
# Once the walls are up nothing more can be imported, so what a program may want is imported before.
LIBRARIES = (
    *("abc", "bisect", "cmath", "collections.abc", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "heapq", "itertools", "json", "math", "numbers", "operator", "random", "re"),
    *("statistics", "string", "textwrap", "time", "types", "typing"),
    *("numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.typing"),
)


def main(confined: bool, cpu_s: int, memory_mb: int, answer_bytes: int) -> None:
    """Never returns."""
    walls.hold_the_lifeline(LIFELINE)
    os.closerange(LIFELINE + 1, 65_536)
    for name in LIBRARIES:
        __import__(name)
    _quieten()
    walls.limit(cpu_s, memory_mb)
    if confined:
        walls.confine()
    requests = Requests(answer_bytes)
    requests.answer(HELLO, [])
    _serve(requests)


def _quieten() -> None:
    """Words of the program go nowhere: the pipe is for answers. Random numbers are the same in every run."""

    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any, /) -> int:
            return len(data)

    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO())  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.BufferedWriter(Nowhere()))  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(io.BufferedWriter(Nowhere()))  # type: ignore[misc]
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    sys.modules["random"].seed(0)
    np.random.seed(0)
    os.environ.clear()
    sys.argv[:] = ["program"]
    del sys.orig_argv[:]


class Requests:
    """The child's two pipes. What it needs of `os` it holds on to, whatever a program makes of that module."""

    def __init__(self, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._reader, self._writer = Reader(), Writer()  # the writer knows what the program returned, and nothing else
        self._core = ANY_CORE
        self._read, self._readv, self._write, self._exit = os.read, os.readv, os.write, os._exit
        self.nonce = bytes(NONCE_BYTES)

    def next(self) -> tuple[int, list[Item]]:
        """The kind and the items of the next request. Ends the process where the parent has closed the pipe."""
        data: Any = self._read(REQUESTS, self._reader.room)
        self.nonce = data[:NONCE_BYTES]
        items = self._reader.same(data)
        if items is None:
            items = self._reader.items(self._whole(data))
            if self._reader.core != self._core:
                self._move(self._reader.core)
        return self._reader.kind, items

    def answer(self, kind: int, items: Sequence[Item], writer: Writer | None = None) -> None:
        """Send an answer to the last request. Raises RefusedError where it is too large, WireError for no arrays."""
        arrays = [array for item in items for array in (item.values() if isinstance(item, dict) else [item])]
        size = sum(array.nbytes for array in arrays)
        if size > self._answer_bytes:
            raise RefusedError("flood", f"its answer has {size:,} bytes, {self._answer_bytes:,} are allowed")
        self._send((writer or Writer()).message(self.nonce, kind, items))

    def answer_with(self, value: Any) -> None:
        """Send what the program returned. Most of it looks like what it returned before; that is sent as it is."""
        try:
            data = self._writer.same(self.nonce, DONE, value if value.__class__ is tuple else (value, {}))
        except AttributeError:
            data = None
        if data:
            self._send(data)
        else:
            self.answer(DONE, answer_of(value), self._writer)

    def _send(self, data: Any) -> None:
        sent = self._write(ANSWERS, data)
        while sent < len(data):
            data = memoryview(data)[sent:]
            sent = self._write(ANSWERS, data)

    def _whole(self, data: bytes) -> Any:
        if len(data) < HEADER.size:
            self._exit(0)
        *_, layout_bytes, payload_bytes = HEADER.unpack_from(data)
        whole = bytearray(HEADER.size + layout_bytes + payload_bytes)
        at = len(data)
        if at == len(whole):
            return data
        whole[:at] = data
        while at < len(whole):
            count = self._readv(REQUESTS, [memoryview(whole)[at:]])
            if not count:
                self._exit(0)
            at += count
        return memoryview(whole).toreadonly()

    def _move(self, core: int) -> None:
        """To the parent's core, or be free to run on any, where the system lets it."""
        self._core = core
        with contextlib.suppress(OSError, AttributeError):
            os.sched_setaffinity(0, CORES if core == ANY_CORE else {core})


def _serve(requests: Requests) -> None:
    module, function = ModuleType("none"), None
    while True:
        kind, items = requests.next()
        try:
            if kind == CALL:
                requests.answer_with(function(*items))  # type: ignore[misc]
            elif kind == LOAD:
                source, name = (bytes(item).decode(errors="surrogatepass") for item in items)  # type: ignore[arg-type]
                module = load(source)
                function = function_of(module, name)
                requests.answer(DONE, constants_of(module))
            else:
                module.CONSTANTS.update({name: float(value) for name, value in items[0].items()})  # type: ignore[union-attr]
                requests.answer(DONE, [])
        except WireError as error:
            requests.answer(FAILED, failure(RefusedError("answer", str(error))))
        except BaseException as error:
            requests.answer(FAILED, failure(error))
