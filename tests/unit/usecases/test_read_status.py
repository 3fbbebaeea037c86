"""The status: what is recorded, what waits, and what can't be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.breaker import Breaker
from shared.domain.errors import MessageQueueError
from shared.domain.leases.history import LeaseCounts
from shared.domain.switches import Switches
from shared.usecases.qrs_breaker import BREAKER
from shared.usecases.read_status import ReadStatus
from tests.unit.build import NOW
from tests.unit.fakes import ManualTime, MemoryLeaseLedger, MemoryLedger

SWITCHES = Switches(
    enabled=True, dry_run=True, confirmed=False, stop=False, approval_required=False
)
WAITING = {"release-candidates": 3, "release-candidates-poison": 0}


@dataclass
class BothLedgers(MemoryLedger, MemoryLeaseLedger):
    """Everything that is remembered, in memory."""


async def waiting() -> Mapping[str, int]:
    """Three messages wait."""
    return WAITING


async def out_of_reach() -> Mapping[str, int]:
    """The storage account does not answer."""
    raise MessageQueueError("The queue can't be reached; check AzureWebJobsStorage.")


def status_of(ledger: BothLedgers) -> ReadStatus:
    """The use case on a ledger."""
    return ReadStatus("Lab", SWITCHES, ledger, waiting, ManualTime(NOW))


async def test_an_app_that_never_ran_has_a_status_too() -> None:
    """A probe right after the deployment gets an answer, not an error."""
    status = await status_of(BothLedgers())()
    assert (status.runs, status.plan, status.outlook, status.leases) == ([], None, None, None)
    assert status.pending.messages == WAITING
    assert not status.breaker.open
    assert status.versions.app


async def test_an_open_breaker_is_told_with_its_end() -> None:
    """Releasing pauses, and until when is what an operator asks next."""
    ledger = BothLedgers()
    until = NOW + timedelta(minutes=10)
    await ledger.change_state(Breaker, BREAKER, lambda _: Breaker(3, until))
    breaker = (await status_of(ledger)()).breaker
    assert (breaker.open, breaker.failures, breaker.open_until) == (True, 3, until)


async def test_queues_that_cannot_be_read_leave_the_rest_of_the_status() -> None:
    """The sentence says why there is no number."""
    read = ReadStatus("Lab", SWITCHES, BothLedgers(), out_of_reach, ManualTime(NOW))
    status = await read()
    assert status.pending.messages is None
    assert "AzureWebJobsStorage" in status.pending.problem
    assert status.switches is SWITCHES


async def test_only_fresh_counts_of_leases_are_told() -> None:
    """Numbers of last week would look like those of today."""
    ledger = BothLedgers()
    await ledger.save_lease_counts(LeaseCounts("Lab", NOW - timedelta(days=7), {}, {}))
    assert (await status_of(ledger)()).leases is None
    fresh = LeaseCounts("Lab", NOW - timedelta(hours=1), {}, {"CTX01": 7})
    await ledger.save_lease_counts(fresh)
    assert (await status_of(ledger)()).leases == fresh
