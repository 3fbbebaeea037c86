"""Reading everything that the report shows."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.breaker import Breaker
from shared.domain.early_warnings import Thresholds
from shared.domain.leases.model import LeaseRules
from shared.domain.outlook import OUTLOOK, Outlook
from shared.usecases.qrs_breaker import BREAKER
from shared.usecases.read_report import ReadReport
from tests.unit.build import NOW
from tests.unit.fakes import ManualTime, MemoryLeaseLedger, MemoryLedger
from tests.unit.report.build import (
    FARM,
    OPEN,
    a_plan,
    an_outlook,
    decisions,
    lease_facts,
    releases,
    snapshots,
)


@dataclass
class WholeLedger(MemoryLedger, MemoryLeaseLedger):
    """A ledger that remembers leases too."""

    leases_read: list[str] = field(default_factory=list)


def reading(ledger: WholeLedger, rules: LeaseRules | None = None) -> ReadReport:
    """The use case."""
    return ReadReport("Lab", OPEN, Thresholds(), rules, ledger, ManualTime(NOW))


async def test_an_empty_ledger_gives_empty_facts() -> None:
    """Nothing was collected, planned or released yet, and that is no failure."""
    facts = await reading(WholeLedger(), LeaseRules())()
    assert (facts.plan, facts.outlook, facts.breaker, facts.leases) == (None, None, None, None)
    assert facts.qlikview is True


async def test_the_newest_plan_comes_with_its_decisions() -> None:
    """And the ledger's other records as they are."""
    ledger = WholeLedger()
    rows = decisions(30)
    plan = a_plan(rows)
    for each in (plan.plan_id, "20261101T0130-0000"):
        older = NOW - timedelta(days=20) if each != plan.plan_id else plan.created_at
        header = a_plan(rows)
        ledger.plans[each] = type(plan)(
            each, "Lab", older, older, header.status, "f", header.counts, tuple(rows)
        )
    for snapshot in snapshots(20):
        await ledger.save_usage(snapshot)
    await ledger.save_releases(releases(rows))
    breaker, outlook = Breaker(1), an_outlook(rows)
    await ledger.change_state(Breaker, BREAKER, lambda _: breaker)
    await ledger.change_state(Outlook, OUTLOOK, lambda _: outlook)
    facts = await reading(ledger)()
    assert facts.plan
    assert facts.plan.plan_id == plan.plan_id
    assert list(facts.decisions) == rows
    assert facts.breaker == breaker
    assert facts.outlook == outlook
    assert len(facts.releases) == len(releases(rows))
    assert facts.history[-1].taken_at == NOW
    assert facts.qlikview is False


async def test_leases_are_surveyed_against_the_present_and_warned_of() -> None:
    """By the rules of the settings."""
    ledger, told = WholeLedger(), lease_facts()
    await ledger.save_lease_look(told.look)
    for counts in told.history:
        await ledger.save_lease_counts(counts)
    facts = await reading(ledger, LeaseRules(farm=FARM))()
    assert facts.leases
    assert [one.counts for one in facts.leases.surveys] == [one.counts for one in told.surveys]
    assert list(facts.leases.history) == list(told.history)
    assert "lease.refusals_ahead" in {warning.kind for warning in facts.leases.warnings}


async def test_without_qlikview_settings_leases_are_not_even_read() -> None:
    """What is left of an earlier time is not shown."""
    ledger = WholeLedger()
    await ledger.save_lease_look(lease_facts().look)
    assert (await reading(ledger)()).leases is None
