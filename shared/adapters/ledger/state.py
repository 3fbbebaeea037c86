"""Named states: one small row each, changed by compare-and-swap."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, Value, columns_of, shown
from shared.adapters.ledger.tables import Stored
from shared.domain.errors import LedgerError

_STATE = "State"
_WRITERS_KEPT = 32
_MOST_COLUMNS = 12  # 12 x 32,000 characters of two bytes leave room below the 1 MiB of a row


class State(Kind):
    """What the workers of one site have to agree on."""

    async def state[S](self, kind: type[S], name: str) -> S | None:
        """A small named state of the site (a frozen dataclass); None when it was never set."""
        stored = await asyncio.to_thread(self._stored_state, kind, name)
        return None if stored is None else self._value(kind, _STATE, stored.row)

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """Change a state whoever else changes it at once; returns what this change stored.

        `change` is pure: it may be called again, in another thread, with a newer state when
        somebody was faster; its last call is the one that counts. What it raises ends the change,
        and nothing is written.

        Raises:
            LedgerError: the state can't be read or written. When the storage account stopped
                answering in the middle, the change may have been stored.
        """
        return await asyncio.to_thread(self._change_state, kind, name, change)

    def _change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        writer = uuid4().hex
        sent: S | None = None

        def attempt() -> S | None:
            nonlocal sent
            stored = self._stored_state(kind, name)
            writers = [] if stored is None else _writers(stored.row)
            if writer in writers:
                # Our write was stored and its answer got lost: a second one would count double.
                return sent
            before = None if stored is None else self._value(kind, _STATE, stored.row)
            sent = change(before)
            if sent == before:
                return sent
            row = {**self._state_row(kind, name, sent), **_writers_column([*writers, writer])}
            etag = None if stored is None else stored.etag
            return sent if self._tables.change(_STATE, [(row, etag)]) else None

        return until_won(attempt, f"the state {kind.__name__} {name!r}")

    def _stored_state(self, kind: type[object], name: str) -> Stored | None:
        return self._tables.get(_STATE, joined(self._site), joined(kind.__name__, name))

    def _state_row(self, kind: type[object], name: str, value: object) -> Row:
        record = columns_of(value)
        if len(record) > _MOST_COLUMNS:
            raise LedgerError(
                f"The state {kind.__name__} {name!r} is too long to be kept in one row of the "
                f"ledger's table {self._tables.name(_STATE)}, so it was not changed."
            )
        keys: Row = {"PartitionKey": joined(self._site), "RowKey": joined(kind.__name__, name)}
        return {**keys, "Kind": kind.__name__, "Name": shown(name), **record}


def _writers(row: dict[str, Value]) -> list[str]:
    return str(row.get("LastWriters", "")).split()


def _writers_column(writers: list[str]) -> Row:
    return {"LastWriters": " ".join(writers[-_WRITERS_KEPT:])}
