"""One child and the talk with it: requests out, answers in, each within its time, none trusted."""

import contextlib
import math
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from llmrl_runner.sandbox.command import child_command
from llmrl_runner.sandbox.errors import MissingError, ProgramError
from llmrl_runner.sandbox.inside.wire import (
    DONE,
    FAILED,
    HEADER,
    HELLO,
    MAX_LAYOUT_BYTES,
    NONCE_BYTES,
    Item,
    WireError,
    items_of,
    message,
)
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way

ONE_READ = 65_536
PIPE_BYTES = 1 << 20
GREETING_S = 60.0  # for Python and numpy to be loaded, before there is a program, however slow the disk
PATIENCE_S = 2.0  # for a process that closed its pipe to be gone
FORGED = "what came out of its process is no answer; it must not write to file descriptors"


class Connection:
    """A child that is ready for requests, from one thread at a time."""

    def __init__(self, way: Way, limits: Limits) -> None:
        """Raises MissingError where no child of that way comes to life."""
        self.limits = limits
        self.is_open = True
        self._process = way.start(child_command(way.confines, limits))
        self._requests, self._answers = self._process.requests, self._process.answers
        os.set_blocking(self._requests, False)
        _widen(self._requests, self._answers)
        self._coming = select.poll()
        self._coming.register(self._answers, select.POLLIN)
        self._greet()

    def _greet(self) -> None:
        nonce = bytes(NONCE_BYTES)
        try:
            kind, _ = self._answer(nonce, GREETING_S)
        except ProgramError as error:
            complaint = self._process.complaint() or str(error)
            self.end()
            raise MissingError(f"starts no child: {complaint}") from error
        if kind != HELLO:
            self.end()
            raise MissingError("starts no child that greets")

    def ask(self, kind: int, items: Sequence[Item], seconds: float) -> tuple[int, list[Item]]:
        """The answer to a request, DONE or FAILED, and its items: arrays that can't be written to.

        Raises ProgramError where none comes in time, or something else than an answer; the child is gone then.
        """
        nonce = os.urandom(NONCE_BYTES)
        data = message(nonce, kind, items)
        try:
            sent = os.write(self._requests, data)
            if sent < len(data):
                self._send_rest(memoryview(data)[sent:], seconds)
            return self._answer(nonce, seconds)
        except BrokenPipeError:
            raise self._ended() from None
        except BaseException:
            self.end()
            raise

    def end(self, patience_s: float = 0.0) -> int:
        """Kill the child, once it had its time to end by itself. How it ended, as Process.end says."""
        if not self.is_open:
            return 0
        self.is_open = False
        return self._process.end(patience_s)

    def _send_rest(self, data: memoryview, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        room = select.poll()
        room.register(self._requests, select.POLLOUT)
        while data:
            if not room.poll(_milliseconds(deadline)):
                raise self._late(seconds)
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._requests, data) :]

    def _answer(self, nonce: bytes, seconds: float) -> tuple[int, list[Item]]:
        """One message that repeats `nonce`. Most come in one piece; for those this is all that is done."""
        if not self._coming.poll(seconds * 1000):
            raise self._late(seconds)
        data: Any = os.read(self._answers, ONE_READ)
        if len(data) < HEADER.size:
            data = self._read_on(data, HEADER.size, seconds)
        repeated, kind, layout_bytes, payload_bytes = HEADER.unpack_from(data)
        if repeated != nonce or kind not in (DONE, FAILED, HELLO) or layout_bytes > MAX_LAYOUT_BYTES:
            raise ProgramError("forged", FORGED)
        if payload_bytes > self.limits.answer_mb << 20:
            raise ProgramError("flood", f"its answer is larger than {self.limits.answer_mb} MB")
        start = HEADER.size + layout_bytes
        if len(data) < start + payload_bytes:
            data = memoryview(self._read_on(data, start + payload_bytes, seconds)).toreadonly()
        if len(data) > start + payload_bytes:
            raise ProgramError("forged", FORGED)
        try:
            return kind, items_of(bytes(data[HEADER.size : start]), data, start, payload_bytes)
        except WireError as error:
            raise ProgramError("forged", FORGED) from error

    def _read_on(self, begun: bytes, size: int, seconds: float) -> bytearray:
        """`size` bytes that begin with those that were read already."""
        deadline = time.monotonic() + seconds
        whole = bytearray(size)
        whole[: len(begun)] = begun
        at = len(begun)
        while at < size:
            if not self._coming.poll(_milliseconds(deadline)):
                raise self._late(seconds)
            count = os.readv(self._answers, [memoryview(whole)[at:]])
            if not count:
                raise self._ended()
            at += count
        return whole

    def _late(self, seconds: float) -> ProgramError:
        return ProgramError("time", f"no answer within {seconds:g} s")

    def _ended(self) -> ProgramError:
        """Why the child is gone, in words."""
        code = self.end(PATIENCE_S)
        if code == -getattr(signal, "SIGXCPU", 0):
            return ProgramError(
                "time", f"its process used up the {self.limits.cpu_s:g} s of processor time it may have"
            )
        how = f"exit code {code}" if code >= 0 else _signal_name(-code)
        return ProgramError("died", f"its process ended by itself ({how})")


def _milliseconds(deadline: float) -> int:
    return max(0, math.ceil((deadline - time.monotonic()) * 1000))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _widen(*pipes: int) -> None:
    """Fewer turns for large batches, where the kernel grants it."""
    if sys.platform == "linux":
        import fcntl

        for pipe in pipes:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
