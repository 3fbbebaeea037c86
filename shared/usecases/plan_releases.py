"""Plan releases: read the site, decide on every license, record the plan, hand out the messages."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import events, messages, spans
from shared.domain.errors import PartialReadError, PointsError
from shared.domain.grace import Mark, apply_grace, newly_marked
from shared.domain.limits import Limits, apply_limits
from shared.domain.model import AccessLicense, User
from shared.domain.notice import Notice, NoticeKind
from shared.domain.own_points import plan_points
from shared.domain.plan import (
    Action,
    Decision,
    LatestPlan,
    Plan,
    PlanStatus,
    count_reasons,
)
from shared.domain.plausibility import Believable
from shared.domain.policy import ReleasePolicy, decide
from shared.domain.switches import Switches
from shared.usecases.believe_read import LATEST, doubts_about
from shared.usecases.plan_trace import keep_trace
from shared.usecases.ports import Clock, Ledger, Notifier, PointWriter, Qrs, Span, Telemetry
from shared.usecases.read_site import SiteRead, read_site
from shared.usecases.tell_plan import tell_plan
from shared.usecases.write_points import write_points

LIFETIME = timedelta(hours=24)  # by then the next nightly plan has decided anew


class ImplausibleReadError(PartialReadError):
    """What was read is complete, and not believed."""


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
    grace_days: int
    believable: Believable
    switches: Switches
    qrs: Qrs
    ledger: Ledger
    static_tags: Mapping[str, str]
    points: PointWriter
    notifier: Notifier
    telemetry: Telemetry
    clock: Clock
    new_id: Callable[[], str]

    async def __call__(self) -> Planning:
        """Make a plan; it has messages only when no switch holds releases back.

        Raises:
            PartialReadError: what was read may not be all there is, or is not believed; no plan.
            QrsError: the site could not be read; no plan is made.
        """
        if not self.switches.enabled:
            self.telemetry.emit(events.PLAN_DISABLED, {"site": self.site})
            return Planning()
        with self.telemetry.span(spans.PLAN_RELEASES, {"site": self.site}) as span:
            return await self._plan(span)

    async def _plan(self, span: Span) -> Planning:
        latest = await self.ledger.state(LatestPlan, LATEST)
        site_read = await self._read(latest)
        marks = await marks_left(self.ledger, latest, self.grace_days)
        plan = self._decide(site_read, marks, self.clock())
        span.note("plan_id", plan.plan_id)
        await self._save(plan, site_read, span.trace_parent)
        texts = plan_messages(plan, plan.released) if plan.status is PlanStatus.QUEUED else ()
        for name, told in _about(plan, len(texts)).items():
            span.note(name, told)
        tell_plan(plan, len(texts), self.telemetry)
        await self._write_points(plan)
        await self._notify(plan)
        return Planning(plan, texts)

    async def _read(self, latest: LatestPlan | None) -> SiteRead:
        try:
            site_read = await read_site(self.qrs, sorted(self.policy.threshold_days))
        except PartialReadError as error:
            self._refused("partial_read", str(error))
            raise
        found = await doubts_about(
            site_read, latest, self.qrs, self.ledger, self.believable, self.clock()
        )
        if found:
            detail = "; ".join(doubt.sentence for doubt in found)
            self._refused(found[0].reason, detail)
            raise ImplausibleReadError(
                f"what was read is not believed, so nothing is planned: {detail}"
            )
        return site_read

    def _refused(self, reason: str, detail: str) -> None:
        dimensions = {"site": self.site, "reason": reason, "detail": detail}
        self.telemetry.emit(events.PLAN_REFUSED, dimensions)

    def _decide(self, site_read: SiteRead, marks: Mapping[str, Mark], now: datetime) -> Plan:
        decisions = decided(
            site_read,
            marks,
            now,
            policy=self.policy,
            limits=self.limits,
            grace_days=self.grace_days,
        )
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

    async def _save(self, plan: Plan, site_read: SiteRead, trace_parent: str) -> None:
        population = {t: len(rows) for t, rows in site_read.licenses.items()}
        latest = LatestPlan(plan.plan_id, plan.created_at, population)
        await keep_trace(self.ledger, plan.plan_id, trace_parent)
        await self.ledger.save_plan(plan)
        await self.ledger.change_state(LatestPlan, LATEST, lambda _: latest)

    async def _write_points(self, plan: Plan) -> None:
        tags = {**self.static_tags, "site": self.site}
        # Told by an event, and no reason to hold the plan back: the ledger has what they tell.
        with contextlib.suppress(PointsError):
            await write_points(
                self.points, plan_points(plan, tags), site=self.site, telemetry=self.telemetry
            )

    async def _notify(self, plan: Plan) -> None:
        marked = newly_marked(plan.decisions, plan.created_at) if self.grace_days else 0
        if marked:
            await self._tell(
                plan,
                NoticeKind.LICENSES_MARKED,
                f"{marked} licenses marked at {self.site}",
                f"Unless they are used, they can go in {self.grace_days} days.",
            )
        if plan.status is PlanStatus.WAITING_FOR_APPROVAL and plan.released:
            await self._tell(
                plan,
                NoticeKind.PLAN_WAITING,
                f"A release plan waits for approval at {self.site}",
                f"It releases {len(plan.released)} licenses, until {plan.expires_at:%Y-%m-%d %H:%M}"
                " UTC.",
            )

    async def _tell(self, plan: Plan, kind: NoticeKind, title: str, text: str) -> None:
        numbers = _count_actions(plan)
        figures: dict[str, str | int] = {"plan": plan.plan_id}
        figures |= {action.value: numbers[action] for action in Action}
        await self.notifier.notify(Notice(kind, self.site, title, text, plan.created_at, figures))


async def marks_left(ledger: Ledger, latest: LatestPlan | None, grace_days: int) -> dict[str, Mark]:
    """The marks that the plan before left, by license id; only a grace period asks for them."""
    if latest is None or not grace_days:
        return {}
    return {
        decision.license.id: mark
        async for decision in ledger.decisions(latest.plan_id)
        if (mark := Mark.of(decision))
    }


def decided(
    site_read: SiteRead,
    marks: Mapping[str, Mark],
    now: datetime,
    *,
    policy: ReleasePolicy,
    limits: Limits,
    grace_days: int,
) -> tuple[Decision, ...]:
    """What policy, grace and limits make of a read, releases and deferrals first."""
    wanted = (
        decide(license_, _holder(license_, site_read), policy, now)
        for rows in site_read.licenses.values()
        for license_ in rows
    )
    candidates = apply_grace(wanted, marks, grace_days, now)
    return tuple(apply_limits(candidates, site_read.overview.pools, limits))


def plan_messages(plan: Plan, released: Iterable[Decision]) -> tuple[str, ...]:
    """The queue messages of a plan that release the licenses of these decisions."""
    groups = messages.split(
        site=plan.site,
        plan_id=plan.plan_id,
        expires_at=plan.expires_at,
        licenses=[decision.license for decision in released],
    )
    return tuple(messages.to_json(group) for group in groups)


def _about(plan: Plan, message_count: int) -> dict[str, str | int]:
    released = len(plan.released)
    return {"status": plan.status.value, "released": released, "messages": message_count}


def _holder(license_: AccessLicense, site_read: SiteRead) -> User | None:
    return site_read.users.get(license_.user.id) if license_.user else None


def _count_actions(plan: Plan) -> Counter[Action]:
    return Counter(decision.action for decision in plan.decisions)
