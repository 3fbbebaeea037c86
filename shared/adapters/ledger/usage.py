"""Usage history: one row per site and collection; after a year one a day is left."""

import asyncio
from datetime import datetime, timedelta

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.adapters.ledger.ticks import Ticks
from shared.domain.model import UsageSnapshot

KEPT_WHOLE = timedelta(days=365)
_USAGE = "Usage"


class Usage(Kind):
    """The usage history of one site."""

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Add a snapshot; within 90 s of the first one of a tick it takes that one's place."""
        self._must_be_ours(snapshot.site)
        await asyncio.to_thread(self._usage_ticks().put, snapshot.taken_at, _columns(snapshot))

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots taken at or after `since`, oldest first."""
        rows = await asyncio.to_thread(self._usage_ticks().rows_since, since)
        snapshots = (self._value(UsageSnapshot, _USAGE, row) for row in rows)
        return sorted((s for s in snapshots if s.taken_at >= since), key=lambda s: s.taken_at)

    async def thin_usage(self, now: datetime) -> int:
        """Of each whole UTC day that is over a year old leave the last snapshot only.

        Returns how many rows were deleted, at most 1,000 a call; 0 says that all is thinned, or
        that another worker does it right now.
        """
        return await asyncio.to_thread(self._usage_ticks().thin, now, KEPT_WHOLE)

    def _usage_ticks(self) -> Ticks:
        return Ticks(self._tables, _USAGE, joined(self._site))


def _columns(snapshot: UsageSnapshot) -> Row:
    row: Row = {
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
