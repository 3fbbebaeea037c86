"""Changes of leases in Azure Tables: each one once, found by time and by user."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.adapters.ledger.keys import joined
from shared.domain.leases.history import ChangeKind
from shared.usecases.ports import LeaseLedger
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.lease_ledgers import one_of, row_keys, tables_of
from tests.integration.ledger.lease_records import HOUR, a_change, a_lease
from tests.integration.ledger.records import NOW

EVER = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=["tables", "memory"])
def leases(request: pytest.FixtureRequest, ledger: TablesLedger) -> LeaseLedger:
    """Both memories of leases."""
    return one_of(ledger, in_memory=request.param == "memory")


async def test_changes_come_back_oldest_first(leases: LeaseLedger) -> None:
    """All that were seen at or after a time, field by field, whatever the order they came in."""
    assert await leases.lease_changes(EVER) == []
    await leases.append_lease_changes([])
    changes = [a_change(n, seen_at=NOW + n * HOUR) for n in range(5)]
    changes[1] = replace(changes[1], kind=ChangeKind.APPEARED, before=None)
    changes[2] = replace(changes[2], kind=ChangeKind.VANISHED, after=None)
    await leases.append_lease_changes([changes[3], changes[0]])
    await leases.append_lease_changes([changes[4], changes[2], changes[1]])
    assert await leases.lease_changes(EVER) == changes
    assert await leases.lease_changes(NOW + 2 * HOUR) == changes[2:]
    assert await leases.lease_changes(NOW + timedelta(hours=2, microseconds=1)) == changes[3:]


async def test_the_same_change_twice_is_one(leases: LeaseLedger) -> None:
    """Also when an overlapping run saw it a little later: it keeps when it was seen first."""
    first, other = a_change(1), a_change(2)
    again = replace(first, seen_at=NOW + timedelta(minutes=2))
    await leases.append_lease_changes([first, again, first])
    await leases.append_lease_changes([again, other])
    assert await leases.lease_changes(EVER) == sorted([first, other], key=lambda c: c.user)


async def test_changes_of_one_user_in_any_case(leases: LeaseLedger) -> None:
    """Case and outer blanks don't matter; quotes are no way out of the search."""
    names = ["LAB\\Anna", "lab\\ANNA ", "LAB\\Anna2", "O'Neil' or '1' eq '1", "", "\ud800"]
    changes = [a_change(n, user=name, seen_at=NOW + n * HOUR) for n, name in enumerate(names)]
    await leases.append_lease_changes(changes)
    assert await leases.lease_changes(EVER, user="lab\\anna") == changes[:2]
    assert await leases.lease_changes(NOW + HOUR, user="LAB\\ANNA") == changes[1:2]
    for number in (2, 3, 4, 5):
        assert await leases.lease_changes(EVER, user=names[number]) == [changes[number]]
    assert await leases.lease_changes(EVER, user="nobody' or '1' eq '1") == []


@pytest.mark.parametrize("gap", [timedelta(0), 7 * DAY, 8 * DAY, 300 * DAY])
async def test_a_change_is_found_however_long_ago_the_look_before_was(
    leases: LeaseLedger, gap: timedelta
) -> None:
    """After a break its key begins long before it was seen, and still it is among the latest."""
    change = a_change(1, since=NOW - gap)
    await leases.append_lease_changes([change])
    assert await leases.lease_changes(NOW) == [change]
    assert await leases.lease_changes(NOW + timedelta(microseconds=1)) == []


async def test_changes_older_than_four_hundred_days_go(leases: LeaseLedger) -> None:
    """Thinning takes them too, and says how many."""
    changes = [a_change(n, seen_at=NOW - n * 100 * DAY) for n in range(6)]
    await leases.append_lease_changes(changes)
    assert await leases.thin_lease_counts(NOW) == 2
    assert await leases.lease_changes(EVER) == changes[3::-1]
    assert await leases.thin_lease_counts(NOW) == 0


async def test_thousands_of_changes(azurite: Azurite, ledger: TablesLedger, site: str) -> None:
    """More than a transaction and than a page; a call of thinning takes a thousand of them."""
    changes = [a_change(number) for number in range(1_250)]
    await ledger.append_lease_changes(changes[:700])
    await ledger.append_lease_changes(changes)
    assert set(await ledger.lease_changes(NOW)) == set(changes)
    later = NOW + 401 * DAY
    assert [await ledger.thin_lease_counts(later) for _ in range(3)] == [1000, 250, 0]
    assert row_keys(azurite, site, "LeaseChanges") == []


async def test_overlapping_runs_add_each_change_once(new_ledger: NewLedger, site: str) -> None:
    """Four workers that add nearly the same at once, in different orders: no error, none twice."""
    changes = [a_change(number) for number in range(250)]
    parts = [changes, changes[::-1], changes[50:], changes[120:] + changes[:10]]
    ledgers = [new_ledger(site) for _ in parts]
    await asyncio.gather(
        *(led.append_lease_changes(part) for led, part in zip(ledgers, parts, strict=True))
    )
    kept = await ledgers[0].lease_changes(EVER)
    assert (len(kept), set(kept)) == (250, set(changes))


async def test_changes_can_be_read_in_a_storage_browser(
    azurite: Azurite, new_ledger: NewLedger, site: str
) -> None:
    """Plain columns say who moved from where to where; other sites don't see them."""
    change = a_change(1, user="LAB\\Änna\x07")
    await new_ledger(site).append_lease_changes([change])
    with tables_of(azurite) as tables:
        (row,) = tables.query("LeaseChanges", "PartitionKey eq @p", p=joined(site))
    shown = {name: row[name] for name in ("Kind", "User", "UserKey", "MachineBefore")}
    assert shown == {
        "Kind": "moved",
        "User": "LAB\\Änna\ufffd",
        "UserKey": "lab\\änna\ufffd",
        "MachineBefore": a_lease(2).machine,
    }
    assert await new_ledger(f"{site}|2").lease_changes(EVER) == []
