"""Rows are grouped for transactions."""

import json

import pytest

from shared.adapters.ledger.batches import batches
from shared.adapters.ledger.rows import Row


@pytest.mark.parametrize(("count", "length"), [(0, 1), (1, 1), (100, 1), (101, 1), (250, 60_000)])
def test_batches_fit_a_transaction(count: int, length: int) -> None:
    """At most 100 rows and 4 MiB go together; every row goes once, in order."""
    rows: list[tuple[Row, str | None]] = [
        ({"RowKey": str(number), "Detail": "ü" * length}, None) for number in range(count)
    ]
    grouped = list(batches(rows))
    assert [row for batch in grouped for row in batch] == rows
    assert all(len(batch) <= 100 for batch in grouped)
    assert all(len(json.dumps([row for row, _ in batch])) < 4 * 2**20 for batch in grouped)
    assert len(grouped) >= -(-count // 100)
