"""The circuit breaker: a QRS that fails again and again is left alone for a while.

Its state lives in the ledger, because instances share no memory. Closed: all may work. Open: nobody
works before `open_until`. After that one worker may try; its success closes the breaker.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES_TO_OPEN = 3
PAUSE = timedelta(minutes=10)
TRIAL = timedelta(minutes=6)  # how long the one that tries keeps the others out


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` counts failed messages since the last success."""

    failures: int = 0
    open_until: datetime | None = None

    def refuses_until(self, now: datetime) -> datetime | None:
        """The moment before which nobody works; None when work may begin now."""
        return self.open_until if self.open_until and now < self.open_until else None


def entered(breaker: Breaker, now: datetime) -> Breaker:
    """After somebody asked to work: past its pause an open breaker admits that one only."""
    if breaker.open_until is None or breaker.refuses_until(now):
        return breaker
    return replace(breaker, open_until=now + TRIAL)


def failed(breaker: Breaker, now: datetime) -> Breaker:
    """After a message failed because QRS was not available."""
    failures = breaker.failures + 1
    opens = failures >= FAILURES_TO_OPEN
    return Breaker(failures, now + PAUSE if opens else None)


def succeeded(_: Breaker) -> Breaker:
    """After QRS answered as it should."""
    return Breaker()
