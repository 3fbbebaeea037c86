"""Releases: one row per license and plan; a release that happened is never overwritten."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.batches import batches
from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.release_rows import one_per_license, settle, to_row
from shared.adapters.ledger.tables import Stored
from shared.domain.release import ReleaseRecord

_RELEASES = "Releases"


class Releases(Kind):
    """The releases of one site."""

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded of these licenses under this plan, by license id."""
        wanted = list(dict.fromkeys(license_ids))
        stored = await asyncio.to_thread(self._read, plan_id, wanted)
        return {
            name: self._value(ReleaseRecord, _RELEASES, found.row) for name, found in stored.items()
        }

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """Insert or replace the records; a recorded release stays as it is (see `settle`).

        Raises:
            LedgerError: the records could not be written; some of them may be.
        """
        for record in records:
            self._must_be_ours(record.site)
        for plan_id in dict.fromkeys(record.plan_id for record in records):
            of_plan = one_per_license(r for r in records if r.plan_id == plan_id)
            await asyncio.to_thread(self._save, plan_id, of_plan)

    async def releases_of_plan(self, plan_id: str) -> list[ReleaseRecord]:
        """Every record of a plan, the earliest begun first."""
        wanted = "PartitionKey eq @partition"
        return await asyncio.to_thread(
            self._query, wanted, {"partition": joined(self._site, plan_id)}
        )

    async def recent_releases(self, since: datetime) -> list[ReleaseRecord]:
        """Every record of the site begun at or after `since`, the earliest begun first."""
        first, past = joined_range(self._site)
        wanted = "PartitionKey ge @first and PartitionKey lt @past and StartedAt ge @since"
        values = {"first": first, "past": past, "since": moment(since)}
        return await asyncio.to_thread(self._query, wanted, values)

    def _query(self, wanted: str, values: dict[str, str]) -> list[ReleaseRecord]:
        rows = self._tables.query(_RELEASES, wanted, **values)
        return sorted(
            (self._value(ReleaseRecord, _RELEASES, row) for row in rows), key=lambda r: r.started_at
        )

    def _read(self, plan_id: str, license_ids: Sequence[str]) -> dict[str, Stored]:
        row_keys = {joined(license_id): license_id for license_id in license_ids}
        if not row_keys:
            return {}
        partition = joined(self._site, plan_id)
        found = self._tables.get_many(_RELEASES, partition, list(row_keys))
        return {row_keys[row_key]: stored for row_key, stored in found.items()}

    def _save(self, plan_id: str, records: Sequence[ReleaseRecord]) -> None:
        """Read, compare and write what changed, until nobody wrote between reading and writing."""
        left = list(records)

        def attempt() -> bool | None:
            left[:] = self._save_once(plan_id, left)
            return None if left else True

        until_won(attempt, f"the releases of the plan {plan_id!r}")

    def _save_once(self, plan_id: str, records: Sequence[ReleaseRecord]) -> list[ReleaseRecord]:
        """Write what can be written; returns the records that somebody else changed meanwhile."""
        stored = self._read(plan_id, [record.license_id for record in records])
        changes = []
        for record in records:
            there = stored.get(record.license_id)
            before = None if there is None else self._value(ReleaseRecord, _RELEASES, there.row)
            standing = settle(before, record)
            if standing != before:
                changes.append((to_row(standing), None if there is None else there.etag))
        by_key = {joined(record.license_id): record for record in records}
        return [
            by_key[str(row["RowKey"])]
            for batch in batches(changes)
            if not self._tables.change(_RELEASES, batch)
            for row, _ in batch
        ]
