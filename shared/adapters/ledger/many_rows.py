"""Writes to one partition that may need more than one transaction."""

from collections.abc import Iterable
from itertools import batched

from shared.adapters.ledger.attempts import until_won
from shared.adapters.ledger.batches import batches
from shared.adapters.ledger.rows import Row
from shared.adapters.ledger.tables import Tables

_BATCH_ROWS = 100  # the most that a transaction takes


def append_new(tables: Tables, table: str, rows: Iterable[Row], what: str) -> None:
    """Add those rows of one partition whose keys are not there yet; no row is ever changed.

    A key must stand for its content, so that whoever was faster wrote the same.

    Raises:
        LedgerError: not all rows could be added; adding them again is safe.
    """
    by_key: dict[str, Row] = {}
    for row in rows:
        by_key.setdefault(str(row["RowKey"]), row)
    # In the order of their keys, so that the rows of a batch lie close together when read back.
    for batch in batches((by_key[row_key], None) for row_key in sorted(by_key)):
        left = {str(row["RowKey"]): row for row, _ in batch}

        def attempt(left: dict[str, Row] = left) -> bool | None:
            if tables.change(table, [(row, None) for row in left.values()]):
                return True
            # One of them is there, so none was added.
            partition = str(next(iter(left.values()))["PartitionKey"])
            for there in tables.get_many(table, partition, list(left)):
                del left[there]
            return None if left else True

        until_won(attempt, what)


def delete_all(tables: Tables, table: str, partition: str, row_keys: Iterable[str]) -> int:
    """Delete rows of one partition; returns how many went.

    Rows that another worker deletes at the same time keep the rest of their hundred: that waits
    for the next call.
    """
    return sum(
        len(batch)
        for batch in batched(row_keys, _BATCH_ROWS, strict=False)
        if tables.delete(table, partition, batch)
    )
