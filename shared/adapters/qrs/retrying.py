"""When a request is sent again: how often, after which waits, and for how long at most."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import stamina

from shared.adapters.qrs.server_clock import http_date
from shared.domain.errors import QrsUnavailableError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_wait` to `max_wait`, plus up to `jitter`; all in seconds.

    No attempt begins later than `budget` seconds after the first one began.
    """

    attempts: int = 4
    first_wait: float = 0.5
    max_wait: float = 20.0
    jitter: float = 0.5
    budget: float = 180.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for one request as a whole.

    A list of 100,000 users takes QRS a while before its first byte comes.
    """

    connect: float = 10.0
    read: float = 90.0
    whole: float = 240.0


class TryAgainError(QrsUnavailableError):
    """A failure that may pass: `retry_after` is what QRS asked for, in seconds, if it did."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


async def with_retries[T](policy: RetryPolicy, attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of the first attempt that does not raise `TryAgainError`.

    Raises:
        QrsUnavailableError: when the attempts or the budget are used up, or when QRS asks for a
            longer wait than the budget leaves: asking sooner would only make it worse.
    """
    deadline = time.monotonic() + policy.budget
    tried = 0
    try:
        async for each in stamina.retry_context(
            on=lambda error: _next_wait(error, policy, deadline),
            attempts=policy.attempts,
            timeout=policy.budget,
            wait_initial=policy.first_wait,
            wait_max=policy.max_wait,
            wait_jitter=policy.jitter,
        ):
            with each:
                tried = each.num
                return await attempt()
    except TryAgainError as error:
        raise QrsUnavailableError(f"{error} Attempts: {tried}.{_asked_wait(error)}") from error
    raise AssertionError("the last attempt either returned or raised")


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds from `now`: a number, or an HTTP date; None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = http_date(text)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def _next_wait(error: Exception, policy: RetryPolicy, deadline: float) -> bool | float:
    if not isinstance(error, TryAgainError):
        return False
    if error.retry_after is None:
        return True
    wait = max(error.retry_after, policy.first_wait)
    return wait if time.monotonic() + wait <= deadline else False


def _asked_wait(error: TryAgainError) -> str:
    if error.retry_after is None:
        return ""
    return f" It asks to be left alone for {error.retry_after:.0f} s."
