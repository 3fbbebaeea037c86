"""Counts of leases in Azure Tables: one row a look, and of old days one is left."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from itertools import batched

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.rows import Row, columns_of
from shared.domain.errors import LedgerError
from shared.domain.leases.history import LeaseCounts
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.lease_ledgers import one_of, row_keys, tables_of
from tests.integration.ledger.lease_records import HOUR, some_counts
from tests.integration.ledger.records import NOW

EVER = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
FIRST_WHOLE = MIDNIGHT - 90 * DAY


def hourly(site: str, days: int) -> list[LeaseCounts]:
    """Counts of each hour of the days before today."""
    start = MIDNIGHT - days * DAY + timedelta(minutes=15)
    return [some_counts(site, start + n * HOUR) for n in range(24 * days)]


def write(azurite: Azurite, counts: list[LeaseCounts]) -> None:
    """Put the counts of one site into its history as they are: many at once."""
    with tables_of(azurite) as tables:
        for batch in batched(counts, 100, strict=False):
            rows: list[Row] = [
                {"PartitionKey": joined(each.site), "RowKey": moment(each.taken_at)}
                | columns_of(each)
                for each in batch
            ]
            assert tables.change("LeaseCounts", [(row, None) for row in rows])


def left(counts: list[LeaseCounts]) -> list[LeaseCounts]:
    """What must be left, said in another way than the ledger does."""
    return [each for each in counts if each.taken_at >= FIRST_WHOLE or each.taken_at.hour == 23]


@pytest.mark.parametrize("in_memory", [False, True])
async def test_counts_come_back_oldest_first(
    ledger: TablesLedger, site: str, *, in_memory: bool
) -> None:
    """All that were taken at or after a time; the same look again takes its own place."""
    leases = one_of(ledger, in_memory=in_memory)
    assert await leases.lease_counts_since(EVER) == []
    counts = [some_counts(site, NOW + n * HOUR) for n in range(4)]
    for each in (counts[2], counts[0], counts[3], counts[1], counts[1]):
        await leases.save_lease_counts(each)
    assert await leases.lease_counts_since(EVER) == counts
    assert await leases.lease_counts_since(NOW + 2 * HOUR) == counts[2:]
    assert await leases.lease_counts_since(NOW + timedelta(hours=2, microseconds=1)) == counts[3:]
    again = some_counts(site, NOW + timedelta(hours=3, seconds=60))
    await leases.save_lease_counts(again)
    assert await leases.lease_counts_since(EVER) == [*counts[:3], again]


@pytest.mark.parametrize("in_memory", [False, True])
async def test_days_over_ninety_days_old_are_thinned(
    azurite: Azurite, ledger: TablesLedger, site: str, *, in_memory: bool
) -> None:
    """Of each the last counts stay, younger days stay whole; twice is once."""
    leases = one_of(ledger, in_memory=in_memory)
    counts = hourly(site, 100)
    if in_memory:
        for each in counts:
            await leases.save_lease_counts(each)
    else:
        write(azurite, counts)
    assert await leases.thin_lease_counts(NOW) == 23 * 10
    assert await leases.lease_counts_since(EVER) == left(counts)
    for zone in (UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))):
        assert await leases.thin_lease_counts(NOW.astimezone(zone)) == 0
    assert await leases.thin_lease_counts(NOW + DAY) == 23


async def test_a_call_does_a_part_and_the_next_goes_on(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """A thousand rows a call, until nothing is left to do."""
    counts = hourly(site, 150)
    write(azurite, counts)
    assert [await ledger.thin_lease_counts(NOW) for _ in range(3)] == [1000, 380, 0]
    assert await ledger.lease_counts_since(EVER) == left(counts)


async def test_workers_that_save_and_thin_at_once_do_no_harm(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """In the end just the same rows are left, and one for the tick at which all fired."""
    counts = hourly(site, 95)
    write(azurite, counts)
    ledgers = [new_ledger(site) for _ in range(3)]
    now = [some_counts(site, NOW + timedelta(seconds=n)) for n in range(3)]
    await asyncio.gather(
        *(each.thin_lease_counts(NOW) for each in ledgers),
        *(led.save_lease_counts(each) for led, each in zip(ledgers, now, strict=True)),
    )
    await ledgers[0].thin_lease_counts(NOW)
    *old, last = await ledgers[1].lease_counts_since(EVER)
    assert old == left(counts)
    assert last in now


async def test_counts_can_be_read_in_a_storage_browser(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """Plain columns sum up what the servers told; what none told is absent."""
    await ledger.save_lease_counts(some_counts(site))
    await ledger.save_lease_counts(LeaseCounts(site, NOW + HOUR, {}, {}))
    with tables_of(azurite) as tables:
        first, second = tables.query("LeaseCounts", "PartitionKey eq @p", p=joined(site))
    assert (first["TakenAt"], first["InLicense"], first["Leases"]) == (moment(NOW), 50, 55)
    assert (first["UsersAtLimit"], first["UsersBlocked"]) == (12, 3)
    assert set(second) == {"PartitionKey", "RowKey", "TakenAt", "Record"}


async def test_counts_of_other_sites_are_out_of_reach(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """Neither reads, thins nor writes the other's."""
    other = f"{site} 2"
    write(azurite, hourly(other, 91))
    assert await new_ledger(site).thin_lease_counts(NOW) == 0
    assert await new_ledger(site).lease_counts_since(EVER) == []
    assert len(row_keys(azurite, other, "LeaseCounts")) == 24 * 91
    with pytest.raises(LedgerError, match="check SITE_NAME"):
        await new_ledger(site).save_lease_counts(some_counts(other))
