"""Releases: one row per license and plan; a release that happened is never overwritten."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.batches import batches
from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.release_rows import one_per_license, settle, to_row
from shared.adapters.ledger.seen_releases import ABSENT, Seen, SeenReleases
from shared.adapters.ledger.tables import Tables
from shared.domain.release import ReleaseRecord

_RELEASES = "Releases"


class Releases(Kind):
    """The releases of one site."""

    def __init__(self, site: str, tables: Tables, clock: Callable[[], datetime]) -> None:
        super().__init__(site, tables, clock)
        self._seen = SeenReleases()

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded of these licenses under this plan, by license id."""
        wanted = list(dict.fromkeys(license_ids))
        found = await asyncio.to_thread(self._read, plan_id, wanted)
        self._seen.put(plan_id, found)
        return {name: seen.record for name, seen in found.items() if seen.record}

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

    def _read(self, plan_id: str, license_ids: Sequence[str]) -> dict[str, Seen]:
        """What is recorded of each license, `ABSENT` where nothing is."""
        row_keys = {joined(license_id): license_id for license_id in license_ids}
        if not row_keys:
            return {}
        partition = joined(self._site, plan_id)
        found = self._tables.get_many(_RELEASES, partition, list(row_keys))
        return dict.fromkeys(license_ids, ABSENT) | {
            row_keys[key]: Seen(self._value(ReleaseRecord, _RELEASES, stored.row), stored.etag)
            for key, stored in found.items()
        }

    def _save(self, plan_id: str, records: Sequence[ReleaseRecord]) -> None:
        """Compare with what is there and write what changed, until nobody wrote in between."""
        left = list(records)

        def attempt() -> bool | None:
            left[:] = self._save_once(plan_id, left)
            return None if left else True

        until_won(attempt, f"the releases of the plan {plan_id!r}")

    def _save_once(self, plan_id: str, records: Sequence[ReleaseRecord]) -> list[ReleaseRecord]:
        """Write what can be written; returns the records that somebody else changed meanwhile."""
        ids = [record.license_id for record in records]
        seen = self._seen.take(plan_id, ids)
        seen |= self._read(plan_id, [each for each in ids if each not in seen])
        standing = {each.license_id: settle(seen[each.license_id].record, each) for each in records}
        changed = {x: record for x, record in standing.items() if record != seen[x].record}
        by_key = {joined(license_id): license_id for license_id in changed}
        rows = ((to_row(record), seen[license_id].etag) for license_id, record in changed.items())
        lost = []
        for batch in batches(rows):
            written = [by_key[str(row["RowKey"])] for row, _ in batch]
            etags = self._tables.write(_RELEASES, batch)
            if etags is None:
                lost += written
            else:
                now = zip(written, etags, strict=True)
                self._seen.put(plan_id, {x: Seen(standing[x], etag) for x, etag in now})
        return [record for record in records if record.license_id in lost]
