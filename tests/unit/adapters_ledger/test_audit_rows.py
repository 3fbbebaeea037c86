"""The rows of audit entries."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.audit import Step, steps_of, to_row
from shared.adapters.ledger.rows import Row, value_of
from shared.domain.audit import AuditEntry
from tests.unit.adapters_ledger.strategies import audit_entries, texts


def row_of(*entries: AuditEntry) -> Row:
    """The row of one step."""
    return to_row(Step(entries))


@given(st.lists(audit_entries, min_size=1, max_size=5))
def test_a_row_brings_the_entries_back(entries: list[AuditEntry]) -> None:
    """The row holds them whole beside its columns for people."""
    step = Step(tuple(entries))
    assert value_of(Step, to_row(step), "Audit") == step


@given(st.lists(audit_entries, max_size=30))
def test_no_entry_is_lost_and_none_comes_twice(entries: list[AuditEntry]) -> None:
    """However they are grouped; entries of a row share plan, moment and what happened."""
    first = entries[0] if entries else None
    same = [replace(x, plan_id=first.plan_id, at=first.at) for x in entries if first]
    steps = list(steps_of([*entries, *same, *entries]))
    told = [entry for step in steps for entry in step.entries]
    assert len(told) == len(set(told))
    assert set(told) == {*entries, *same}
    for step in steps:
        assert len({(x.plan_id, x.at, x.happened) for x in step.entries}) == 1


@given(audit_entries, audit_entries)
def test_entries_share_a_key_only_if_they_are_the_same(a: AuditEntry, b: AuditEntry) -> None:
    """No entry can ever be written over another one."""
    b = replace(b, plan_id=a.plan_id, at=a.at, happened=a.happened)
    assert (row_of(a)["RowKey"] == row_of(b)["RowKey"]) == (a == b)


@given(audit_entries, audit_entries)
def test_keys_sort_by_time(a: AuditEntry, b: AuditEntry) -> None:
    """An auditor who opens the table reads a plan's rows in the order in which things happened."""
    if a.at < b.at:
        assert str(row_of(a)["RowKey"]) < str(row_of(b)["RowKey"])


@given(audit_entries, texts)
def test_the_same_thing_under_another_detail_is_another_entry(
    entry: AuditEntry, detail: str
) -> None:
    """The key depends on every field, not only on those that it shows."""
    other = replace(entry, detail=entry.detail + "x" + detail)
    assert row_of(other)["RowKey"] != row_of(entry)["RowKey"]
