"""Tries again when another writer was faster: with small random waits, and not for ever."""

import random
import time
from collections.abc import Callable

from shared.domain.errors import LedgerError

# Each time that we lose, another writer won. With 16 writers that never pause, one in 400,000
# would lose as often as this.
_TRIES = 200
_FIRST_WAIT_SECONDS = 0.01
_LONGEST_WAIT_SECONDS = 0.2


def until_won[T](attempt: Callable[[], T | None], what: str, *, tries: int = _TRIES) -> T:
    """What `attempt` returns when it first returns something: None means that it lost a race.

    Raises:
        LedgerError: it lost again and again; `what` tells what the others kept changing.
    """
    longest = _FIRST_WAIT_SECONDS
    for _ in range(tries):
        result = attempt()
        if result is not None:
            return result
        time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
        longest = min(2 * longest, _LONGEST_WAIT_SECONDS)
    raise LedgerError(f"Other writers kept changing {what}: try again later.")
