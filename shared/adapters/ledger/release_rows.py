"""Release records as rows, and which record may take the place of which. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.domain.release import Outcome, ReleaseRecord

_BATCH_ROWS = 100  # the most that a transaction takes
_BATCH_BYTES = 3_500_000  # of 4 MiB
_ENVELOPE_BYTES = 4_000  # headers and address of one row in a transaction, with two long keys


def settle(stored: ReleaseRecord | None, new: ReleaseRecord) -> ReleaseRecord:
    """The record that should stand when `new` is to be written over `stored`.

    A release that happened stays as it was recorded first. "Already gone" gives way only to the
    release itself, which says who removed the license. And the before-image of a release that was
    begun is kept: after a crash right behind DELETE it is all there is to restore the license from.
    """
    if stored is None:
        return new
    if stored.outcome.is_release:
        return stored
    if stored.outcome is Outcome.ALREADY_GONE and not new.outcome.is_release:
        return stored
    if stored.outcome is Outcome.RELEASING and new.before is None:
        return replace(new, before=stored.before)
    return new


def one_per_license(records: Iterable[ReleaseRecord]) -> list[ReleaseRecord]:
    """The records that stand when all are written one after the other."""
    standing: dict[str, ReleaseRecord] = {}
    for record in records:
        standing[record.license_id] = settle(standing.get(record.license_id), record)
    return list(standing.values())


def to_row(record: ReleaseRecord) -> Row:
    """The row of a record: its JSON, and plain columns to filter by in a storage browser."""
    row: Row = {
        "PartitionKey": joined(record.site, record.plan_id),
        "RowKey": joined(record.license_id),
        "Site": shown(record.site),
        "PlanId": shown(record.plan_id),
        "LicenseId": shown(record.license_id),
        "LicenseType": record.license_type.value,
        "UserId": shown(record.user_id),
        "Account": shown(record.account),
        "Outcome": record.outcome.value,
        "Detail": shown(record.detail),
        "StartedAt": moment(record.started_at),
    }
    if record.finished_at is not None:
        row["FinishedAt"] = moment(record.finished_at)
    if record.quarantine_end is not None:
        row["QuarantineEnd"] = moment(record.quarantine_end)
    if record.days_unused is not None:
        row["DaysUnused"] = float(record.days_unused)
    return row | columns_of(record)


def batches(rows: Iterable[tuple[Row, str | None]]) -> Iterator[list[tuple[Row, str | None]]]:
    """Rows (each with the ETag that it must have) in groups that fit one transaction each."""
    batch: list[tuple[Row, str | None]] = []
    size = 0
    for row, etag in rows:
        row_size = len(json.dumps(row)) + _ENVELOPE_BYTES
        if batch and (len(batch) == _BATCH_ROWS or size + row_size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((row, etag))
        size += row_size
    if batch:
        yield batch
