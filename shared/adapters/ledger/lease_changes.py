"""Changes of leases: one row per change; rows are only added, and go when they are very old."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from shared.adapters.ledger.keys import joined, moment, moment_before
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.many_rows import append_new, delete_all
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.adapters.ledger.ticks import MOST_DELETED
from shared.domain.leases.history import LeaseChange
from shared.domain.leases.model import Lease
from shared.domain.never_release import fold

CHANGES_KEPT = timedelta(days=400)
_CHANGES = "LeaseChanges"
# A key is at most this (and a day) older than when its change was seen, however long ago the look
# before was: so what was seen lately is found among the last keys.
_LONGEST_GAP = timedelta(days=7)


class LeaseChanges(Kind):
    """The changes of leases of one site."""

    async def append_lease_changes(self, changes: Sequence[LeaseChange]) -> None:
        """Add changes; the same change twice is one, and keeps when it was seen first.

        Raises:
            LedgerError: not all changes could be added; adding them again is safe.
        """
        rows = ({"PartitionKey": joined(self._site), **_columns(change)} for change in changes)
        await asyncio.to_thread(
            append_new, self._tables, _CHANGES, rows, "the history of lease changes"
        )

    async def lease_changes(self, since: datetime, *, user: str | None = None) -> list[LeaseChange]:
        """The changes seen at or after `since`, oldest first; of one user (any case) or of all."""
        rows = await asyncio.to_thread(self._rows, since, user)
        changes = (self._value(LeaseChange, _CHANGES, row) for row in rows)
        # The column is cut and cleaned for people: two odd users might share it.
        return in_order(c for c in changes if user is None or fold(c.user) == fold(user))

    def _rows(self, since: datetime, user: str | None) -> list[Row]:
        wanted = "PartitionKey eq @partition and RowKey ge @first and SeenAt ge @since"
        values = {
            "partition": joined(self._site),
            "first": _earliest_key_time(since),
            "since": moment(since),
        }
        if user is not None:
            wanted += " and UserKey eq @user"
            values["user"] = shown(fold(user))
        return self._tables.query(_CHANGES, wanted, **values)

    def _thin_changes(self, now: datetime) -> int:
        partition = joined(self._site)
        before = moment(now.astimezone(UTC) - CHANGES_KEPT)
        old = self._tables.row_keys(_CHANGES, partition, before=before, at_most=MOST_DELETED)
        return delete_all(self._tables, _CHANGES, partition, old)


def change_key(change: LeaseChange) -> str:
    """The row key of a change: it sorts by time and names what happened.

    Two runs that overlap notice the same change at different times, so `seen_at` is not in it,
    nor when the lease was used last; both compare with the same look before.
    """
    time = max(moment(change.since), _earliest_key_time(change.seen_at))
    what = (
        moment(change.since),
        change.kind.value,
        change.server,
        fold(change.user),
        _identity(change.before),
        _identity(change.after),
    )
    digest = hashlib.sha256(json.dumps(what).encode("ascii")).hexdigest()[:32]
    return joined(time, digest)


def in_order(changes: Iterable[LeaseChange]) -> list[LeaseChange]:
    """Changes as they are handed out: oldest first, those of one look by user."""
    return sorted(changes, key=lambda change: (change.seen_at, fold(change.user)))


def _earliest_key_time(seen_at: datetime) -> str:
    """The earliest time in the key of what was seen then; all of a day have the same.

    It must not depend on the minute: two runs that overlap would give one change two keys.
    """
    day = seen_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return moment_before(day, _LONGEST_GAP)


def _identity(lease: Lease | None) -> tuple[str, str] | None:
    """What stays the same of a lease while it is used: its machine and when it was given."""
    if lease is None:
        return None
    return lease.machine, "" if lease.leased_at is None else moment(lease.leased_at)


def _columns(change: LeaseChange) -> Row:
    row: Row = {
        "RowKey": change_key(change),
        "SeenAt": moment(change.seen_at),
        "Since": moment(change.since),
        "Kind": change.kind.value,
        "Server": shown(change.server),
        "User": shown(change.user),
        "UserKey": shown(fold(change.user)),
    }
    if change.before is not None:
        row["MachineBefore"] = shown(change.before.machine)
    if change.after is not None:
        row["MachineAfter"] = shown(change.after.machine)
    return row | columns_of(change)
