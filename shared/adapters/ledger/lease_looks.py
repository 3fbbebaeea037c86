"""The last look at the leases: chunks of lines, and a header row that names them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.chunks import Chunk, data_columns, data_of, pack_lines, unpack_lines
from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.lease_lines import lines_of, servers_of
from shared.adapters.ledger.many_rows import delete_all
from shared.adapters.ledger.rows import Row, columns_of
from shared.adapters.ledger.tables import Stored
from shared.domain.errors import LedgerError
from shared.domain.leases.history import LeaseLook

_LEASES = "Leases"
_HEADER = "look"
_CHUNK = "chunk"
_ADVICE = "look at the longest user and machine names that the QlikView Server tells"
# A writer that has not finished after this long gives up, and long after that nobody doubts that
# chunks without a header are nobody's: the clocks of two workers may differ by the rest.
_LONGEST_SAVE = timedelta(minutes=10)
_ORPHANED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Header:
    """What the app reads of the header row.

    Attributes:
        taken_at: as in the look.
        read_at: as in the look, in pairs: JSON's names can't hold every text.
        saved: names the chunks of this save, and no other's: when it began, and a random id.
        chunks: their names, in order.
    """

    taken_at: datetime
    read_at: tuple[tuple[str, datetime], ...]
    saved: str
    chunks: tuple[str, ...]


class LeaseLooks(Kind):
    """The last look at the leases of one site."""

    async def save_lease_look(self, look: LeaseLook) -> None:
        """Keep the look in place of the one before; of two writers the later one's look stays.

        Raises:
            LedgerError: the look could not be stored, and the one before is still there; or what
                it replaced could not be deleted, which a save half an hour later does.
        """
        self._must_be_ours(look.site)
        await asyncio.to_thread(self._save_look, look)

    async def lease_look(self) -> LeaseLook | None:
        """The last look; None before the first one.

        Raises:
            LedgerError: the look is damaged.
        """
        (look,) = await asyncio.to_thread(until_won, self._try_to_read, "the last look at leases")
        return look

    def _save_look(self, look: LeaseLook) -> None:
        began = self._clock()
        saved = f"{moment(began)}-{uuid4().hex[:16]}"
        names, size = [], 0
        for chunk in pack_lines(lines_of(look.servers), _ADVICE):
            self._tables.put(_LEASES, self._look_chunk_row(saved, chunk))
            names.append(chunk.name)
            size += len(chunk.data)
        # The header comes last: until then the look before is the one that counts.
        header = _Header(look.taken_at, tuple(look.read_at.items()), saved, tuple(names))
        row = _header_row(look, header, size) | self._header_keys()
        replaced = self._replace_header(row, began)
        self._delete_chunks(of=replaced, orphaned=moment(began - _ORPHANED), but=saved)

    def _replace_header(self, row: Row, began: datetime) -> str:
        """Write the header; returns the `Saved` of the one that it replaced, or an empty text."""
        replaced = ""

        def attempt() -> bool | None:
            nonlocal replaced
            there = self._look_header()
            if there is not None and there.row.get("Saved") == row["Saved"]:
                return True  # the answer to our write got lost
            replaced = "" if there is None else str(there.row.get("Saved", ""))
            etag = None if there is None else there.etag
            # Not before the header was read: who deletes chunks of ours has changed it by then.
            self._must_be_in_time(began)
            return self._tables.change(_LEASES, [(row, etag)]) or None

        until_won(attempt, "the last look at leases")
        return replaced

    def _must_be_in_time(self, began: datetime) -> None:
        if self._clock() - began > _LONGEST_SAVE:
            raise LedgerError(
                f"Saving the look at leases took more than {_LONGEST_SAVE}, so the one before was "
                "kept: the storage account is slow, try again later."
            )

    def _delete_chunks(self, *, of: str, orphaned: str, but: str) -> None:
        """Delete the chunks of a replaced look, and those whose writing began before `orphaned`.

        That is long before our own began: who replaced our look meanwhile began later.
        """
        first, _ = joined_range(_CHUNK)
        partition = joined(self._site)
        spare = []
        for row_key in self._tables.row_keys(_LEASES, partition):
            saved = row_key.removeprefix(first).partition("|")[0]
            if row_key.startswith(first) and saved != but and (saved == of or saved < orphaned):
                spare.append(row_key)
        delete_all(self._tables, _LEASES, partition, spare)

    def _try_to_read(self) -> tuple[LeaseLook | None] | None:
        """The look, or None when it was replaced while it was read."""
        stored = self._look_header()
        if stored is None:
            return (None,)
        header = self._value(_Header, _LEASES, stored.row)
        try:
            servers = tuple(servers_of(self._lines(header)))
        except ValueError as error:
            there = self._look_header()
            if there is not None and there.etag != stored.etag:
                return None
            raise self._damaged_look(error) from error
        return (LeaseLook(self._site, header.taken_at, servers, dict(header.read_at)),)

    def _lines(self, header: _Header) -> Iterator[str]:
        """The lines of all chunks, one chunk in memory at a time."""
        for name in header.chunks:
            row_key = joined(_CHUNK, header.saved, name)
            stored = self._tables.get(_LEASES, joined(self._site), row_key)
            if stored is None:
                raise ValueError(f"the chunk {row_key} is missing")
            try:
                yield from unpack_lines(name, data_of(stored.row))
            except ValueError as error:
                raise ValueError(f"the chunk {row_key} is damaged: {error}") from error

    def _damaged_look(self, why: object) -> LedgerError:
        return LedgerError(
            f"The last look at leases can't be read: {why}. Delete the row with PartitionKey "
            f"{joined(self._site)!r} and RowKey {_HEADER!r} from the ledger's table "
            f"{self._tables.name(_LEASES)}: the next look begins anew, and what changed in "
            "between stays unknown."
        )

    def _look_header(self) -> Stored | None:
        return self._tables.get(_LEASES, joined(self._site), _HEADER)

    def _header_keys(self) -> Row:
        return {"PartitionKey": joined(self._site), "RowKey": _HEADER}

    def _look_chunk_row(self, saved: str, chunk: Chunk) -> Row:
        return {
            "PartitionKey": joined(self._site),
            "RowKey": joined(_CHUNK, saved, chunk.name),
            "LineCount": chunk.count,
            **data_columns(chunk),
        }


def _header_row(look: LeaseLook, header: _Header, size: int) -> Row:
    """The columns of a header; the counts are of what the servers told."""
    return {
        "TakenAt": moment(look.taken_at),
        "Saved": header.saved,
        "Servers": len(look.servers),
        "AssignedCals": sum(len(server.assigned_cals or ()) for server in look.servers),
        "Leases": sum(len(server.leases or ()) for server in look.servers),
        "RemovedCals": sum(len(server.removed_cals or ()) for server in look.servers),
        "StoredBytes": size,
        **columns_of(header),
    }
