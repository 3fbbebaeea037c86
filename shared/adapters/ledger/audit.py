"""The audit trail: one row per thing that happened to a license; rows are only ever added."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.batches import batches
from shared.adapters.ledger.keys import joined, joined_range, moment
from shared.adapters.ledger.kind import Kind
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
        of_plans: dict[str, dict[str, Row]] = {}
        for entry in entries:
            self._must_be_ours(entry.site)
            row = to_row(entry)
            of_plans.setdefault(str(row["PartitionKey"]), {})[str(row["RowKey"])] = row
        for partition, rows in of_plans.items():
            await asyncio.to_thread(self._append, partition, rows)

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

    def _append(self, partition: str, rows: Mapping[str, Row]) -> None:
        for batch in batches((row, None) for row in rows.values()):
            left = {str(row["RowKey"]): row for row, _ in batch}

            def attempt(left: dict[str, Row] = left) -> bool | None:
                if self._tables.change(_AUDIT, [(row, None) for row in left.values()]):
                    return True
                # One of them is there, so none was added: a key holds the digest of its entry.
                for there in self._tables.get_many(_AUDIT, partition, list(left)):
                    del left[there]
                return None if left else True

            until_won(attempt, "the audit trail")


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
