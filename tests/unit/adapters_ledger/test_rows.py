"""The JSON column brings back every field; plain columns never break a row."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.rows import columns_of, from_json, shown, to_json, value_of
from shared.domain.errors import LedgerError
from shared.domain.runs import Run
from tests.unit.adapters_ledger import strategies as some

records = st.one_of(
    some.decisions,
    some.releases,
    some.snapshots,
    some.messages,
    some.runs,
    some.audit_entries,
    some.states,
)


@given(records)
def test_every_field_comes_back(record: object) -> None:
    """Every kind of record is equal to what was stored: all Unicode, None dates, microseconds."""
    text = to_json(record)
    assert text.isascii()
    assert from_json(type(record), text) == record
    assert value_of(type(record), columns_of(record), "Runs") == record


@given(st.integers(0, 200_000))
def test_a_long_record_goes_on_in_further_columns(length: int) -> None:
    """No column is longer than a text column may be, and nothing of the text is lost."""
    run = Run("collect_usage", some_time(), succeeded=True, summary="ü" * length)
    columns = columns_of(run)
    assert all(isinstance(piece, str) and len(piece) <= 32_768 for piece in columns.values())
    assert value_of(Run, columns, "Runs") == run


def some_time() -> datetime:
    """A fixed moment."""
    return datetime(2026, 11, 3, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"function": "f"}', "null", "7"])
def test_a_damaged_row_is_named(text: str) -> None:
    """A row that can't be read ends in an error with its keys, never in a half-read record."""
    row = {"PartitionKey": "site", "RowKey": "collect_usage", "Record": text}
    with pytest.raises(LedgerError, match="RowKey 'collect_usage' of the ledger's table T can't"):
        value_of(Run, row, "T")


def test_a_field_of_another_type_is_not_stored() -> None:
    """What could not be read back is refused when it is written."""
    with pytest.raises(ValueError, match="str"):
        to_json(Run(json.loads("7"), some_time(), succeeded=True, summary=""))


@given(some.texts)
def test_shown_text_fits_a_text_column(text: str) -> None:
    """A plain column takes any text: it has UTF-8, no control characters, and a bounded length."""
    plain = shown(text, 10)
    assert plain.encode("utf-8") or not text
    assert len(plain) <= 10
