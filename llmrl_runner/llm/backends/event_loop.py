"""A place for coroutines, so that threads can wait for them with a limit that holds.

A client's own time-out starts anew with each byte; a cancelled coroutine closes its connection at once.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_S = 5.0  # for a coroutine that is slow to notice that it was cancelled


class EventLoop:
    """Runs one backend's coroutines on the process's loop, and can stop them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[Future[Any]] = set()
        self._is_stopped = False

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Its result. Raises what it raises, or TimeoutError; once stop() was called that alone, and at once."""
        future = self._begin(coroutine, timeout_s)
        try:
            return future.result(timeout_s + GRACE_S)
        except CancelledError:
            raise TimeoutError("cancelled") from None
        except TimeoutError:
            raise TimeoutError(f"no whole answer within {timeout_s:g} s (llm.timeout_s)") from None
        finally:
            self._running.discard(future)
            future.cancel()

    def stop(self) -> None:
        """Cancel everything under way, and begin nothing more."""
        with self._lock:
            self._is_stopped = True
            for future in list(self._running):
                future.cancel()

    def _begin(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> Future[T]:
        with self._lock:
            if self._is_stopped:
                coroutine.close()
                raise TimeoutError("stopped")
            future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(coroutine, timeout_s), the_loop())
            self._running.add(future)
            return future


def the_loop() -> asyncio.AbstractEventLoop:
    """One for the process, in a thread that doesn't keep it alive: LiteLLM ties its connections and a worker to it."""
    with _BEGINNING:
        if not _LOOPS:
            _LOOPS.append(asyncio.new_event_loop())
            threading.Thread(target=_LOOPS[0].run_forever, name="llm-loop", daemon=True).start()
        return _LOOPS[0]


_BEGINNING = threading.Lock()
_LOOPS: list[asyncio.AbstractEventLoop] = []
