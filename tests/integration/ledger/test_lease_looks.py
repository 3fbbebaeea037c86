"""The last look at the leases in Azure Tables."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.lease_looks import LeaseLooks
from shared.adapters.ledger.rows import Row
from shared.adapters.ledger.tables import Stored, Tables
from shared.domain.errors import LedgerError
from shared.domain.leases.history import LeaseLook
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.lease_ledgers import one_of, row_keys, tables_of
from tests.integration.ledger.lease_records import HOUR, a_lease, a_look
from tests.integration.ledger.records import NOW
from tests.unit.adapters_ledger.interrupted import interrupted
from tests.unit.adapters_ledger.lease_strategies import looks
from tests.unit.fakes import ManualTime

MANY = tuple(a_lease(number) for number in range(12_000))  # three chunks
LATER = timedelta(minutes=31)


def at(azurite: Azurite, site: str, now: datetime) -> TablesLedger:
    """A ledger whose clock stands."""
    access = TableAccess.from_connection_string(azurite.connection_string)
    return TablesLedger(site, access, clock=ManualTime(now))


@pytest.mark.parametrize("in_memory", [False, True])
async def test_the_last_look_stays(ledger: TablesLedger, site: str, *, in_memory: bool) -> None:
    """Nothing before the first look; then the one that was saved last, whole."""
    leases = one_of(ledger, in_memory=in_memory)
    assert await leases.lease_look() is None
    nothing = LeaseLook(site, NOW, (), {})
    for look in (a_look(site), a_look(site, leases=MANY), nothing, a_look(site, leases=())):
        for _ in range(2):
            await leases.save_lease_look(look)
            assert await leases.lease_look() == look


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(look=looks)
def test_any_look_comes_back_exactly(ledger: TablesLedger, site: str, look: LeaseLook) -> None:
    """Whatever the servers tell, and whatever they don't; each look replaces the one before."""
    ours = replace(look, site=site)
    asyncio.run(ledger.save_lease_look(ours))
    assert asyncio.run(ledger.lease_look()) == ours


async def test_what_is_replaced_is_deleted(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """Beside the header only the chunks of the last look are left."""
    await ledger.save_lease_look(a_look(site, leases=MANY))
    before = row_keys(azurite, site, "Leases")
    await ledger.save_lease_look(a_look(site))
    after = row_keys(azurite, site, "Leases")
    assert (len(before), len(after)) == (4, 2)
    assert set(before) & set(after) == {"look"}


def die_while_saving(connection_string: str, site: str, now: datetime) -> None:
    """Save a look in a process that is killed before the last lease is written."""
    access = TableAccess.from_connection_string(connection_string)
    ledger = TablesLedger(site, access, clock=ManualTime(now))
    leases = interrupted(MANY, 11_999, lambda: os.kill(os.getpid(), signal.SIGKILL))
    asyncio.run(ledger.save_lease_look(a_look(site, leases=leases)))


async def test_a_killed_writer_leaves_the_look_before(azurite: Azurite, site: str) -> None:
    """Its chunks are nobody's: they stay while it might still write, then a save deletes them."""
    first = at(azurite, site, NOW)
    await first.save_lease_look(a_look(site))
    process = multiprocessing.get_context("spawn").Process(
        target=die_while_saving, args=(azurite.connection_string, site, NOW)
    )
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL
    assert await first.lease_look() == a_look(site)
    assert len(row_keys(azurite, site, "Leases")) == 4

    await first.save_lease_look(a_look(site))
    assert len(row_keys(azurite, site, "Leases")) == 4
    later = at(azurite, site, NOW + LATER)
    await later.save_lease_look(a_look(site))
    assert len(row_keys(azurite, site, "Leases")) == 2
    assert await later.lease_look() == a_look(site)
    first.close()
    later.close()


async def test_a_writer_inside_another_leaves_both_looks_whole(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """A second run saves while the first writes its chunks: each look is whole in its time."""
    outer, inner = new_ledger(site), new_ledger(site)
    inside = a_look(site, taken_at=NOW + HOUR)
    seen: list[LeaseLook | None] = []

    def save_and_read() -> None:
        asyncio.run(inner.save_lease_look(inside))
        seen.append(asyncio.run(inner.lease_look()))

    look = a_look(site, leases=interrupted(MANY, 10_000, save_and_read))
    await outer.save_lease_look(a_look(site))
    await outer.save_lease_look(look)
    assert seen == [inside]
    assert await inner.lease_look() == a_look(site, leases=MANY)
    assert len(row_keys(azurite, site, "Leases")) == 4


async def test_writers_at_once_leave_one_whole_look(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """Eight workers save and read side by side: every look that is read is one that was saved."""
    looks = [a_look(site, taken_at=NOW + n * HOUR, leases=MANY[n:8000]) for n in range(8)]
    ledgers = [new_ledger(site) for _ in looks]

    async def save_and_read(ledger: TablesLedger, look: LeaseLook) -> LeaseLook | None:
        await ledger.save_lease_look(look)
        return await ledger.lease_look()

    read = await asyncio.gather(*map(save_and_read, ledgers, looks))
    assert all(look in looks for look in read)
    last = await ledgers[0].lease_look()
    assert last in looks
    assert len(row_keys(azurite, site, "Leases")) == 3


class Meddling(Tables):
    """The real tables; something happens right after the header was read for the first time."""

    happens: Callable[[], None] | None = None

    def get(self, table: str, partition: str, row_key: str) -> Stored | None:
        """Read, then let it happen once."""
        found = super().get(table, partition, row_key)
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return found


async def test_a_reader_that_is_overtaken_reads_again(azurite: Azurite, site: str) -> None:
    """The look is replaced between its header and its chunks: the reader gets the new one."""
    tables = Meddling(TableAccess.from_connection_string(azurite.connection_string))
    reader, writer = LeaseLooks(site, tables, ManualTime(NOW)), at(azurite, site, NOW)
    await writer.save_lease_look(a_look(site))
    new = a_look(site, taken_at=NOW + HOUR)
    tables.happens = lambda: asyncio.run(writer.save_lease_look(new))
    assert await reader.lease_look() == new
    tables.close()
    writer.close()


async def test_a_writer_that_is_overtaken_still_replaces(azurite: Azurite, site: str) -> None:
    """Another header came between reading and writing: ours stands, and its chunks are deleted."""
    tables = Meddling(TableAccess.from_connection_string(azurite.connection_string))
    late, other = LeaseLooks(site, tables, ManualTime(NOW)), at(azurite, site, NOW)
    await other.save_lease_look(a_look(site))
    tables.happens = lambda: asyncio.run(other.save_lease_look(a_look(site, leases=MANY)))
    await late.save_lease_look(a_look(site, taken_at=NOW + HOUR))
    assert await other.lease_look() == a_look(site, taken_at=NOW + HOUR)
    assert len(row_keys(azurite, site, "Leases")) == 2
    tables.close()
    other.close()


async def test_a_writer_that_takes_too_long_gives_up(azurite: Azurite, site: str) -> None:
    """Its chunks might be taken for a dead writer's, so it leaves the look before as it is."""
    clock = ManualTime(NOW)

    def wait() -> None:
        clock.now += timedelta(minutes=11)

    access = TableAccess.from_connection_string(azurite.connection_string)
    ledger = TablesLedger(site, access, clock=clock)
    await ledger.save_lease_look(a_look(site))
    slow = a_look(site, leases=interrupted(MANY, 10_000, wait))
    with pytest.raises(LedgerError, match=r"the one before was kept.*try again later"):
        await ledger.save_lease_look(slow)
    assert await ledger.lease_look() == a_look(site)
    ledger.close()


def damage(azurite: Azurite, site: str, how: str) -> None:
    """Do to a stored look of three chunks what people and accidents do."""
    with tables_of(azurite) as tables:
        partition = joined(site)
        chunk = row_keys(azurite, site, "Leases")[1]
        keys: Row = {"PartitionKey": partition, "RowKey": chunk}
        if how == "deleted":
            assert tables.delete("Leases", partition, [chunk])
        elif how == "overwritten":
            tables.put("Leases", keys | {"Data00": b"what is this"})
        elif how == "cut":
            tables.merge("Leases", keys | {"Data00": b""})
        else:
            header: Row = {"PartitionKey": partition, "RowKey": "look", "Record": "{}"}
            tables.merge("Leases", header)


@pytest.mark.parametrize("how", ["deleted", "overwritten", "cut", "header"])
async def test_a_damaged_look_is_an_error_until_the_next(
    azurite: Azurite, ledger: TablesLedger, site: str, how: str
) -> None:
    """It says which row to delete; then there is no look, and the next one is saved as ever."""
    await ledger.save_lease_look(a_look(site, leases=MANY))
    damage(azurite, site, how)
    with pytest.raises(LedgerError, match=r"(?s)'look'.*StewardLeases.*([Dd]elete|begins anew)"):
        await ledger.lease_look()
    with tables_of(azurite) as tables:
        assert tables.delete("Leases", joined(site), ["look"])
    assert await ledger.lease_look() is None
    await ledger.save_lease_look(a_look(site))
    assert await ledger.lease_look() == a_look(site)


async def test_a_damaged_look_is_replaced_all_the_same(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """A header that can't be read doesn't stop the next look."""
    await ledger.save_lease_look(a_look(site, leases=MANY))
    damage(azurite, site, "header")
    await ledger.save_lease_look(a_look(site))
    assert await ledger.lease_look() == a_look(site)
    assert len(row_keys(azurite, site, "Leases")) == 2


async def test_looks_of_other_sites_are_out_of_reach(new_ledger: NewLedger, site: str) -> None:
    """Sites may share an account; a look of another one is refused."""
    other = f"{site}|other"
    await new_ledger(site).save_lease_look(a_look(site))
    assert await new_ledger(other).lease_look() is None
    await new_ledger(other).save_lease_look(a_look(other, leases=MANY))
    assert await new_ledger(site).lease_look() == a_look(site)
    with pytest.raises(LedgerError, match="check SITE_NAME"):
        await new_ledger(other).save_lease_look(a_look(site))


async def test_a_name_that_no_row_can_hold_is_refused(ledger: TablesLedger, site: str) -> None:
    """The error says where to look, and the look before stays."""
    await ledger.save_lease_look(a_look(site))
    letters = "".join(chr(33 + n * n * 7919 % 89) + str(n) for n in range(600_000))
    long = replace(a_lease(1), user=letters)
    with pytest.raises(LedgerError, match=r"too long for the ledger.*user and machine names"):
        await ledger.save_lease_look(a_look(site, leases=(long,)))
    assert await ledger.lease_look() == a_look(site)
