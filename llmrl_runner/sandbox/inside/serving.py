"""The child's life: walls up, a greeting, then requests until nobody asks any more."""

import io
import os
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from llmrl_runner.sandbox.inside import loading, walls
from llmrl_runner.sandbox.inside.wire import (
    CALL,
    CONSTANTS,
    DONE,
    FAILED,
    HEADER,
    HELLO,
    LOAD,
    NONCE_BYTES,
    Item,
    WireError,
    items_of,
    message,
)

REQUESTS, ANSWERS, LIFELINE = 0, 1, 2
ONE_READ = 65_536
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
    _send(bytes(NONCE_BYTES), HELLO, [])
    _serve(answer_bytes)


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


def _serve(answer_bytes: int, exit_: Any = os._exit) -> None:
    module, function = ModuleType("none"), None
    while True:
        nonce, kind, items = _receive()
        try:
            if kind == CALL:
                answer = loading.answer_of(function(*items))  # type: ignore[misc]
            elif kind == LOAD:
                source, name = (bytes(item).decode(errors="surrogatepass") for item in items)  # type: ignore[arg-type]
                module = loading.load(source)
                function = loading.function_of(module, name)
                answer = loading.constants_of(module)
            elif kind == CONSTANTS:
                module.CONSTANTS.update({name: float(value) for name, value in items[0].items()})  # type: ignore[union-attr]
                answer = []
            else:
                exit_(1)
            _send(nonce, DONE, answer, answer_bytes)
        except WireError as error:
            _send(nonce, FAILED, loading.failure(loading.RefusedError("answer", str(error))))
        except BaseException as error:
            _send(nonce, FAILED, loading.failure(error))


def _send(nonce: bytes, kind: int, items: Sequence[Item], limit: int = ONE_READ, write: Any = os.write) -> None:
    data: Any = message(nonce, kind, items)
    if len(data) > limit + HEADER.size:
        raise loading.RefusedError("flood", f"its answer has {len(data):,} bytes, {limit:,} are allowed")
    sent = write(ANSWERS, data)
    while sent < len(data):
        data = memoryview(data)[sent:]
        sent = write(ANSWERS, data)


def _receive(read: Any = os.read, readv: Any = os.readv, exit_: Any = os._exit) -> tuple[bytes, int, list[Item]]:
    data: Any = read(REQUESTS, ONE_READ)
    if len(data) < HEADER.size:
        exit_(0)  # the parent has closed the pipe
    nonce, kind, layout_bytes, payload_bytes = HEADER.unpack_from(data)
    start = HEADER.size + layout_bytes
    total = start + payload_bytes
    if len(data) < total:
        whole = bytearray(total)
        whole[: len(data)] = data
        at = len(data)
        while at < total:
            count = readv(REQUESTS, [memoryview(whole)[at:]])
            if not count:
                exit_(0)
            at += count
        data = memoryview(whole).toreadonly()
    return nonce, kind, items_of(bytes(data[HEADER.size : start]), data, start, payload_bytes)
