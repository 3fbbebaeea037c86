"""Usage history and runs in Azure Tables, and odd names of everything."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.adapters.ledger.keys import moment
from shared.domain.runs import RefusedMessage, Run
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_snapshot
from tests.integration.ledger.usage_rows import write_rows
from tests.unit.adapters_ledger import strategies as some


async def test_usage_comes_back_oldest_first(ledger: TablesLedger, site: str) -> None:
    """The history since a moment, to the microsecond, with every part of each snapshot."""
    snapshots = [a_snapshot(site, NOW + timedelta(hours=6 * n)) for n in range(4)]
    for snapshot in reversed(snapshots):
        await ledger.save_usage(snapshot)
    assert await ledger.usage_since(NOW) == snapshots
    assert await ledger.usage_since(NOW + timedelta(microseconds=1)) == snapshots[1:]


async def test_a_history_longer_than_a_page(
    azurite: Azurite, ledger: TablesLedger, site: str
) -> None:
    """More snapshots than one answer of the service holds come back, all of them."""
    snapshots = [a_snapshot(site, NOW + timedelta(minutes=2 * n)) for n in range(1005)]
    write_rows(azurite, snapshots, moment)
    assert await ledger.usage_since(NOW) == snapshots


async def test_the_last_run_of_each_function_is_kept(new_ledger: NewLedger, site: str) -> None:
    """A later run takes the place of the earlier one; other sites have their own."""
    ledger = new_ledger(site)
    first = Run("plan_releases", NOW, succeeded=False, summary="QRS did not answer")
    then = replace(first, finished_at=NOW + timedelta(days=1), succeeded=True, summary="ok")
    other = Run("collect_usage", NOW, succeeded=True, summary="5 of 25 analyzer licenses")
    for run in (first, other, then):
        await ledger.save_run(run)
    assert await ledger.runs() == [other, then]
    assert await new_ledger(f"{site} 2").runs() == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(run=some.runs, message=some.messages)
async def test_any_name_is_a_key(new_ledger: NewLedger, run: Run, message: RefusedMessage) -> None:
    """Whatever a site, function or message is called, its row is stored and found."""
    # A site of its own for each example: what earlier ones left would be found as well.
    ledger = new_ledger(f"{message.queue}{uuid4().hex}")
    await ledger.save_run(run)
    await ledger.save_refused_message(message)
    assert run in await ledger.runs()
    assert await ledger.refused_message(message.message_id) == replace(message, settled="")
    ledger.close()
