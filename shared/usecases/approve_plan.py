"""Approve a waiting plan: queue exactly that plan, unless it is stale."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from shared.domain import events, spans
from shared.domain.errors import StewardError
from shared.domain.plan import Action, Approval, Plan, PlanStatus
from shared.domain.policy import ReleasePolicy
from shared.domain.switches import Switches
from shared.usecases.plan_releases import plan_messages
from shared.usecases.plan_trace import link_to_plan
from shared.usecases.ports import Clock, Ledger, Telemetry

ABANDONED = timedelta(minutes=1)  # an approval takes seconds


class ApprovalRefusedError(StewardError):
    """The plan can't be approved; nothing was queued."""


class UnknownPlanError(StewardError):
    """There is no such plan."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The plan that was approved, and the messages that release its licenses."""

    plan: Plan
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    """Approves one plan; `new_id` makes an approval unlike any other.

    `approvable` are the statuses that a plan may have. Over HTTP it must have waited for this; who
    names a plan on the command line may also mean one that was made while a switch was closed.
    """

    site: str
    policy: ReleasePolicy
    switches: Switches
    ledger: Ledger
    telemetry: Telemetry
    clock: Clock
    new_id: Callable[[], str]
    approvable: Collection[PlanStatus] = (PlanStatus.WAITING_FOR_APPROVAL,)

    async def __call__(self, plan_id: str, by: str = "") -> Approved:
        """Approve the plan; of several approvals at once exactly one succeeds.

        Args:
            plan_id: of a plan that waits.
            by: who approves; kept with the approval.

        Raises:
            UnknownPlanError: there is no such plan.
            ApprovalRefusedError: it expired, the policy changed since, a switch holds releases
                back, or it does not wait (any more).
        """
        plan = await self.ledger.plan(plan_id)
        if plan is None:
            raise UnknownPlanError(f"there is no plan {plan_id!r} at this site")
        about = {"site": self.site, "plan_id": plan_id}
        with self.telemetry.span(spans.APPROVE_PLAN, about) as span:
            await link_to_plan(self.ledger, plan_id, span)
            return await self._approve_if_fresh(plan, by)

    async def _approve_if_fresh(self, plan: Plan, by: str) -> Approved:
        plan_id = plan.plan_id
        self._check(plan)
        released = [
            decision
            async for decision in self.ledger.decisions(plan_id)
            if decision.action is Action.RELEASE
        ]
        texts = plan_messages(plan, released)
        await self._approve(plan, by)
        self.telemetry.emit(
            events.PLAN_APPROVED,
            {
                "site": self.site,
                "plan_id": plan_id,
                "released": len(released),
                "messages": len(texts),
            },
        )
        return Approved(plan, texts)

    def _check(self, plan: Plan) -> None:
        switch = self.switches.holding_back()
        if plan.status not in self.approvable:
            self._refuse(plan, f"it is {plan.status}, not waiting for approval")
        if self.clock() >= plan.expires_at:
            expired = plan.expires_at.isoformat(timespec="seconds")
            self._refuse(plan, f"it expired at {expired}; the next plan decides anew")
        if plan.policy_fingerprint != self.policy.fingerprint():
            self._refuse(plan, "the policy changed since it was made; the next plan decides anew")
        if switch:
            self._refuse(plan, f"{switch} holds releases back")

    async def _approve(self, plan: Plan, by: str) -> None:
        ours = Approval(self.clock(), self.new_id(), by)
        stored = await self.ledger.change_state(Approval, plan.plan_id, lambda old: old or ours)
        if stored != ours and self.clock() - stored.approved_at < ABANDONED:
            self._refuse(plan, f"it was approved already, at {stored.approved_at.isoformat()}")
        # An older approval of a plan that still waits never got to its queue: it is done again,
        # which at worst queues a license twice, and that releases it once.
        await self.ledger.set_plan_status(plan.plan_id, PlanStatus.QUEUED)

    def _refuse(self, plan: Plan, reason: str) -> NoReturn:
        dimensions = {"site": self.site, "plan_id": plan.plan_id, "detail": reason}
        self.telemetry.emit(events.PLAN_APPROVAL_REFUSED, dimensions)
        raise ApprovalRefusedError(f"plan {plan.plan_id} can't be approved: {reason}")
