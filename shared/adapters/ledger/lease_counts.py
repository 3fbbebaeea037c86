"""Counts of leases: one row per look; after 90 days one a day is left."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of
from shared.adapters.ledger.ticks import Ticks
from shared.domain.leases.history import LeaseCounts

COUNTS_KEPT_WHOLE = timedelta(days=90)
_COUNTS = "LeaseCounts"


class LeaseCountHistory(Kind):
    """The counts of leases of one site."""

    async def save_lease_counts(self, counts: LeaseCounts) -> None:
        """Add the counts of a look; within 90 s of the first of a tick they take its place."""
        self._must_be_ours(counts.site)
        await asyncio.to_thread(self._count_ticks().put, counts.taken_at, _columns(counts))

    async def lease_counts_since(self, since: datetime) -> list[LeaseCounts]:
        """The counts taken at or after `since`, oldest first."""
        rows = await asyncio.to_thread(self._count_ticks().rows_since, since)
        counts = (self._value(LeaseCounts, _COUNTS, row) for row in rows)
        return sorted((c for c in counts if c.taken_at >= since), key=lambda c: c.taken_at)

    def _thin_counts(self, now: datetime) -> int:
        return self._count_ticks().thin(now, COUNTS_KEPT_WHOLE)

    def _count_ticks(self) -> Ticks:
        return Ticks(self._tables, _COUNTS, joined(self._site))


def _columns(counts: LeaseCounts) -> Row:
    of_servers = counts.servers.values()
    sums = {
        "InLicense": _sum(server.in_license for server in of_servers),
        "Assigned": _sum(server.assigned for server in of_servers),
        "Quarantined": _sum(server.quarantined for server in of_servers),
        "Leased": _sum(server.leased for server in of_servers),
        "Leases": _sum(server.leases for server in of_servers),
        "UsersAtLimit": _sum(server.users_at_limit for server in of_servers),
        "UsersBlocked": _sum(server.users_blocked for server in of_servers),
    }
    told: Row = {name: number for name, number in sums.items() if number is not None}
    return {"TakenAt": moment(counts.taken_at), **told, **columns_of(counts)}


def _sum(numbers: Iterable[int | None]) -> int | None:
    """The sum of what was told; None when nothing was."""
    told = [number for number in numbers if number is not None]
    return sum(told) if told else None
