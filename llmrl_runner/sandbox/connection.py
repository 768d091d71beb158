"""One child and the talk with it: requests out, answers in, each within its time, none trusted."""

import contextlib
import ctypes
import math
import os
import select
import signal
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from llmrl_runner.sandbox.command import child_command
from llmrl_runner.sandbox.errors import MissingError, ProgramError
from llmrl_runner.sandbox.inside.layouts import MAX_LAYOUT_BYTES, Item, WireError
from llmrl_runner.sandbox.inside.wire import ANY_CORE, DONE, FAILED, HEADER, HELLO, NONCE_BYTES, Reader, Writer
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way

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
        self._owner = os.getpid()
        self._forgotten = weakref.finalize(self, self._process.end)
        self._nonces = _nonces()
        self._reader, self._writer = Reader(), Writer()
        self._requests, self._answers = self._process.requests, self._process.answers
        os.set_blocking(self._requests, False)
        _widen(self._requests, self._answers)
        self._cores = tuple(_find_cores(0))
        self._coming = select.poll()
        self._coming.register(self._answers, select.POLLIN)
        self._greet()

    def _greet(self) -> None:
        nonce = bytes(NONCE_BYTES)
        try:
            kind, _ = self._answer(nonce, GREETING_S, time.monotonic() + GREETING_S)
        except (ProgramError, TimeoutError) as error:
            self.end()
            trouble = self._process.complaint or str(error) or f"silent for {GREETING_S:g} s"
            raise MissingError(f"starts no child: {trouble}") from error
        if kind != HELLO:
            self.end()
            raise MissingError("starts no child that greets")

    def ask(self, kind: int, items: Sequence[Item], seconds: float) -> tuple[int, list[Item]]:
        """The answer to a request, DONE or FAILED, and its items: arrays that can't be written to.

        Raises ProgramError where none comes in time, or something else than an answer; the child is gone then.
        """
        nonce = next(self._nonces)
        core = _parents_core()
        data = self._writer.message(nonce, kind, items, core)
        deadline = time.monotonic() + seconds
        _stay_on((core,))
        try:
            sent = os.write(self._requests, data)
            if sent < len(data):
                seconds = self._send_rest(memoryview(data)[sent:], deadline)
            kind, answer = self._answer(nonce, seconds, deadline)
            if kind == HELLO:
                raise ProgramError("forged", FORGED)
            return kind, answer
        except TimeoutError:
            self.end()
            raise ProgramError("time", f"no answer within {seconds:g} s") from None
        except OSError:  # a broken pipe, most of all
            raise self._ended() from None
        except BaseException:
            self.end()
            raise
        finally:
            _stay_on(self._cores)

    def end(self, patience_s: float = 0.0) -> int:
        """Kill the child, once it had its time to end by itself. How it ended, as Process.end says."""
        if not self.is_open or os.getpid() != self._owner:  # a fork of the owner leaves it alone
            return 0
        self.is_open = False
        self._forgotten.detach()
        return self._process.end(patience_s)

    def _send_rest(self, data: memoryview, deadline: float) -> float:
        """Send what the pipe had no room for. The seconds that are left then."""
        room = select.poll()
        room.register(self._requests, select.POLLOUT)
        while data:
            if not room.poll(_milliseconds(deadline)):
                raise TimeoutError
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._requests, data) :]
        return _milliseconds(deadline) / 1000

    def _answer(self, nonce: bytes, seconds: float, deadline: float) -> tuple[int, list[Item]]:
        """One message that repeats `nonce`. Most come in one piece; for those this is all that is done."""
        if not self._coming.poll(seconds * 1000):
            raise TimeoutError
        data: Any = os.read(self._answers, self._reader.room)
        if data[:NONCE_BYTES] == nonce:
            items = self._reader.same(data)
            if items is not None:
                return self._reader.kind, items
        return self._unlike_the_last(data, nonce, deadline)

    def _unlike_the_last(self, data: bytes, nonce: bytes, deadline: float) -> tuple[int, list[Item]]:
        data = data if len(data) >= HEADER.size else bytes(self._read_on(data, HEADER.size, deadline))
        repeated, kind, _, layout_bytes, payload_bytes = HEADER.unpack_from(data)
        if repeated != nonce or kind not in (DONE, FAILED, HELLO) or layout_bytes > MAX_LAYOUT_BYTES:
            raise ProgramError("forged", FORGED)
        if payload_bytes > self.limits.answer_mb << 20:
            raise ProgramError("flood", f"its answer is larger than {self.limits.answer_mb} MB")
        size = HEADER.size + layout_bytes + payload_bytes
        whole = data if len(data) >= size else memoryview(self._read_on(data, size, deadline)).toreadonly()
        try:
            return kind, self._reader.items(whole)
        except WireError as error:
            raise ProgramError("forged", FORGED) from error

    def _read_on(self, begun: bytes, size: int, deadline: float) -> bytearray:
        """`size` bytes that begin with those that were read already."""
        whole = bytearray(size)
        whole[: len(begun)] = begun
        at = len(begun)
        while at < size:
            if not self._coming.poll(_milliseconds(deadline)):
                raise TimeoutError
            count = os.readv(self._answers, [memoryview(whole)[at:]])
            if not count:
                raise self._ended()
            at += count
        return whole

    def _ended(self) -> ProgramError:
        """Why the child is gone, in words."""
        code = self.end(PATIENCE_S)
        if code == -getattr(signal, "SIGXCPU", 0):
            return ProgramError(
                "time", f"its process used up the {self.limits.cpu_s:g} s of processor time it may have"
            )
        how = f"exit code {code}" if code >= 0 else _signal_name(-code)
        return ProgramError("died", f"its process ended by itself ({how})")


def _nonces() -> Iterator[bytes]:
    """Random numbers that a child can't know before it is asked."""
    while True:
        many = os.urandom(256 * NONCE_BYTES)
        for start in range(0, len(many), NONCE_BYTES):
            yield many[start : start + NONCE_BYTES]


def _find_core_of_thread() -> Callable[[], int]:
    """Where this thread runs now, for the child to run there as well.

    They take turns, so nothing is lost by it, and waking another core takes much longer than changing over: 40
    microseconds, and 180 where that core was idle, instead of 4 on the virtual machine where this was measured.
    """
    try:
        return ctypes.CDLL(None).sched_getcpu
    except (OSError, AttributeError, TypeError):
        return lambda: ANY_CORE


_parents_core = _find_core_of_thread()
_find_cores: Callable[[int], Iterable[int]] = getattr(os, "sched_getaffinity", lambda thread: ())
_set_cores: Callable[[int, Iterable[int]], None] = getattr(os, "sched_setaffinity", lambda thread, cores: None)


def _stay_on(cores: Iterable[int]) -> None:
    """Keep this thread on these cores while it waits: an idle one would be chosen for it when its answer comes."""
    try:  # noqa: SIM105 - at twice a call, what contextlib costs shows
        _set_cores(0, cores)
    except OSError:  # a system that doesn't let it, or doesn't say where it runs, is slower, and that is all
        pass


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
