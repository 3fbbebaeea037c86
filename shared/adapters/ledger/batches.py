"""Rows in groups that fit one transaction each. Pure."""

import json
from collections.abc import Iterable, Iterator

from shared.adapters.ledger.rows import Row

_BATCH_ROWS = 100  # the most that a transaction takes
_BATCH_BYTES = 3_500_000  # of 4 MiB
_ENVELOPE_BYTES = 4_000  # headers and address of one row in a transaction, with two long keys


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
