"""When a call is sent again: how often, after which waits, and for how long at most.

Everything that this app asks of QMS may be asked twice: it reads, or clears a cache.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import stamina

from shared.domain.errors import QmsUnavailableError


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

    With tens of thousands of CALs QMS takes a while before its first byte comes.
    """

    connect: float = 10.0
    read: float = 90.0
    whole: float = 240.0


class TryAgainError(QmsUnavailableError):
    """A failure that may pass."""


async def with_retries[T](policy: RetryPolicy, attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of the first attempt that does not raise `TryAgainError`.

    Raises:
        QmsUnavailableError: when the attempts or the budget are used up.
    """
    tried = 0
    try:
        async for each in stamina.retry_context(
            on=TryAgainError,
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
        raise QmsUnavailableError(f"{error} Attempts: {tried}.") from error
    raise AssertionError("the last attempt either returned or raised")
