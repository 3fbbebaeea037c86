"""Queueing a stored plan by its id: when switches allow it, exactly that plan, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import MessageQueueError
from shared.domain.plan import PlanStatus
from shared.domain.switches import Switches
from shared.usecases.approve_plan import ApprovalRefusedError, ApprovePlan, UnknownPlanError
from shared.usecases.queue_plan import BY_NAME, QueuePlan
from tests.unit.fakes import RecordingTelemetry
from tests.unit.usecases.test_preview_plan import World, some_users

OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)


@dataclass
class Queue:
    """Keeps what it gets, unless it is broken."""

    texts: list[str] = field(default_factory=list)
    broken: bool = False

    async def send_many(self, texts: Sequence[str]) -> None:
        """Keep them."""
        if self.broken:
            raise MessageQueueError("The queue is gone.")
        self.texts += texts


async def recorded() -> tuple[World, str]:
    """A world with a dry plan; returns the plan's id too."""
    world = some_users()
    plan = (await world.planner()()).plan
    assert plan is not None
    return world, plan.plan_id


def queueing(world: World, queue: Queue, switches: Switches = OPEN) -> QueuePlan:
    """The use case."""
    approve = ApprovePlan(
        "prod",
        world.policy,
        switches,
        world.ledger,
        RecordingTelemetry(),
        world.time,
        lambda: f"{world.time.now}",
        BY_NAME,
    )
    return QueuePlan(approve, queue)


async def test_a_dry_plan_is_queued_once_the_switches_are_open() -> None:
    """And never again."""
    world, plan_id = await recorded()
    queue = Queue()
    approved = await queueing(world, queue)(plan_id, "command line, by anna")
    assert queue.texts == list(approved.messages)
    assert len(queue.texts) == 1
    assert world.ledger.plans[plan_id].status is PlanStatus.QUEUED
    with pytest.raises(ApprovalRefusedError, match="it is queued"):
        await queueing(world, queue)(plan_id)
    assert len(queue.texts) == 1


@pytest.mark.parametrize(
    ("switches", "setting"),
    [
        (replace(OPEN, stop=True), "LICENSE_RELEASE__STOP"),
        (replace(OPEN, enabled=False), "LICENSE_RELEASE__ENABLED"),
        (replace(OPEN, dry_run=True), "LICENSE_RELEASE__DRY_RUN"),
        (replace(OPEN, confirmed=False), "LICENSE_RELEASE__CONFIRM_SITE"),
    ],
)
async def test_a_closed_switch_refuses_and_is_named(switches: Switches, setting: str) -> None:
    """Nothing is queued, and the plan is as before."""
    world, plan_id = await recorded()
    queue = Queue()
    with pytest.raises(ApprovalRefusedError, match=setting):
        await queueing(world, queue, switches)(plan_id)
    assert queue.texts == []
    assert world.ledger.plans[plan_id].status is PlanStatus.DRY_RUN


async def test_stale_and_unknown_plans_are_refused() -> None:
    """A plan lives a day, and for one policy."""
    world, plan_id = await recorded()
    queue = Queue()
    with pytest.raises(UnknownPlanError):
        await queueing(world, queue)("no-such-plan")
    world.time.now += timedelta(days=2)
    with pytest.raises(ApprovalRefusedError, match="expired"):
        await queueing(world, queue)(plan_id)
    assert queue.texts == []


async def test_a_queue_that_is_down_leaves_the_plan_to_be_queued_later() -> None:
    """After a minute, when it is sure that the first try is over."""
    world, plan_id = await recorded()
    queue = Queue(broken=True)
    with pytest.raises(MessageQueueError):
        await queueing(world, queue)(plan_id)
    assert world.ledger.plans[plan_id].status is PlanStatus.DRY_RUN
    queue.broken = False
    world.time.now += timedelta(minutes=2)
    await queueing(world, queue)(plan_id)
    assert len(queue.texts) == 1
