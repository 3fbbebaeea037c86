"""The audit trail in Azure Tables."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.adapters.ledger.audit import Step, to_row
from shared.adapters.ledger.tables import Tables
from shared.domain.errors import LedgerError
from shared.usecases.ports import Ledger
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, an_entry, guid


async def test_the_story_of_a_license(port: Ledger, site: str) -> None:
    """Everything that happened to a license under a plan, oldest first, field by field."""
    story = [replace(an_entry(site, 1), at=NOW + timedelta(microseconds=n)) for n in range(4)]
    elsewhere = replace(story[0], plan_id="plan 2")
    await port.append_audit([story[2], story[0], elsewhere])
    await port.append_audit([an_entry(site, 2), story[3], story[1]])
    assert await port.audit_of("plan 1", guid(1)) == story
    assert await port.audit_of("plan 1", guid(3)) == []
    assert await port.audit_of("plan 2", guid(1)) == [elsewhere]


async def test_appending_nothing_is_fine(ledger: TablesLedger) -> None:
    """A message of which nothing went away adds nothing."""
    await ledger.append_audit([])
    assert await ledger.audit_of("plan 1", guid(1)) == []


async def test_the_same_entry_twice_is_one(ledger: TablesLedger, site: str) -> None:
    """Twice in a call, or again beside new ones after a crash: each stands once."""
    entries = [an_entry(site, n) for n in range(250)]
    await ledger.append_audit(entries[:120] + entries[:5])
    await ledger.append_audit(entries)
    for number in (0, 4, 119, 120, 249):
        assert await ledger.audit_of("plan 1", guid(number)) == [entries[number]]


async def test_what_happened_again_is_another_entry(ledger: TablesLedger, site: str) -> None:
    """At the same moment, another detail or outcome is kept beside the first."""
    first = an_entry(site, 1)
    others = [replace(first, detail="later"), replace(first, happened="restored")]
    await ledger.append_audit([first, *others])
    assert sorted(await ledger.audit_of("plan 1", guid(1)), key=str) == sorted(
        [first, *others], key=str
    )


async def test_an_entry_is_never_changed(azurite: Azurite, ledger: TablesLedger, site: str) -> None:
    """Appending an entry again does not touch its row, not even one that was edited."""
    entry = an_entry(site, 1)
    await ledger.append_audit([entry])
    row = to_row(Step((entry,)))
    place = str(row["PartitionKey"]), str(row["RowKey"])
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    assert tables.merge("Audit", {"PartitionKey": place[0], "RowKey": place[1], "Detail": "!"})
    before = tables.get("Audit", *place)
    await ledger.append_audit([entry, an_entry(site, 2)])
    assert before is not None
    assert tables.get("Audit", *place) == before
    tables.close()
    assert await ledger.audit_of("plan 1", guid(2)) == [an_entry(site, 2)]


async def test_workers_that_append_the_same_at_once(new_ledger: NewLedger, site: str) -> None:
    """A message delivered twice at once: eight workers leave every entry exactly once."""
    entries = [an_entry(site, n) for n in range(110)]
    ledgers = [new_ledger(site) for _ in range(8)]
    await asyncio.gather(
        *(led.append_audit(entries[n * 10 : n * 10 + 40]) for n, led in enumerate(ledgers))
    )
    found = [await ledgers[0].audit_of("plan 1", entry.license_id) for entry in entries]
    assert found == [[entry] for entry in entries]


async def test_other_sites_are_out_of_reach(new_ledger: NewLedger, site: str) -> None:
    """A license's story at one site says nothing of another's, and can't be filed there."""
    await new_ledger(site).append_audit([an_entry(site, 1)])
    other = new_ledger(f"{site}|plan 1")
    assert await other.audit_of("plan 1", guid(1)) == []
    with pytest.raises(LedgerError, match="check SITE_NAME"):
        await other.append_audit([an_entry(site, 1)])


async def test_odd_license_ids_are_told_apart(ledger: TablesLedger, site: str) -> None:
    """Ids that look alike in the column for people are still two licenses."""
    entries = [replace(an_entry(site, 1), license_id="it's " + tail) for tail in ("\x01", "\x02")]
    await ledger.append_audit(entries)
    assert await ledger.audit_of("plan 1", "it's \x01") == entries[:1]


async def test_what_happened_to_many_at_once_is_one_row(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """A batch that is begun costs a row; each outcome, at its own moment, has one of its own."""
    begun = [replace(an_entry(site, n), happened="releasing") for n in range(50)]
    outcomes = [replace(an_entry(site, n), at=NOW + timedelta(seconds=n + 1)) for n in range(50)]
    await ledger.append_audit([*begun, *outcomes])
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    rows = tables.query("Audit", "Site eq @site", site=site)
    tables.close()
    assert sorted(int(row["Licenses"]) for row in rows) == [1] * 50 + [25, 25]  # of either type
    for number in (0, 49):
        assert await ledger.audit_of("plan 1", guid(number)) == [begun[number], outcomes[number]]


async def test_entries_that_are_too_long_for_one_row_get_several(
    ledger: TablesLedger, site: str
) -> None:
    """Names as long as no directory allows them, and none is cut."""
    entries = [replace(an_entry(site, n), account="x" * 60_000) for n in range(20)]
    await ledger.append_audit(entries)
    for number in (0, 19):
        assert await ledger.audit_of("plan 1", guid(number)) == [entries[number]]
