"""A timer that fires twice within a tick writes one row, wherever the minute ends."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.usecases.ports import Ledger
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_snapshot
from tests.integration.ledger.usage_rows import keys_of, old_key, write_rows
from tests.unit.fakes import MemoryLedger

LONG_AGO = NOW - timedelta(days=900)
BORDER = NOW.replace(minute=30, second=0, microsecond=0)


def _seconds(*offsets: float) -> list[datetime]:
    return [BORDER + timedelta(seconds=offset) for offset in offsets]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        (_seconds(1, 59), _seconds(59)),
        (_seconds(-0.1, 0.1), _seconds(0.1)),
        (_seconds(-1, 88.9), _seconds(88.9)),
        (_seconds(0, 90), _seconds(90)),
        (_seconds(0, 91), _seconds(0, 91)),
        (_seconds(5, -5), _seconds(-5)),
        (_seconds(0, 60, 120, 180, 240), _seconds(60, 180, 240)),
        (_seconds(0, 80, 160, 240), _seconds(80, 240)),
    ],
)
@pytest.mark.parametrize("in_memory", [False, True])
async def test_one_tick_is_one_row(
    port: Ledger, site: str, taken: list[datetime], left: list[datetime], *, in_memory: bool
) -> None:
    """The last snapshot within 90 s of the first stays; a timer of every minute keeps its rows."""
    ledger = MemoryLedger() if in_memory else port
    for moment in taken:
        await ledger.save_usage(a_snapshot(site, moment))
    kept = await ledger.usage_since(LONG_AGO)
    assert [snapshot.taken_at for snapshot in kept] == left
    for moment in left:
        assert (await ledger.usage_since(moment))[0].taken_at == moment


async def test_the_newer_of_two_takes_the_place(ledger: TablesLedger, site: str) -> None:
    """All of it, not its time only; writing it again changes nothing."""
    last = replace(a_snapshot(site, BORDER), site_version="new")
    await ledger.save_usage(a_snapshot(site, BORDER - timedelta(seconds=2)))
    for _ in range(2):
        await ledger.save_usage(last)
    assert await ledger.usage_since(LONG_AGO) == [last]


async def test_workers_that_fire_at_once_leave_one_row(new_ledger: NewLedger, site: str) -> None:
    """Six workers, a second apart around a minute's end, none of which has seen the others."""
    ledgers = [new_ledger(site) for _ in range(6)]
    await asyncio.gather(*(each.usage_since(NOW) for each in ledgers))  # connections are open now
    for round_ in range(5):
        start = BORDER + timedelta(hours=6 * round_, seconds=-3)
        snapshots = [a_snapshot(site, start + timedelta(seconds=n)) for n in range(6)]
        saves = (x.save_usage(s) for x, s in zip(ledgers, snapshots, strict=True))
        await asyncio.gather(*saves)
        (kept,) = await ledgers[0].usage_since(start - timedelta(minutes=1))
        assert kept in snapshots


@pytest.mark.parametrize("seconds", [-29, 0, 29, 59, 80])
async def test_a_row_of_an_earlier_version_counts_too(
    azurite: Azurite, ledger: TablesLedger, site: str, seconds: int
) -> None:
    """Its key is a minute: it is found, read, and gives way to a snapshot of the same tick."""
    old = a_snapshot(site, BORDER)
    write_rows(azurite, [old], old_key)
    assert await ledger.usage_since(BORDER) == [old]
    new = a_snapshot(site, BORDER + timedelta(seconds=seconds))
    await ledger.save_usage(new)
    assert await ledger.usage_since(LONG_AGO) == [new]
    assert keys_of(azurite, site) == [old_key(BORDER)]


async def test_ticks_of_other_sites_are_their_own(new_ledger: NewLedger, site: str) -> None:
    """Two sites at one moment are two rows."""
    snapshots = [a_snapshot(name, BORDER) for name in (site, f"{site} 2")]
    for snapshot in snapshots:
        await new_ledger(snapshot.site).save_usage(snapshot)
    for snapshot in snapshots:
        assert await new_ledger(snapshot.site).usage_since(LONG_AGO) == [snapshot]
