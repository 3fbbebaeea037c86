"""Refused messages: one row per message and reason, with the whole body."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, Value, columns_of, shown
from shared.domain.errors import LedgerError
from shared.domain.runs import RefusedMessage

_MESSAGES = "Messages"
_BODY_SHOWN = 16_000  # a text column holds 32 Ki UTF-16 units; the whole body is in the JSON
_SETTLED = ("Settled", "SettledAt")


class Messages(Kind):
    """The messages that one site did not act upon."""

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep a queue message that was not acted upon, whole, with the reason.

        The same message refused for the same reason again takes the place of its earlier row; what
        somebody did about it meanwhile stays written down.
        """
        await asyncio.to_thread(self._save_message, message)

    async def refused_messages(self) -> list[RefusedMessage]:
        """The kept messages, newest first."""
        rows = await asyncio.to_thread(
            self._tables.query,
            _MESSAGES,
            "PartitionKey eq @partition",
            partition=joined(self._site),
        )
        return self._newest_first(rows)

    async def refused_message(self, message_id: str) -> RefusedMessage | None:
        """The kept message of that id; None when there is none.

        Of a message that was refused for several reasons this is the latest.
        """
        rows = await asyncio.to_thread(self._rows_of_message, message_id)
        return next(iter(self._newest_first(rows)), None)

    async def settle_message(self, message_id: str, how: str) -> None:
        """Write down that somebody replayed or discarded a kept message, and when.

        It holds for every reason for which the message was refused until now.

        Raises:
            LedgerError: no message of that id is kept.
        """
        await asyncio.to_thread(self._settle_message, message_id, how)

    def _newest_first(self, rows: list[Row]) -> list[RefusedMessage]:
        messages = [
            replace(self._value(RefusedMessage, _MESSAGES, row), settled=_settled(row))
            for row in rows
        ]
        return sorted(messages, key=lambda message: message.seen_at, reverse=True)

    def _rows_of_message(self, message_id: str) -> list[Row]:
        first, past = joined_range(message_id)
        return self._tables.query(
            _MESSAGES,
            "PartitionKey eq @partition and RowKey ge @first and RowKey lt @past",
            partition=joined(self._site),
            first=first,
            past=past,
        )

    def _save_message(self, message: RefusedMessage) -> None:
        partition = joined(self._site)
        row_key = joined(message.message_id, message.refusal.value)

        def attempt() -> bool | None:
            there = self._tables.get(_MESSAGES, partition, row_key)
            row: Row = {"PartitionKey": partition, "RowKey": row_key, **_columns(message)}
            if there is not None:
                row |= {name: there.row[name] for name in _SETTLED if name in there.row}
            etag = None if there is None else there.etag
            return self._tables.change(_MESSAGES, [(row, etag)]) or None

        until_won(attempt, f"the refused message {message.message_id!r}")

    def _settle_message(self, message_id: str, how: str) -> None:
        rows = self._rows_of_message(message_id)
        settled: Row = {"Settled": shown(how), "SettledAt": moment(self._clock())}
        for row in rows:
            keys: Row = {name: row[name] for name in ("PartitionKey", "RowKey")}
            self._tables.merge(_MESSAGES, keys | settled)
        if not rows:
            raise LedgerError(
                f"The ledger holds no refused message with the id {message_id!r}: check the id."
            )


def _columns(message: RefusedMessage) -> Row:
    return {
        "SeenAt": moment(message.seen_at),
        "Queue": shown(message.queue),
        "Refusal": message.refusal.value,
        "Detail": shown(message.detail),
        "DequeueCount": message.dequeue_count,
        "Body": shown(message.body, _BODY_SHOWN),
        **columns_of(message),
    }


def _settled(row: Mapping[str, Value]) -> str:
    return str(row.get("Settled", ""))
