"""Approving a plan: exactly that plan, once, and only while it is fresh."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.limits import Limits
from shared.domain.plan import Approval, PlanStatus
from shared.domain.plausibility import Believable
from shared.domain.policy import ReleasePolicy
from shared.domain.switches import Switches
from shared.usecases.approve_plan import (
    ApprovalRefusedError,
    Approved,
    ApprovePlan,
    UnknownPlanError,
)
from shared.usecases.plan_releases import PlanReleases
from tests.unit.build import a_license, a_policy, a_user
from tests.unit.fakes import (
    FakeSite,
    ManualTime,
    MemoryLedger,
    RecordingNotifier,
    RecordingPoints,
    RecordingTelemetry,
)

WAITING = Switches(enabled=True, dry_run=False, confirmed=True, stop=False, approval_required=True)


@dataclass
class World:
    """A plan that waits, and somebody who may approve it."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    time: ManualTime = field(default_factory=ManualTime)
    switches: Switches = WAITING
    policy: ReleasePolicy = field(default_factory=a_policy)

    async def plan(self) -> str:
        """Make a plan of two licenses; returns its id."""
        site = FakeSite()
        site.add(a_license(1), a_license(2), users=[a_user(1), a_user(2)])
        planning = await PlanReleases(
            site="prod",
            policy=self.policy,
            limits=Limits(10, 100),
            grace_days=0,
            believable=Believable(25, 14),
            switches=self.switches,
            qrs=site,
            ledger=self.ledger,
            static_tags={},
            points=RecordingPoints(),
            notifier=RecordingNotifier(),
            telemetry=self.telemetry,
            clock=self.time,
            new_id=lambda: "abcd",
        )()
        assert planning.messages == ()
        assert planning.plan is not None
        return planning.plan.plan_id

    async def approve(self, plan_id: str, who: str = "one", by: str = "") -> Approved:
        """Approve it."""
        return await ApprovePlan(
            "prod",
            self.policy,
            self.switches,
            self.ledger,
            self.telemetry,
            self.time,
            lambda: who,
        )(plan_id, by)


async def test_an_approved_plan_is_queued_exactly_as_it_was_made() -> None:
    """Its licenses, its id, its expiry."""
    world = World()
    plan_id = await world.plan()
    approved = await world.approve(plan_id)
    message = json.loads(approved.messages[0])
    assert message["plan_id"] == plan_id
    assert len(message["licenses"]) == 2
    assert world.ledger.plans[plan_id].status is PlanStatus.QUEUED


async def test_who_approved_is_kept_with_the_approval() -> None:
    """An auditor asks for the person, not only for the time."""
    world = World()
    plan_id = await world.plan()
    await world.approve(plan_id, by="anna")
    approval = await world.ledger.state(Approval, plan_id)
    assert approval is not None
    assert approval.by == "anna"


async def test_a_plan_is_approved_once() -> None:
    """The second approval is refused, whoever gives it."""
    world = World()
    plan_id = await world.plan()
    await world.approve(plan_id)
    with pytest.raises(ApprovalRefusedError, match="not waiting"):
        await world.approve(plan_id, "two")


async def test_of_two_approvals_at_once_one_succeeds() -> None:
    """Both saw it waiting; the ledger decides who was first."""
    world = World()
    plan_id = await world.plan()
    await world.approve(plan_id)
    await world.ledger.set_plan_status(plan_id, PlanStatus.WAITING_FOR_APPROVAL)
    with pytest.raises(ApprovalRefusedError, match="approved already"):
        await world.approve(plan_id, "two")


async def test_an_approval_that_never_got_to_its_queue_can_be_given_again() -> None:
    """The worker died between the approval and the queue: the plan is not lost."""
    world = World()
    plan_id = await world.plan()
    await world.approve(plan_id)
    await world.ledger.set_plan_status(plan_id, PlanStatus.WAITING_FOR_APPROVAL)
    world.time.now += timedelta(minutes=1)
    assert (await world.approve(plan_id, "two")).messages


async def test_an_expired_plan_is_stale() -> None:
    """A day later the next plan has decided anew."""
    world = World()
    plan_id = await world.plan()
    world.time.now += timedelta(hours=24)
    with pytest.raises(ApprovalRefusedError, match="expired"):
        await world.approve(plan_id)


async def test_a_plan_made_under_another_policy_is_stale() -> None:
    """A rule that was added since must not be passed over."""
    world = World()
    plan_id = await world.plan()
    world.policy = a_policy(days=60)
    with pytest.raises(ApprovalRefusedError, match="policy changed"):
        await world.approve(plan_id)
    assert world.telemetry.names()[-1] == "plan.approval_refused"


async def test_a_closed_switch_refuses_the_approval() -> None:
    """STOP holds here too."""
    world = World()
    plan_id = await world.plan()
    world.switches = replace(WAITING, stop=True)
    with pytest.raises(ApprovalRefusedError, match="STOP"):
        await world.approve(plan_id)


async def test_an_unknown_plan_is_said_to_be_unknown() -> None:
    """Nothing is queued for a mistyped id."""
    with pytest.raises(UnknownPlanError):
        await World().approve("no such plan")
