"""A worker writes release records without reading them again, and still notices other writers."""

from dataclasses import replace

from shared.domain.release import Outcome
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_release, guid

PLAN = "plan 1"


async def test_a_record_that_another_worker_settled_is_not_overwritten(
    new_ledger: NewLedger, site: str
) -> None:
    """What the first worker saw is old by then: the release that the second recorded stays."""
    first, second = new_ledger(site), new_ledger(site)
    begun = a_release(site, 1, Outcome.RELEASING)
    await first.save_releases([begun])
    released = replace(begun, outcome=Outcome.RELEASED, finished_at=NOW)
    await second.save_releases([released])
    await first.save_releases([replace(begun, outcome=Outcome.FAILED, detail="late")])
    assert await first.releases_of_plan(PLAN) == [released]


async def test_a_record_that_another_worker_began_is_seen(new_ledger: NewLedger, site: str) -> None:
    """The first worker saw that there was none; the before-image of the second is kept."""
    first, second = new_ledger(site), new_ledger(site)
    assert await first.releases(PLAN, [guid(1), guid(2)]) == {}
    begun = a_release(site, 1, Outcome.RELEASING)
    await second.save_releases([begun])
    gone = [
        replace(a_release(site, n, Outcome.ALREADY_GONE), before=None, detail="x") for n in (1, 2)
    ]
    await first.save_releases(gone)
    stored = await second.releases(PLAN, [guid(1), guid(2)])
    assert stored == {guid(1): replace(gone[0], before=begun.before), guid(2): gone[1]}


async def test_the_same_record_many_times_in_one_worker(new_ledger: NewLedger, site: str) -> None:
    """Each write follows on the one before, as in the rounds of a release."""
    ledger = new_ledger(site)
    record = a_release(site, 1, Outcome.RELEASING)
    for number in range(5):
        await ledger.save_releases([replace(record, detail=f"round {number}")])
    assert await ledger.releases_of_plan(PLAN) == [replace(record, detail="round 4")]
