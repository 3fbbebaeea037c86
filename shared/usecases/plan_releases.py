"""Plan releases: read the site, decide on every license, record the plan, hand out the messages."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import events, messages
from shared.domain.errors import PartialReadError
from shared.domain.limits import Limits, apply_limits
from shared.domain.model import AccessLicense, User
from shared.domain.plan import Action, Plan, PlanStatus, Reason, count_reasons
from shared.domain.policy import ReleasePolicy, decide
from shared.domain.switches import Switches
from shared.usecases.ports import Clock, Ledger, Qrs, Telemetry
from shared.usecases.read_site import SiteRead, read_site

LIFETIME = timedelta(hours=24)  # by then the next nightly plan has decided anew


@dataclass(frozen=True, slots=True)
class Planning:
    """What a planning run gave: a plan (none when planning is off) and its queue messages."""

    plan: Plan | None = None
    messages: tuple[str, ...] = ()

    def summary(self) -> str:
        """One line for people."""
        if self.plan is None:
            return "switched off by LICENSE_RELEASE__ENABLED"
        numbers = _count_actions(self.plan)
        told = ", ".join(f"{numbers[action]} to {action}" for action in Action)
        return f"plan {self.plan.plan_id} ({self.plan.status}): {told}"


@dataclass(frozen=True, slots=True)
class PlanReleases:
    """One planning run. `new_id` gives a short random text that makes plan ids unique."""

    site: str
    policy: ReleasePolicy
    limits: Limits
    switches: Switches
    qrs: Qrs
    ledger: Ledger
    telemetry: Telemetry
    clock: Clock
    new_id: Callable[[], str]

    async def __call__(self) -> Planning:
        """Make a plan; it has messages only when no switch holds releases back.

        Raises:
            PartialReadError: what was read may not be all there is; no plan is made.
            QrsError: the site could not be read; no plan is made.
        """
        if not self.switches.enabled:
            self.telemetry.emit(events.PLAN_DISABLED, {"site": self.site})
            return Planning()
        site_read = await self._read()
        plan = self._decide(site_read, self.clock())
        await self.ledger.save_plan(plan)
        texts = _messages(plan) if plan.status is PlanStatus.QUEUED else ()
        self._report(plan, len(texts))
        return Planning(plan, texts)

    async def _read(self) -> SiteRead:
        try:
            return await read_site(self.qrs, sorted(self.policy.threshold_days))
        except PartialReadError as error:
            self.telemetry.emit(
                events.PLAN_REFUSED,
                {"site": self.site, "reason": "partial_read", "detail": str(error)},
            )
            raise

    def _decide(self, site_read: SiteRead, now: datetime) -> Plan:
        candidates = (
            decide(license_, _holder(license_, site_read), self.policy, now)
            for rows in site_read.licenses.values()
            for license_ in rows
        )
        decisions = tuple(apply_limits(candidates, site_read.overview.pools, self.limits))
        return Plan(
            plan_id=f"{now:%Y%m%dT%H%M%SZ}-{self.new_id()}",
            site=self.site,
            created_at=now,
            expires_at=now + LIFETIME,
            status=self.switches.plan_status(),
            policy_fingerprint=self.policy.fingerprint(),
            counts=count_reasons(decisions),
            decisions=decisions,
        )

    def _report(self, plan: Plan, message_count: int) -> None:
        numbers = _count_actions(plan)
        self.telemetry.emit(
            events.PLAN_CREATED,
            {
                "site": self.site,
                "plan_id": plan.plan_id,
                "status": plan.status.value,
                "released": numbers[Action.RELEASE],
                "kept": numbers[Action.KEEP],
                "deferred": numbers[Action.DEFER],
                "messages": message_count,
            },
        )
        hidden = sum(counts.get(Reason.USER_NOT_VISIBLE, 0) for counts in plan.counts.values())
        if hidden:
            self.telemetry.emit(
                events.USERS_NOT_VISIBLE,
                {"site": self.site, "plan_id": plan.plan_id, "licenses": hidden},
            )


def _holder(license_: AccessLicense, site_read: SiteRead) -> User | None:
    return site_read.users.get(license_.user.id) if license_.user else None


def _count_actions(plan: Plan) -> Counter[Action]:
    return Counter(decision.action for decision in plan.decisions)


def _messages(plan: Plan) -> tuple[str, ...]:
    groups = messages.split(
        site=plan.site,
        plan_id=plan.plan_id,
        expires_at=plan.expires_at,
        licenses=[decision.license for decision in plan.released],
    )
    return tuple(messages.to_json(group) for group in groups)
