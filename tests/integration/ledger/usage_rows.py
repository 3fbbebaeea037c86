"""Rows of the usage history, written past the ledger: many at once, or as earlier versions did."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import batched

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.rows import Row, columns_of
from shared.adapters.ledger.tables import Tables
from shared.domain.model import UsageSnapshot


def old_key(taken_at: datetime) -> str:
    """The key that earlier versions gave a row: the minute."""
    return taken_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") + "Z"


def write_rows(
    azurite: Azurite, snapshots: Sequence[UsageSnapshot], key: Callable[[datetime], str]
) -> None:
    """Put the snapshots of one site into its history as they are."""
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    for batch in batched(snapshots, 100, strict=False):
        assert tables.change("Usage", [(_row(snapshot, key), None) for snapshot in batch])
    tables.close()


def keys_of(azurite: Azurite, site: str) -> list[str]:
    """The row keys of a site's history."""
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    keys = tables.row_keys("Usage", joined(site))
    tables.close()
    return keys


def _row(snapshot: UsageSnapshot, key: Callable[[datetime], str]) -> Row:
    names: Row = {"PartitionKey": joined(snapshot.site), "RowKey": key(snapshot.taken_at)}
    return names | columns_of(snapshot)
