"""Usage history: one row per site and minute."""

import asyncio
from datetime import datetime

from shared.adapters.ledger.keys import joined, minute, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.domain.model import UsageSnapshot

_USAGE = "Usage"


class Usage(Kind):
    """The usage history of one site."""

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Add a snapshot to the history; one of the same minute replaces it."""
        self._must_be_ours(snapshot.site)
        await asyncio.to_thread(self._tables.put, _USAGE, _row(snapshot))

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots taken at or after `since`, oldest first."""
        rows = await asyncio.to_thread(
            self._tables.query,
            _USAGE,
            "PartitionKey eq @partition and RowKey ge @first",
            partition=joined(self._site),
            first=minute(since),
        )
        snapshots = (self._value(UsageSnapshot, _USAGE, row) for row in rows)
        return sorted((s for s in snapshots if s.taken_at >= since), key=lambda s: s.taken_at)


def _row(snapshot: UsageSnapshot) -> Row:
    row: Row = {
        "PartitionKey": joined(snapshot.site),
        "RowKey": minute(snapshot.taken_at),
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
