"""The state of the app for probes and scripts; docs/status.md says what each part means."""

import platform
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.breaker import Breaker
from shared.domain.errors import MessageQueueError
from shared.domain.leases.history import LeaseCounts
from shared.domain.outlook import OUTLOOK, Outlook
from shared.domain.plan import Plan
from shared.domain.runs import RefusedMessage, Run
from shared.domain.switches import Switches
from shared.usecases.ports import Clock, LeaseLedger, Ledger
from shared.usecases.qrs_breaker import BREAKER
from shared.version import VERSION

_LEASES_ARE_NEWS = timedelta(days=2)


class StatusLedger(Ledger, LeaseLedger, Protocol):
    """What the status is read from."""

    async def latest_plans(self, limit: int) -> list[Plan]:
        """The latest plans, the newest first, without their decisions."""
        ...


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the app, and of the Python that runs it."""

    app: str
    python: str


@dataclass(frozen=True, slots=True)
class LastPlan:
    """The newest plan, without its decisions."""

    plan_id: str
    status: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QrsBreaker:
    """Whether releasing pauses because QRS failed again and again."""

    open: bool
    failures: int
    open_until: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """About how many messages wait, by queue; None and a sentence when that can't be read."""

    messages: Mapping[str, int] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What `GET status` tells."""

    site: str
    at: datetime
    versions: Versions
    switches: Switches
    runs: list[Run]
    plan: LastPlan | None
    pending: Pending
    breaker: QrsBreaker
    refused_messages: list[RefusedMessage]
    outlook: Outlook | None
    leases: LeaseCounts | None


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """Reads the ledger and how long the queues are; QRS is not asked."""

    site: str
    switches: Switches
    ledger: StatusLedger
    queue_lengths: Callable[[], Awaitable[Mapping[str, int]]]
    clock: Clock

    async def __call__(self) -> Status:
        """Read the state as it is recorded now."""
        now = self.clock()
        plans = await self.ledger.latest_plans(1)
        leases = await self.ledger.lease_counts_since(now - _LEASES_ARE_NEWS)
        return Status(
            site=self.site,
            at=now,
            versions=Versions(VERSION, platform.python_version()),
            switches=self.switches,
            runs=await self.ledger.runs(),
            plan=_last_plan(plans[0]) if plans else None,
            pending=await self._pending(),
            breaker=await self._breaker(now),
            refused_messages=await self.ledger.refused_messages(),
            outlook=await self.ledger.state(Outlook, OUTLOOK),
            leases=leases[-1] if leases else None,
        )

    async def _pending(self) -> Pending:
        # The rest of the status is worth having when the queues can't be looked at.
        try:
            return Pending(await self.queue_lengths())
        except MessageQueueError as error:
            return Pending(None, str(error))

    async def _breaker(self, now: datetime) -> QrsBreaker:
        breaker = await self.ledger.state(Breaker, BREAKER) or Breaker()
        until = breaker.refuses_until(now)
        return QrsBreaker(until is not None, breaker.failures, until)


def _last_plan(plan: Plan) -> LastPlan:
    return LastPlan(plan.plan_id, plan.status, plan.created_at, plan.expires_at)
