"""The audit trail: one row per thing that happened to a license; rows are only ever added."""

import asyncio
import hashlib
from collections.abc import Sequence

from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.many_rows import append_new
from shared.adapters.ledger.rows import Row, columns_of, shown, to_json
from shared.domain.audit import AuditEntry

_AUDIT = "Audit"


class Audit(Kind):
    """The audit trail of one site."""

    async def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries; the same entry twice is one, and none is ever changed or removed.

        Entries of one plan go together, up to 100 in a transaction.

        Raises:
            LedgerError: not all entries could be added; adding them again is safe.
        """
        of_plans: dict[str, list[Row]] = {}
        for entry in entries:
            self._must_be_ours(entry.site)
            row = to_row(entry)
            of_plans.setdefault(str(row["PartitionKey"]), []).append(row)
        for rows in of_plans.values():
            await asyncio.to_thread(append_new, self._tables, _AUDIT, rows, "the audit trail")

    async def audit_of(self, license_id: str) -> list[AuditEntry]:
        """Everything that happened to a license under any plan of the site, oldest first."""
        first, past = joined_range(self._site)
        rows = await asyncio.to_thread(
            self._tables.query,
            _AUDIT,
            "PartitionKey ge @first and PartitionKey lt @past and LicenseId eq @license",
            first=first,
            past=past,
            license=shown(license_id),
        )
        entries = (self._value(AuditEntry, _AUDIT, row) for row in rows)
        # The column is cut and cleaned for people: two odd ids might share it.
        return sorted((e for e in entries if e.license_id == license_id), key=lambda e: e.at)


def to_row(entry: AuditEntry) -> Row:
    """The row of an entry: its JSON, and plain columns to filter by in a storage browser.

    Its key sorts by time and names the content: another entry never takes its place.
    """
    at = moment(entry.at)
    digest = hashlib.sha256(to_json(entry).encode("ascii")).hexdigest()[:32]
    return {
        "PartitionKey": joined(entry.site, entry.plan_id),
        "RowKey": joined(at, entry.happened, digest),
        "At": at,
        "Site": shown(entry.site),
        "PlanId": shown(entry.plan_id),
        "LicenseId": shown(entry.license_id),
        "LicenseType": entry.license_type.value,
        "Account": shown(entry.account),
        "Happened": shown(entry.happened),
        "Decision": shown(entry.decision),
        "Detail": shown(entry.detail),
        "Actor": shown(entry.actor),
        **columns_of(entry),
    }
