"""Which failures are worth another attempt, and how long to wait before it."""

import random
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

FIRST_WAIT_S = 1.0  # doubled for each further attempt, with jitter
LONGEST_BACKOFF_S = 60.0
LONGEST_WAIT_S = 120.0  # a server that asks for more is not waited for
RETRIED_STATUS = {408, 409, 425, 429}  # and 500 upwards
SPENT_QUOTA = "insufficient_quota"  # 429 too, but waiting doesn't help
RETRY_DELAY = re.compile(r'"retryDelay":\s*"(\d+(?:\.\d+)?)s"')  # Gemini says it in the body


class TransientError(Exception):
    """A failure that may pass. retry_after_s: what the server asked for, None where it didn't."""

    def __init__(self, problem: str, retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


def is_transient(error: BaseException) -> bool:
    """Judged by type and status, never by words: rate limit, time-out, connection, and the server's own trouble."""
    import openai  # LiteLLM's errors derive from its

    body = getattr(error, "body", None)
    if isinstance(body, Mapping) and body.get("code") == SPENT_QUOTA:
        return False
    if isinstance(error, (TimeoutError, openai.APIConnectionError)):
        return True
    status = getattr(error, "status_code", None)
    if not isinstance(error, openai.APIError) or not isinstance(status, int):
        return False
    return status in RETRIED_STATUS or status >= 500


def retry_after_s(headers: Mapping[str, str] | None, message: str = "") -> float | None:
    """The wait that a server asks for, in seconds: as a number, as a date, or as Gemini's retryDelay."""
    value = (headers or {}).get("retry-after")
    if value is not None:
        return seconds_until(value.strip())
    found = RETRY_DELAY.search(message)
    return float(found.group(1)) if found else None


def seconds_until(value: str) -> float | None:
    """`2.5`, or a date of RFC 9110; None for anything else."""
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def with_retries(
    attempt: Callable[[int], T], attempts: int, stopped: threading.Event, tell: Callable[[str], None]
) -> T:
    """`attempt(number)` from 1, again after a TransientError, up to `attempts` times. Raises the last failure.

    tell: hears of each attempt that failed and of the wait before the next.
    Once `stopped` is set nothing is waited for: the next attempt follows at once, and is to say that it was stopped.
    """
    from tenacity import Retrying, retry_if_exception, sleep_using_event, stop_after_attempt

    retrying = Retrying(
        stop=stop_after_attempt(attempts),
        retry=retry_if_exception(is_worth_waiting),
        wait=wait_after,
        sleep=sleep_using_event(stopped),
        before_sleep=lambda state: tell(wait_words(state, attempts)),
        reraise=True,
    )
    for try_ in retrying:
        with try_:
            return attempt(try_.retry_state.attempt_number)
    raise AssertionError("unreachable: the last failure is raised")


def is_worth_waiting(error: BaseException) -> bool:
    """Whether a failure may pass, and soon enough."""
    return isinstance(error, TransientError) and (error.retry_after_s or 0.0) <= LONGEST_WAIT_S


def wait_after(state: "RetryCallState") -> float:
    """Seconds until the next attempt, as Tenacity asks for them."""
    error = state.outcome.exception() if state.outcome else None
    return wait_s(error.retry_after_s if isinstance(error, TransientError) else None, state.attempt_number)


def wait_words(state: "RetryCallState", attempts: int) -> str:
    """One line for a person who waits."""
    error = state.outcome.exception() if state.outcome else None
    left = f"attempt {state.attempt_number} of {attempts} failed, the next in {state.upcoming_sleep:.0f} s"
    return f"{left}: {error}"


def wait_s(asked_s: float | None, attempts_made: int) -> float:
    """At least what the server asked for, else exponential; with jitter, so that many don't come back at once."""
    if asked_s is not None:
        return asked_s + random.uniform(0.0, FIRST_WAIT_S)
    return random.uniform(0.5, 1.0) * min(LONGEST_BACKOFF_S, FIRST_WAIT_S * 2.0**attempts_made)
