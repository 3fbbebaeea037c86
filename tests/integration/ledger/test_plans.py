"""Plans in Azure Tables."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TablesLedger
from shared.adapters.ledger.access import TableAccess
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.rows import Row
from shared.adapters.ledger.tables import Tables
from shared.domain.errors import LedgerError
from shared.domain.plan import Decision, Plan, PlanStatus
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW, a_plan


async def decisions_of(ledger: TablesLedger, plan: Plan) -> tuple[Decision, ...]:
    """All decisions that the ledger holds of a plan."""
    return tuple([decision async for decision in ledger.decisions(plan.plan_id)])


async def test_a_plan_comes_back_whole(ledger: TablesLedger, site: str) -> None:
    """The header has everything but the decisions; the decisions come in order, field by field."""
    plan = a_plan(site, count=7000)
    await ledger.save_plan(plan)
    assert await ledger.plan(plan.plan_id) == replace(plan, decisions=())
    assert await decisions_of(ledger, plan) == plan.decisions


async def test_an_empty_plan_is_a_plan(ledger: TablesLedger, site: str) -> None:
    """A night on which there was nothing to decide is recorded too."""
    plan = a_plan(site, count=0)
    await ledger.save_plan(plan)
    assert await ledger.plan(plan.plan_id) == plan
    assert await decisions_of(ledger, plan) == ()


async def test_an_unknown_plan_is_none_and_has_no_decisions(ledger: TablesLedger) -> None:
    """An unknown id is told apart from an empty plan."""
    assert await ledger.plan("no such plan") is None
    with pytest.raises(LedgerError, match="no plan with the id 'no such plan'"):
        await anext(aiter(ledger.decisions("no such plan")))
    with pytest.raises(LedgerError, match="no plan with the id 'no such plan'"):
        await ledger.set_plan_status("no such plan", PlanStatus.QUEUED)


async def test_saving_a_plan_again_changes_nothing(ledger: TablesLedger, site: str) -> None:
    """A second save of the same plan leaves even the status that it got meanwhile."""
    plan = a_plan(site)
    await ledger.save_plan(plan)
    await ledger.set_plan_status(plan.plan_id, PlanStatus.QUEUED)
    await ledger.save_plan(plan)
    assert await ledger.plan(plan.plan_id) == replace(plan, decisions=(), status=PlanStatus.QUEUED)
    assert await decisions_of(ledger, plan) == plan.decisions


@pytest.mark.parametrize("changed", ["fewer decisions", "another policy"])
async def test_another_plan_under_the_same_id_is_refused(
    ledger: TablesLedger, site: str, changed: str
) -> None:
    """An id that is taken ends in an error, and the first plan stays as it was."""
    plan = a_plan(site)
    await ledger.save_plan(plan)
    other = {
        "fewer decisions": replace(plan, decisions=plan.decisions[:-1]),
        "another policy": replace(plan, policy_fingerprint="0" * 64),
    }[changed]
    with pytest.raises(LedgerError, match="holds another plan"):
        await ledger.save_plan(other)
    assert await decisions_of(ledger, plan) == plan.decisions


async def test_two_writers_of_one_plan_leave_one_whole_plan(
    new_ledger: NewLedger, site: str
) -> None:
    """Twelve threads save two versions at once: one version stands whole, the other is refused."""
    plan = a_plan(site, count=6000)
    other = replace(plan, decisions=plan.decisions[::-1])
    versions = [plan, other] * 6
    ledgers = [new_ledger(site) for _ in versions]
    done = await asyncio.gather(
        *(led.save_plan(version) for led, version in zip(ledgers, versions, strict=True)),
        return_exceptions=True,
    )
    stored = await decisions_of(ledgers[0], plan)
    assert stored in (plan.decisions, other.decisions)
    expected = [v.decisions == stored for v in versions]
    assert [result is None for result in done] == expected
    assert all(isinstance(result, LedgerError) for result in done if result is not None)


async def test_a_writer_that_dies_in_the_middle_leaves_no_plan(
    new_ledger: NewLedger, site: str
) -> None:
    """Until all decisions are stored there is no plan; the next try completes it."""
    plan = a_plan(site, count=9000)

    def dying() -> list[Decision]:
        return [*plan.decisions[:8000], "the worker dies here"]  # type: ignore[list-item]

    with pytest.raises(AttributeError):
        await new_ledger(site).save_plan(replace(plan, decisions=tuple(dying())))
    ledger = new_ledger(site)
    assert await ledger.plan(plan.plan_id) is None
    await ledger.save_plan(plan)
    assert await decisions_of(ledger, plan) == plan.decisions


async def test_plans_of_other_sites_are_out_of_reach(new_ledger: NewLedger, site: str) -> None:
    """Two sites in one storage account may use the same plan id; neither sees the other's."""
    mine, other = new_ledger(site), new_ledger(f"{site}|other")
    await mine.save_plan(a_plan(site))
    assert await other.plan(a_plan(site).plan_id) is None
    with pytest.raises(LedgerError, match="check SITE_NAME"):
        await other.save_plan(a_plan(site))


async def test_the_latest_plans_come_newest_first(new_ledger: NewLedger, site: str) -> None:
    """As many headers as asked for, of this site only, with the status of now."""
    ledger = new_ledger(site)
    plans = [
        replace(a_plan(site, f"2026110{n}T023000Z-ab"), created_at=NOW + timedelta(days=n - 3))
        for n in range(1, 6)
    ]
    for plan in (plans[2], plans[0], plans[4], plans[1], plans[3]):
        await ledger.save_plan(plan)
    await ledger.set_plan_status(plans[4].plan_id, PlanStatus.QUEUED)
    headers = [replace(plan, decisions=()) for plan in reversed(plans)]
    headers[0] = replace(headers[0], status=PlanStatus.QUEUED)
    assert await ledger.latest_plans(2) == headers[:2]
    assert await ledger.latest_plans(99) == headers
    assert await ledger.latest_plans(0) == []
    assert await new_ledger(f"{site} 2").latest_plans(9) == []


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("Status", "approved by Bob", "approved by Bob"),
        ("Chunks", "7", "no JSON list"),
        ("Chunks", "[", "can't be read"),
        ("Chunks", '["00000-gone"]', "00000-gone .* is missing"),
        ("Record", "{}", "can't be read"),
    ],
)
async def test_a_plan_edited_by_hand_is_refused(
    azurite: Azurite, ledger: TablesLedger, site: str, column: str, value: str, complaint: str
) -> None:
    """A header that no longer makes sense ends in an error that names the row or the chunk."""
    plan = a_plan(site)
    await ledger.save_plan(plan)
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    edit: Row = {"PartitionKey": joined(site), "RowKey": joined(plan.plan_id), column: value}
    assert tables.merge("Plans", edit)
    tables.close()

    async def read() -> None:
        await ledger.plan(plan.plan_id)
        await decisions_of(ledger, plan)

    with pytest.raises(LedgerError, match=complaint):
        await read()
