"""The app at work in the world: planning, approving, and workers that go on step by step."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from shared.domain.errors import LedgerError, MessageQueueError, PointsError, StewardError
from shared.domain.messages import RefusedMessageError, from_json, read
from shared.domain.plausibility import Believable
from shared.usecases.approve_plan import Approved, ApprovePlan
from shared.usecases.delete_strategies import DeleteStrategy
from shared.usecases.message_refusals import QueuedText
from shared.usecases.plan_releases import Planning, PlanReleases
from shared.usecases.ports import Ledger, MessageQueue, PointWriter, Qrs
from shared.usecases.record_failed_release import RecordFailedRelease
from shared.usecases.release_licenses import ReleaseLicenses
from shared.usecases.release_report import ReleaseReport
from tests.unit.stateful.little_queue import MAX_DEQUEUE_COUNT, Queued
from tests.unit.stateful.steps import Fault, Stepwise, WorkerDiedError, quiet
from tests.unit.stateful.watched_ports import WatchedLedger, WatchedShare, WatchedSite
from tests.unit.stateful.worker import Worker
from tests.unit.stateful.world import World, licenses_in

SITE = "prod"
FUNCTION_TIMEOUT = timedelta(minutes=10)


@dataclass
class App:
    """The app. `workers` are those that are not done."""

    world: World
    strategy: Callable[[Qrs], DeleteStrategy]
    grace_days: int
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    workers: list[Worker] = field(default_factory=list)
    approved: set[str] = field(default_factory=set)
    _plans: int = 0

    def plan(self) -> Planning:
        """Plan as the timer does, and queue the messages."""
        world = self.world
        self._plans += 1
        planning = self._run(
            PlanReleases(
                site=SITE,
                policy=world.policy,
                limits=world.limits,
                grace_days=self.grace_days,
                believable=Believable(20, 30),
                switches=world.switches,
                qrs=world.site,
                ledger=world.ledger,
                static_tags={},
                points=world.points,
                notifier=world.notifier,
                telemetry=world.telemetry,
                clock=world.time,
                new_id=lambda: str(self._plans),
            )()
        )
        for text in planning.messages:
            world.queue.add(text)
        return planning

    def approve(self, plan_id: str) -> Approved:
        """Approve as the operator does, and queue the messages."""
        world = self.world
        approve = ApprovePlan(
            site=SITE,
            policy=world.policy,
            switches=world.switches,
            ledger=world.ledger,
            telemetry=world.telemetry,
            clock=world.time,
            new_id=lambda: f"n{len(self.approved)}",
        )
        approved = self._run(approve(plan_id))
        self.approved.add(plan_id)
        for text in approved.messages:
            world.queue.add(text)
        return approved

    def deliver(self, queued: Queued) -> Worker:
        """Give a message to a new worker, which stops at its first step."""
        queued.dequeue_count += 1
        try:
            message = read(queued.body)
        except RefusedMessageError:
            message = None
        approved = not self.world.switches.approval_required or (
            message is not None and message.plan_id in self.approved
        )
        worker = Worker(queued, message, self.world.policy, self.world.time.now, approved)
        releaser = self._releaser(worker)
        text = QueuedText(queued.message_id, queued.body, queued.dequeue_count)

        async def start() -> None:
            worker.task = asyncio.ensure_future(releaser(text))
            await quiet()

        for other in self.workers:
            if licenses_in([other.queued.body]) & licenses_in([queued.body]):
                other.overlapped = worker.overlapped = True
        self.workers.append(worker)
        self.loop.run_until_complete(start())
        self._see_to(worker)
        return worker

    def go_on(self, worker: Worker, which: int = 0, fault: Fault | None = None) -> None:
        """Let the worker take one step."""
        worker.steps.go_on(which, fault)
        self.loop.run_until_complete(quiet())
        self._see_to(worker)

    def kill(self, worker: Worker) -> None:
        """End the worker where it is; its message comes again."""
        worker.steps.die()
        self.loop.run_until_complete(quiet())
        self._see_to(worker)

    def time_passes(self, passed: timedelta) -> None:
        """Move the clocks; the host ends what works longer than `functionTimeout`."""
        self.world.at(self.world.time.now + passed)
        for worker in list(self.workers):
            if self.world.time.now - worker.started_at >= FUNCTION_TIMEOUT:
                self.kill(worker)

    def close(self) -> None:
        """End everything."""
        for worker in list(self.workers):
            self.kill(worker)
        self.loop.close()

    def _releaser(self, worker: Worker) -> ReleaseLicenses:
        world, steps = self.world, worker.steps
        site = cast("Qrs", WatchedSite(world, worker))
        points = cast("PointWriter", Stepwise(world.points, steps, PointsError))
        return ReleaseLicenses(
            site=SITE,
            policy=world.policy,
            limits=world.limits,
            switches=lambda: world.switches,
            qrs=site,
            share=WatchedShare(worker),
            deletes=self.strategy(site),
            ledger=cast("Ledger", Stepwise(WatchedLedger(world, worker), steps, LedgerError)),
            queue=cast("MessageQueue", Stepwise(world.queue, steps, MessageQueueError)),
            report=ReleaseReport({}, points, world.notifier, world.telemetry, world.time),
            telemetry=world.telemetry,
            clock=world.time,
        )

    def _see_to(self, worker: Worker) -> None:
        """What the host does when a worker is done: the message is consumed, or comes again."""
        self.world.judge_ledger()
        if worker.task is None or not worker.task.done():
            return
        self.workers.remove(worker)
        worker.steps.die()
        self.loop.run_until_complete(quiet())
        if worker.overlapped:
            self.world.orphans |= {(worker.plan_id, x) for x in worker.unconfirmed}
        error = worker.task.exception()
        if error is None:
            worker.queued.consumed = True
        elif not isinstance(error, StewardError | WorkerDiedError):
            raise error
        else:
            self._failed(worker)

    def _failed(self, worker: Worker) -> None:
        """The message comes again, unless another worker has finished it, or it is poison."""
        if worker.queued.consumed:
            return
        if worker.queued.dequeue_count >= MAX_DEQUEUE_COUNT:
            self._poison(worker.queued)

    def _poison(self, queued: Queued) -> None:
        world = self.world
        record = RecordFailedRelease(SITE, world.ledger, world.telemetry, world.time)
        self._run(record(queued.message_id, queued.body, queued.dequeue_count))
        queued.consumed = True

    def _run[T](self, work: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(work)


def expired(world: World, queued: Queued) -> bool:
    """True when the message is void by now."""
    try:
        from_json(queued.body, site=SITE, now=world.time.now)
    except RefusedMessageError:
        return True
    return False


def with_switch(world: World, name: str, *, value: bool) -> None:
    """Set one of the operator's switches."""
    world.switches = replace(world.switches, **{name: value})
