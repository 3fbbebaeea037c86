"""Refused messages: one row per message and reason, with the whole body."""

import asyncio

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown, value_of
from shared.domain.runs import RefusedMessage

_MESSAGES = "Messages"
_BODY_SHOWN = 16_000  # a text column holds 32 Ki UTF-16 units; the whole body is in the JSON


class Messages(Kind):
    """The messages that one site did not act upon."""

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep a queue message that was not acted upon, whole, with the reason.

        The same message refused for the same reason again takes the place of its earlier row.
        """
        row: Row = {
            "PartitionKey": joined(self._site),
            "RowKey": joined(message.message_id, message.refusal.value),
            "SeenAt": moment(message.seen_at),
            "Queue": shown(message.queue),
            "Refusal": message.refusal.value,
            "Detail": shown(message.detail),
            "DequeueCount": message.dequeue_count,
            "Body": shown(message.body, _BODY_SHOWN),
            **columns_of(message),
        }
        await asyncio.to_thread(self._tables.put, _MESSAGES, row)

    async def refused_messages(self) -> list[RefusedMessage]:
        """The kept messages, newest first."""
        rows = await asyncio.to_thread(
            self._tables.query,
            _MESSAGES,
            "PartitionKey eq @partition",
            partition=joined(self._site),
        )
        messages = (value_of(RefusedMessage, row) for row in rows)
        return sorted(messages, key=lambda message: message.seen_at, reverse=True)
