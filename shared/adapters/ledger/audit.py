"""The audit trail: rows are only ever added. What happened to many licenses at once is one row."""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, groupby

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.many_rows import append_new
from shared.adapters.ledger.rows import Row, columns_of, shown, to_json
from shared.domain.audit import AuditEntry

_AUDIT = "Audit"
_MOST_ENTRIES = 100
_LONGEST_IDS = 10_000  # characters: that of a hundred GUIDs is less than half
_MOST_CHARACTERS = 400_000  # of the JSON: it is ASCII, which takes two bytes a character of 1 MiB


@dataclass(frozen=True, slots=True)
class Step:
    """What happened at one moment, to one license or to some of one plan."""

    entries: tuple[AuditEntry, ...]


class Audit(Kind):
    """The audit trail of one site."""

    async def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries; the same entry twice is one, and none is ever changed or removed.

        Entries of one plan go together, up to 100 rows in a transaction.

        Raises:
            LedgerError: not all entries could be added; adding them again is safe.
        """
        for entry in entries:
            self._must_be_ours(entry.site)
        of_plans: dict[str, list[Row]] = {}
        for step in steps_of(entries):
            row = to_row(step)
            of_plans.setdefault(str(row["PartitionKey"]), []).append(row)
        for rows in of_plans.values():
            await asyncio.to_thread(append_new, self._tables, _AUDIT, rows, "the audit trail")

    async def audit_of(self, plan_id: str, license_id: str) -> list[AuditEntry]:
        """Everything that happened to a license under a plan of the site, oldest first."""
        rows = await asyncio.to_thread(
            self._tables.query,
            _AUDIT,
            "PartitionKey eq @plan and (LicenseId eq @license or Licenses gt 1)",
            plan=joined(self._site, plan_id),
            license=shown(license_id),
        )
        steps = (self._value(Step, _AUDIT, row) for row in rows)
        # The column is cut and cleaned for people, and whoever appends again may group differently.
        found = {e for step in steps for e in step.entries if e.license_id == license_id}
        return sorted(found, key=lambda e: e.at)


def steps_of(entries: Iterable[AuditEntry]) -> Iterator[Step]:
    """The entries, those together that tell of the same at the same moment."""

    def what(entry: AuditEntry) -> tuple[str, str, str, str, str]:
        told = (entry.happened, entry.license_type.value, entry.actor)
        return (entry.plan_id, moment(entry.at), *told)

    def whose(entry: AuditEntry) -> tuple[tuple[str, str, str, str, str], str, str]:
        return what(entry), entry.license_id, entry.detail

    for _, same in groupby(sorted(dict.fromkeys(entries), key=whose), key=what):
        for some in batched(same, _MOST_ENTRIES, strict=False):
            yield from _fitting(Step(some))


def _fitting(step: Step) -> Iterator[Step]:
    """The step, or its halves where it is too long for a row."""
    half = len(step.entries) // 2
    if half and len(to_json(step)) > _MOST_CHARACTERS:
        yield from _fitting(Step(step.entries[:half]))
        yield from _fitting(Step(step.entries[half:]))
    else:
        yield step


def to_row(step: Step) -> Row:
    """The row of a step: its JSON, and plain columns to filter by in a storage browser.

    Its key sorts by time and names the content: another step never takes its place.
    """
    first = step.entries[0]
    at = moment(first.at)
    digest = hashlib.sha256(to_json(step).encode("ascii")).hexdigest()[:32]
    return {
        "PartitionKey": joined(first.site, first.plan_id),
        "RowKey": joined(at, first.happened, digest),
        "At": at,
        "Site": shown(first.site),
        "PlanId": shown(first.plan_id),
        "Happened": shown(first.happened),
        "LicenseType": first.license_type.value,
        "Licenses": len(step.entries),
        "LicenseIds": shown(" ".join(entry.license_id for entry in step.entries), _LONGEST_IDS),
        "Actor": shown(first.actor),
        **(_about_one(first) if len(step.entries) == 1 else {}),
        **columns_of(step),
    }


def _about_one(entry: AuditEntry) -> Row:
    return {
        "LicenseId": shown(entry.license_id),
        "Account": shown(entry.account),
        "Decision": shown(entry.decision),
        "Detail": shown(entry.detail),
    }
