"""Record a message that failed on every try, and say so loudly."""

from dataclasses import dataclass

from shared.domain import events
from shared.domain.messages import RefusedMessageError, describe
from shared.domain.runs import MessageRefusal, RefusedMessage
from shared.usecases.ports import Clock, Ledger, Telemetry

POISON_QUEUE = "release-candidates-poison"


@dataclass(frozen=True, slots=True)
class RecordFailedRelease:
    """Keeps poison messages whole in the ledger; needs nothing but the storage account."""

    site: str
    ledger: Ledger
    telemetry: Telemetry
    clock: Clock

    async def __call__(self, message_id: str, body: str, dequeue_count: int) -> None:
        """Keep the message, whatever it holds."""
        try:
            plan_id, licenses = describe(body)
        except RefusedMessageError:
            plan_id, licenses = "", 0
        await self.ledger.save_refused_message(
            RefusedMessage(
                message_id=message_id,
                queue=POISON_QUEUE,
                refusal=MessageRefusal.POISON,
                detail="every try failed; the errors are in the log under this message's id",
                body=body,
                dequeue_count=dequeue_count,
                seen_at=self.clock(),
            )
        )
        self.telemetry.emit(
            events.MESSAGE_POISONED,
            {
                "site": self.site,
                "message_id": message_id,
                "plan_id": plan_id,
                "licenses": licenses,
            },
        )
