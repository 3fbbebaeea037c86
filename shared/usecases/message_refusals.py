"""Messages that are not acted upon: kept whole in the ledger, with the reason, and told of."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.events import Event
from shared.domain.runs import MessageRefusal, RefusedMessage
from shared.usecases.ports import Clock, Ledger, Telemetry

QUEUE = "release-candidates"


@dataclass(frozen=True, slots=True)
class QueuedText:
    """A queue message as it arrived."""

    message_id: str
    body: str
    dequeue_count: int


@dataclass(frozen=True, slots=True)
class MessageRefusals:
    """Keeps refused messages and emits the event that goes with the refusal."""

    ledger: Ledger
    telemetry: Telemetry
    clock: Clock

    async def keep(
        self,
        queued: QueuedText,
        refusal: MessageRefusal,
        detail: str,
        event: Event,
        dimensions: Mapping[str, object],
    ) -> None:
        """Keep the message whole, and say so."""
        await self.ledger.save_refused_message(
            RefusedMessage(
                message_id=queued.message_id,
                queue=QUEUE,
                refusal=refusal,
                detail=detail,
                body=queued.body,
                dequeue_count=queued.dequeue_count,
                seen_at=self.clock(),
            )
        )
        self.telemetry.emit(event, dimensions)
