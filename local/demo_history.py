"""Ninety days of made-up usage history for the demo, so that its forecast has something to go on.

It ends where the demo site stands now: demand has grown for three months, more on weekdays.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.model import AccessTypeOverview, LicensePool, LicenseType, UsageSnapshot
from shared.usecases.ports import Ledger

DAYS = 90
EVERY = timedelta(hours=12)
GROWTH_PER_DAY = {LicenseType.ANALYZER: 1.2, LicenseType.PROFESSIONAL: 0.4}
_AT_ONCE = 16


async def write_history(ledger: Ledger, site: str, now: datetime, today: AccessTypeOverview) -> int:
    """Write the snapshots of the past; returns how many."""
    snapshots = list(demo_history(site, now, today))
    room = asyncio.Semaphore(_AT_ONCE)

    async def save(snapshot: UsageSnapshot) -> None:
        async with room:
            await ledger.save_usage(snapshot)

    await asyncio.gather(*map(save, snapshots))
    return len(snapshots)


def demo_history(site: str, now: datetime, today: AccessTypeOverview) -> Iterator[UsageSnapshot]:
    """Snapshots that lead up to the overview of today, the oldest first; always the same ones."""
    dice = random.Random(7)  # noqa: S311 - a demo, and the same one each time
    steps = int(timedelta(days=DAYS) / EVERY)
    for step in range(steps, 0, -1):
        at = now - step * EVERY
        days_back = step * EVERY / timedelta(days=1)
        pools = {
            license_type: _earlier(pool, GROWTH_PER_DAY[license_type] * days_back, at, dice)
            for license_type, pool in today.pools.items()
        }
        yield UsageSnapshot(site, at, replace(today, pools=pools), None, "demo")


def _earlier(pool: LicensePool, fewer: float, at: datetime, dice: random.Random) -> LicensePool:
    quiet = 2 if at.weekday() >= 5 else 0
    allocated = max(0, round(pool.allocated - pool.excess - fewer - quiet + dice.gauss(0, 2)))
    allocated = min(allocated, pool.total)
    return replace(
        pool,
        allocated=allocated,
        quarantined=0,
        excess=0,
        available=pool.total - allocated,
    )
