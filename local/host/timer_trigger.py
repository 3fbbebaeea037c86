"""Timers: wait for the next time of a schedule, fire, and again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from local.host.schedule import Schedule

# A machine that sleeps stops the event loop's clock, so long waits look at the wall clock at times.
_LONGEST_NAP_SECONDS = 30.0


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """Returns the time, aware."""

    async def sleep_until(self, when: datetime) -> None:
        """Returns at `when` or right after."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Returns the time in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        """Waits for a time."""
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time, no event
            await asyncio.sleep(min(left, _LONGEST_NAP_SECONDS))


async def run_timer(schedule: Schedule, clock: Clock, fire: Callable[[], Awaitable[None]]) -> None:
    """Fires at every time of the schedule until cancelled.

    Runs never overlap, as in Azure, where a timer is a singleton; times that pass during a run are
    left out.
    """
    while True:
        due = schedule.next_after(clock.now())
        await clock.sleep_until(due)
        await fire()
