"""Which failures of QRS may pass, and how long QRS asks to be left alone before the next try."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from shared.adapters.http_retrying import RetryPolicy, first_success
from shared.adapters.qrs.server_clock import http_date
from shared.domain.errors import QrsUnavailableError


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
    return await first_success(
        policy,
        attempt,
        TryAgainError,
        lambda error, told: QrsUnavailableError(f"{told}{_asked_wait(error)}"),
        lambda error: _next_wait(error, policy, deadline),
    )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds from `now`: a number, or an HTTP date; None if unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = http_date(text)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def _next_wait(error: TryAgainError, policy: RetryPolicy, deadline: float) -> bool | float:
    if error.retry_after is None:
        return True
    wait = max(error.retry_after, policy.first_wait)
    return wait if time.monotonic() + wait <= deadline else False


def _asked_wait(error: TryAgainError) -> str:
    if error.retry_after is None:
        return ""
    return f" It asks to be left alone for {error.retry_after:.0f} s."
