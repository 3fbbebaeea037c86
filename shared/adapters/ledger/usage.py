"""Usage history: one row per site and collection; after a year one a day is left."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched, groupby, islice

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.domain.model import UsageSnapshot

SAME_TICK = timedelta(seconds=90)  # a timer that fires twice does so within its next minute
KEPT_WHOLE = timedelta(days=365)
_USAGE = "Usage"
_DAY = len("2026-11-03")
# Bounds of one call; what is left waits for the next. Days that are thinned already are read
# again, 365 a year, so the reading must have room for decades of them.
_MOST_READ = 20_000
_MOST_DELETED = 1_000
_BATCH_ROWS = 100  # the most that a transaction takes


class Usage(Kind):
    """The usage history of one site.

    The key of a row is when the first snapshot of its tick was taken. Rows of earlier versions
    have the minute as their key, which sorts as the end of that minute.
    """

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Add a snapshot; within 90 s of the first one of a tick it takes that one's place."""
        self._must_be_ours(snapshot.site)
        await asyncio.to_thread(self._save_snapshot, snapshot)

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots taken at or after `since`, oldest first."""
        rows = await asyncio.to_thread(
            self._tables.query,
            _USAGE,
            "PartitionKey eq @partition and RowKey ge @first",
            partition=joined(self._site),
            first=moment(since - SAME_TICK),
        )
        snapshots = (self._value(UsageSnapshot, _USAGE, row) for row in rows)
        return sorted((s for s in snapshots if s.taken_at >= since), key=lambda s: s.taken_at)

    async def thin_usage(self, now: datetime) -> int:
        """Of each whole UTC day that is over a year old leave the last snapshot only.

        Returns how many rows were deleted, at most 1,000 a call; 0 says that all is thinned, or
        that another worker does it right now.
        """
        return await asyncio.to_thread(self._thin_days, now)

    def _save_snapshot(self, snapshot: UsageSnapshot) -> None:
        known = self._keys_near(snapshot.taken_at)
        own = known[-1] if known else moment(snapshot.taken_at)
        self._tables.put(_USAGE, _row(snapshot, own))
        if known:
            return
        # Two workers may have found nothing and written at once: whoever sees both rows, and one
        # of them does, deletes the later one.
        near = self._keys_near(snapshot.taken_at)
        twins = [own] if near[0] < own else [each for each in near if each != own]
        for twin in twins:  # one by one: some may be gone already
            self._tables.delete(_USAGE, joined(self._site), [twin])

    def _keys_near(self, taken_at: datetime) -> list[str]:
        """The keys of the rows of the same tick, in their order."""
        rows = self._tables.query(
            _USAGE,
            "PartitionKey eq @partition and RowKey ge @first and RowKey le @last",
            partition=joined(self._site),
            first=moment(taken_at - SAME_TICK),
            last=moment(taken_at + SAME_TICK),
        )
        return [str(row["RowKey"]) for row in rows]

    def _thin_days(self, now: datetime) -> int:
        partition = joined(self._site)
        before = (now.astimezone(UTC) - KEPT_WHOLE).date().isoformat()
        keys = self._tables.row_keys(_USAGE, partition, before=before, at_most=_MOST_READ)
        spare = islice(_all_but_the_last_of_each_day(keys), _MOST_DELETED)
        return sum(
            len(batch)
            for batch in batched(spare, _BATCH_ROWS, strict=False)
            if self._tables.delete(_USAGE, partition, batch)
        )


def _all_but_the_last_of_each_day(keys: Iterable[str]) -> Iterator[str]:
    for _, of_day in groupby(keys, key=lambda key: key[:_DAY]):
        yield from list(of_day)[:-1]


def _row(snapshot: UsageSnapshot, row_key: str) -> Row:
    row: Row = {
        "PartitionKey": joined(snapshot.site),
        "RowKey": row_key,
        "TakenAt": moment(snapshot.taken_at),
        "SiteVersion": shown(snapshot.site_version),
    }
    for license_type, pool in snapshot.overview.pools.items():
        name = license_type.value.capitalize()
        row[f"{name}Total"] = pool.total
        row[f"{name}Allocated"] = pool.allocated
        row[f"{name}Available"] = pool.available
        row[f"{name}Quarantined"] = pool.quarantined
    if snapshot.server_license is not None and snapshot.server_license.expiry is not None:
        row["LicenseExpiry"] = snapshot.server_license.expiry.isoformat()
    return row | columns_of(snapshot)
