"""Read everything that the report shows; only the ledger is asked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.domain.breaker import Breaker
from shared.domain.early_warnings import EarlyWarning, Thresholds
from shared.domain.leases.lease_warnings import lease_findings
from shared.domain.leases.model import LeaseRules
from shared.domain.leases.survey import lease_counts
from shared.domain.outlook import OUTLOOK, Outlook
from shared.domain.plan import Plan
from shared.domain.report.facts import LeaseFacts, ReportFacts
from shared.domain.switches import Switches
from shared.usecases.ports import Clock, LeaseLedger, Ledger
from shared.usecases.qrs_breaker import BREAKER
from shared.usecases.read_leases import ReadLeases
from shared.usecases.watch_usage import HISTORY

LEASE_HISTORY = timedelta(days=90)


class ReportLedger(Ledger, LeaseLedger, Protocol):
    """A ledger that remembers leases as well, and tells the newest plans."""

    async def latest_plans(self, limit: int) -> list[Plan]:
        """The headers of the newest plans, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class ReadReport:
    """Reads a report; `lease_rules` is None when no QlikView is configured."""

    site: str
    switches: Switches
    thresholds: Thresholds
    lease_rules: LeaseRules | None
    ledger: ReportLedger
    clock: Clock

    async def __call__(self) -> ReportFacts:
        """Everything that the ledger says and the report shows, as of now.

        Raises:
            LedgerError: the ledger can't be read.
        """
        now = self.clock()
        ledger = self.ledger
        plans = await ledger.latest_plans(1)
        plan = plans[0] if plans else None
        return ReportFacts(
            site=self.site,
            now=now,
            switches=self.switches,
            thresholds=self.thresholds,
            runs=await ledger.runs(),
            refused=await ledger.refused_messages(),
            breaker=await ledger.state(Breaker, BREAKER),
            history=await ledger.usage_since(now - HISTORY),
            outlook=await ledger.state(Outlook, OUTLOOK),
            plan=plan,
            decisions=[d async for d in ledger.decisions(plan.plan_id)] if plan else [],
            releases=await ledger.recent_releases(now - HISTORY),
            leases=await self._leases(self.lease_rules) if self.lease_rules else None,
            qlikview=self.lease_rules is not None,
        )

    async def _leases(self, rules: LeaseRules) -> LeaseFacts | None:
        if await self.ledger.lease_look() is None:
            return None
        picture = await ReadLeases(rules, self.ledger, self.clock).picture()
        history = await self.ledger.lease_counts_since(picture.now - LEASE_HISTORY)
        counts = lease_counts(self.site, picture.look.taken_at, picture.surveys)
        earlier = [one for one in history if one.taken_at < counts.taken_at]
        found = lease_findings(picture.surveys, counts, earlier, self.thresholds)
        warnings = tuple(one for one in found if isinstance(one, EarlyWarning))
        return LeaseFacts(picture.look, picture.surveys, picture.evidence, history, warnings)
