"""Release records as rows, and which record may take the place of which. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.domain.release import Outcome, ReleaseRecord


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
