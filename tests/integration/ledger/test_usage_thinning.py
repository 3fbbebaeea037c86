"""Of history that is over a year old one snapshot a day is left."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.adapters.ledger.keys import moment
from shared.domain.model import UsageSnapshot
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_snapshot
from tests.integration.ledger.usage_rows import old_key, write_rows
from tests.unit.fakes import MemoryLedger

LONG_AGO = NOW - timedelta(days=4000)
DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
FIRST_WHOLE = MIDNIGHT - 365 * DAY


def _four_a_day(site: str, days: int) -> list[UsageSnapshot]:
    start = MIDNIGHT - days * DAY
    hours = timedelta(hours=6)
    return [a_snapshot(site, start + n * hours + timedelta(seconds=1)) for n in range(4 * days)]


def _thinned(snapshots: list[UsageSnapshot]) -> list[UsageSnapshot]:
    """What must be left, said in another way than the ledger does."""
    return [s for s in snapshots if s.taken_at >= FIRST_WHOLE or s.taken_at.hour == 18]


@pytest.mark.parametrize("key", [moment, old_key])
async def test_five_hundred_days_are_thinned(
    azurite: Azurite, ledger: TablesLedger, site: str, key: Callable[[datetime], str]
) -> None:
    """Of each day over a year old the last stays, younger days stay whole; twice is once."""
    snapshots = _four_a_day(site, 500)
    write_rows(azurite, snapshots, key)
    assert await ledger.thin_usage(NOW) == 3 * 135
    assert await ledger.usage_since(LONG_AGO) == _thinned(snapshots)
    assert await ledger.thin_usage(NOW) == 0
    assert await ledger.thin_usage(NOW + DAY) == 3
    memory = MemoryLedger(usage=list(snapshots))
    assert await memory.thin_usage(NOW) == 3 * 135
    assert await memory.usage_since(LONG_AGO) == _thinned(snapshots)


async def test_a_call_does_a_part_and_the_next_goes_on(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """A thousand rows a call, oldest first, until nothing is left to do."""
    snapshots = _four_a_day(site, 800)
    write_rows(azurite, snapshots, moment)
    assert [await ledger.thin_usage(NOW) for _ in range(3)] == [1000, 305, 0]
    assert await ledger.usage_since(LONG_AGO) == _thinned(snapshots)


async def test_nothing_young_is_touched(ledger: TablesLedger, site: str) -> None:
    """A year to the day is whole, also with a clock of another time zone; no history is fine."""
    assert await ledger.thin_usage(NOW) == 0
    hours = (0, 1, 23)
    for hour in hours:
        await ledger.save_usage(a_snapshot(site, FIRST_WHOLE + timedelta(hours=hour)))
    for zone in (UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))):
        assert await ledger.thin_usage(NOW.astimezone(zone)) == 0
    assert len(await ledger.usage_since(LONG_AGO)) == len(hours)
    assert await ledger.thin_usage(NOW + DAY) == 2


async def test_workers_that_thin_at_once_do_no_harm(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """What one deletes the other finds gone; in the end just the same rows are left."""
    snapshots = _four_a_day(site, 420)
    write_rows(azurite, snapshots, moment)
    ledgers = [new_ledger(site) for _ in range(3)]
    await asyncio.gather(*(each.thin_usage(NOW) for each in ledgers))
    await ledgers[0].thin_usage(NOW)
    assert await ledgers[0].usage_since(LONG_AGO) == _thinned(snapshots)


async def test_other_sites_keep_their_history(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """Thinning one site leaves the other as it was."""
    other = f"{site} 2"
    snapshots = _four_a_day(other, 370)
    write_rows(azurite, snapshots, moment)
    await new_ledger(site).thin_usage(NOW)
    assert await new_ledger(other).usage_since(LONG_AGO) == snapshots
