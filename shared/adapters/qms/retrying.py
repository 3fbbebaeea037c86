"""Which failures of QMS may pass.

Everything that this app asks of QMS may be asked twice: it reads, or clears a cache.
"""

from collections.abc import Awaitable, Callable

from shared.adapters.http_retrying import RetryPolicy, first_success
from shared.domain.errors import QmsUnavailableError


class TryAgainError(QmsUnavailableError):
    """A failure that may pass."""


async def with_retries[T](policy: RetryPolicy, attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of the first attempt that does not raise `TryAgainError`.

    Raises:
        QmsUnavailableError: when the attempts or the budget are used up.
    """
    return await first_success(
        policy, attempt, TryAgainError, lambda _, told: QmsUnavailableError(told)
    )
