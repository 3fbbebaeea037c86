"""Queue a stored plan by hand: approve it, then put its messages into the queue ourselves.

The HTTP function leaves the second part to its output binding; here is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.errors import MessageQueueError
from shared.domain.plan import PlanStatus
from shared.usecases.approve_plan import Approved, ApprovePlan

# Who names a plan may also mean one that was made while a switch was closed: the switches of now
# count, and a plan that is queued already is never queued again.
BY_NAME = frozenset(PlanStatus) - {PlanStatus.QUEUED}


class MessageSender(Protocol):
    """The queue `release-candidates`, for several messages at once."""

    async def send_many(self, texts: Sequence[str]) -> None:
        """Put messages into the queue, in this order, to appear at once."""
        ...


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """Queues one plan. What `approve` refuses is not queued."""

    approve: ApprovePlan
    queue: MessageSender

    async def __call__(self, plan_id: str, by: str = "") -> Approved:
        """Approve the plan and queue its messages.

        Raises:
            UnknownPlanError: there is no such plan.
            ApprovalRefusedError: it can't be approved; nothing was queued.
            MessageQueueError: not all messages were queued; the plan waits as before, and a minute
                later it can be queued again: a license that is queued twice goes once.
        """
        before = await self.approve.ledger.plan(plan_id)
        approved = await self.approve(plan_id, by)
        try:
            await self.queue.send_many(approved.messages)
        except MessageQueueError:
            if before:
                await self.approve.ledger.set_plan_status(plan_id, before.status)
            raise
        return approved
