"""The row of an audit entry."""

from dataclasses import replace

from hypothesis import given

from shared.adapters.ledger.audit import to_row
from shared.adapters.ledger.rows import value_of
from shared.domain.audit import AuditEntry
from tests.unit.adapters_ledger.strategies import audit_entries, texts


@given(audit_entries)
def test_a_row_brings_the_entry_back(entry: AuditEntry) -> None:
    """The row holds the whole entry beside its columns for people."""
    assert value_of(AuditEntry, to_row(entry), "Audit") == entry


@given(audit_entries, audit_entries)
def test_entries_share_a_key_only_if_they_are_the_same(a: AuditEntry, b: AuditEntry) -> None:
    """No entry can ever be written over another one."""
    b = replace(b, plan_id=a.plan_id, at=a.at, happened=a.happened)
    assert (to_row(a)["RowKey"] == to_row(b)["RowKey"]) == (a == b)


@given(audit_entries, audit_entries)
def test_keys_sort_by_time(a: AuditEntry, b: AuditEntry) -> None:
    """An auditor who opens the table reads a plan's rows in the order in which things happened."""
    if a.at < b.at:
        assert str(to_row(a)["RowKey"]) < str(to_row(b)["RowKey"])


@given(audit_entries, texts)
def test_the_same_thing_under_another_detail_is_another_entry(
    entry: AuditEntry, detail: str
) -> None:
    """The key depends on every field, not only on those that it shows."""
    other = replace(entry, detail=entry.detail + "x" + detail)
    assert to_row(other)["RowKey"] != to_row(entry)["RowKey"]
