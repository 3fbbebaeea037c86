"""Release records in Azure Tables."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.ledger import TablesLedger
from shared.domain.errors import LedgerError
from shared.domain.release import Outcome, ReleaseRecord
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_release, guid

PLAN = "plan 1"


async def test_records_come_back_by_license(ledger: TablesLedger, site: str) -> None:
    """Only the licenses that were asked for and recorded come back, with every field."""
    records = [a_release(site, number) for number in range(3)]
    await ledger.save_releases(records)
    found = await ledger.releases(PLAN, [guid(1), guid(2), guid(2), guid(99)])
    assert found == {guid(1): records[1], guid(2): records[2]}
    assert await ledger.releases("another plan", [guid(1)]) == {}
    assert await ledger.releases(PLAN, []) == {}


async def test_more_records_than_a_transaction_takes(ledger: TablesLedger, site: str) -> None:
    """250 records with long details are all written, in as many transactions as it needs."""
    records = [replace(a_release(site, n), detail="é😀" * 5000) for n in range(250)]
    await ledger.save_releases(records)
    assert await ledger.releases(PLAN, [r.license_id for r in records]) == {
        r.license_id: r for r in records
    }
    assert len(await ledger.releases_of_plan(PLAN)) == 250


async def test_saving_nothing_is_fine(ledger: TablesLedger) -> None:
    """A message in which nothing was left to record writes nothing."""
    await ledger.save_releases([])
    assert await ledger.releases_of_plan(PLAN) == []


@pytest.mark.parametrize("first", [Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE])
@pytest.mark.parametrize("then", list(Outcome))
async def test_a_release_stays_as_it_was_recorded(
    ledger: TablesLedger, site: str, first: Outcome, then: Outcome
) -> None:
    """No later outcome of the same license and plan overwrites a release."""
    released = a_release(site, outcome=first)
    await ledger.save_releases([released])
    await ledger.save_releases([replace(released, outcome=then, detail="later", before=None)])
    assert await ledger.releases_of_plan(PLAN) == [released]


async def test_a_begun_release_gets_its_outcome(ledger: TablesLedger, site: str) -> None:
    """The row written before DELETE is replaced; what came first stays readable in it."""
    begun = a_release(site)
    await ledger.save_releases([begun])
    gone = replace(begun, outcome=Outcome.ALREADY_GONE, before=None, finished_at=NOW)
    await ledger.save_releases([gone])
    assert await ledger.releases_of_plan(PLAN) == [replace(gone, before=begun.before)]


async def test_a_refused_record_does_not_hold_up_its_batch(ledger: TablesLedger, site: str) -> None:
    """Records beside one that must stay are written all the same."""
    await ledger.save_releases([a_release(site, 1, Outcome.RELEASED)])
    await ledger.save_releases([a_release(site, n, Outcome.FAILED) for n in range(3)])
    found = await ledger.releases(PLAN, [guid(n) for n in range(3)])
    assert [found[guid(n)].outcome.value for n in range(3)] == ["failed", "released", "failed"]


async def test_writers_at_once_never_lose_a_release(new_ledger: NewLedger, site: str) -> None:
    """Eight workers record other outcomes of the same 120 licenses; every release survives."""
    ledgers = [new_ledger(site) for _ in range(8)]
    plain = [Outcome.RELEASING, Outcome.ALREADY_GONE, Outcome.KEPT_CHANGED, Outcome.FAILED]

    def records_of(worker: int) -> list[ReleaseRecord]:
        return [
            replace(
                a_release(
                    site, n, Outcome.RELEASED if n % 8 == worker else plain[(n + worker) % 4]
                ),
                detail=f"worker {worker}",
            )
            for n in range(120)
        ]

    await asyncio.gather(
        *(led.save_releases(records_of(worker)) for worker, led in enumerate(ledgers))
    )
    stored = {r.license_id: r for r in await ledgers[0].releases_of_plan(PLAN)}
    assert len(stored) == 120
    for number in range(120):
        record = stored[guid(number)]
        assert (record.outcome, record.detail) == (Outcome.RELEASED, f"worker {number % 8}")


async def test_one_release_of_several_workers_wins(new_ledger: NewLedger, site: str) -> None:
    """When each worker believes it released the license, one whole record stands, unmixed."""
    ledgers = [new_ledger(site) for _ in range(8)]
    claims = [
        replace(a_release(site, 1, Outcome.RELEASED), detail=f"worker {n}", days_unused=float(n))
        for n in range(8)
    ]
    await asyncio.gather(
        *(led.save_releases([claim]) for led, claim in zip(ledgers, claims, strict=True))
    )
    [stored] = await ledgers[0].releases_of_plan(PLAN)
    assert stored in claims


async def test_recent_releases_are_those_of_the_site_since_then(
    new_ledger: NewLedger, site: str
) -> None:
    """Over all plans of the site, the earliest first; earlier ones and other sites stay out."""
    ledger, other = new_ledger(site), new_ledger(f"{site}}}")
    times = {n: NOW + timedelta(microseconds=n) for n in range(-1, 3)}
    for number in (2, -1, 0, 1):
        record = a_release(site, number + 1, plan_id=f"plan {number}")
        await ledger.save_releases([replace(record, started_at=times[number])])
    await other.save_releases([a_release(f"{site}}}", 7)])
    recent = await ledger.recent_releases(NOW)
    assert [r.started_at for r in recent] == [times[0], times[1], times[2]]


async def test_records_of_another_site_are_refused(ledger: TablesLedger) -> None:
    """A record that names another site is a mistake somewhere, and is not filed."""
    with pytest.raises(LedgerError, match="check SITE_NAME"):
        await ledger.save_releases([a_release("elsewhere")])
