"""The few operations on Azure Tables that the ledger is made of; tables are made on first use."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched, islice
from threading import Lock
from typing import TYPE_CHECKING

from shared.adapters.ledger.access import TableAccess
from shared.adapters.ledger.failures import error_code, ledger_error
from shared.adapters.ledger.rows import Row

if TYPE_CHECKING:
    from azure.data.tables import TableClient, TableEntity, TableServiceClient

_READS_AT_ONCE = 8  # the client keeps ten connections
_KEYS_PER_QUERY = 14  # a filter has 15 comparisons at most, and one is for the partition
# Everything that the ledger posts may be sent twice: a create or a change that was already done is
# recognised by comparing. So a lost answer need not end the work.
_RETRIED = frozenset({"GET", "HEAD", "PUT", "DELETE", "PATCH", "POST"})


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as it was read, and the ETag that stands for this very state of it."""

    row: Row
    etag: str


class Tables:
    """Blocking access to tables whose names begin with `prefix`; safe to use from many threads.

    Every method raises `LedgerError` when the storage account can't be used.
    """

    def __init__(self, access: TableAccess, prefix: str = "Steward") -> None:
        self._access = access
        self._prefix = prefix
        self._lock = Lock()
        self._service: TableServiceClient | None = None
        self._made: dict[str, TableClient] = {}

    def name(self, table: str) -> str:
        """The table's name as the storage account knows it."""
        return self._prefix + table

    def get(self, table: str, partition: str, row_key: str) -> Stored | None:
        """One row, or None."""
        return self._on(table, lambda client: _get(client, partition, row_key))

    def get_many(self, table: str, partition: str, row_keys: Sequence[str]) -> dict[str, Stored]:
        """Those of the rows that exist, by row key; some queries at a time, of some keys each."""

        def read_all(client: "TableClient") -> dict[str, Stored]:
            groups = list(batched(row_keys, _KEYS_PER_QUERY, strict=False))
            with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
                found = pool.map(lambda keys: _named(client, partition, keys), groups)
                return {row_key: row for rows in found for row_key, row in rows.items()}

        return self._on(table, read_all)

    def query(self, table: str, wanted: str, **values: str) -> list[Row]:
        """All rows that an OData filter names, by key; `@name` in it stands for a value."""
        return self._on(
            table,
            lambda client: [_row(r) for r in client.query_entities(wanted, parameters=values)],
        )

    def row_keys(
        self, table: str, partition: str, *, before: str = "", at_most: int | None = None
    ) -> list[str]:
        """The row keys of a partition, in their order; the rows themselves are not read.

        With `before` only those that sort before it; with `at_most` the first so many.
        """

        def read(client: "TableClient") -> list[str]:
            wanted = "PartitionKey eq @partition" + " and RowKey lt @before" * bool(before)
            values = {"partition": partition} | ({"before": before} if before else {})
            rows = client.query_entities(wanted, parameters=values, select=["RowKey"])
            return [str(row["RowKey"]) for row in islice(rows, at_most)]

        return self._on(table, read)

    def put(self, table: str, row: Row) -> None:
        """Insert or replace one row."""
        from azure.data.tables import UpdateMode  # noqa: PLC0415 - cold start

        self._on(table, lambda client: client.upsert_entity(row, UpdateMode.REPLACE))

    def merge(self, table: str, row: Row) -> bool:
        """Change the given columns of a row; False when there is no such row."""
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415 - cold start

        def update(client: "TableClient") -> bool:
            try:
                client.update_entity(row, retry_on_methods=_RETRIED)
            except ResourceNotFoundError as error:
                if error_code(error) == "TableNotFound":
                    raise
                return False
            return True

        return self._on(table, update)

    def change(self, table: str, rows: Iterable[tuple[Row, str | None]]) -> bool:
        """Write up to 100 rows of one partition, all or none.

        Args:
            table: the table's name without the prefix.
            rows: each row with the ETag that it must still have, or None when it must not exist.

        Returns:
            False when one of the rows is not as expected any more; then nothing was written.
        """
        return self.write(table, rows) is not None

    def write(self, table: str, rows: Iterable[tuple[Row, str | None]]) -> list[str] | None:
        """The same as `change`; returns the rows' new ETags, or None when nothing was written."""
        return self._submit(table, [_operation(row, etag) for row, etag in rows])

    def delete(self, table: str, partition: str, row_keys: Sequence[str]) -> bool:
        """Delete up to 100 rows of one partition; False, and none deleted, when one is gone."""
        keys: list[Row] = [{"PartitionKey": partition, "RowKey": each} for each in row_keys]
        return self._submit(table, [("delete", each) for each in keys]) is not None

    def close(self) -> None:
        """Close the connections; the next operation opens new ones."""
        with self._lock:
            service, self._service = self._service, None
            self._made.clear()
        if service is not None:
            service.close()

    def _submit(self, table: str, operations: Sequence["_Operation"]) -> list[str] | None:
        from azure.core.exceptions import HttpResponseError  # noqa: PLC0415 - cold start

        def submit(client: "TableClient") -> list[str] | None:
            try:
                done = client.submit_transaction(operations, retry_on_methods=_RETRIED)
            except HttpResponseError as error:
                if error_code(error) not in _NOT_AS_EXPECTED:
                    raise
                return None
            return [str(each.get("etag", "")) for each in done]

        return self._on(table, submit)

    def _on[T](self, table: str, work: Callable[["TableClient"], T]) -> T:
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - cold start

        name = self.name(table)
        try:
            try:
                return work(self._client(name))
            except AzureError as error:
                # Somebody deleted the table while the app ran: make it again, once.
                if error_code(error) != "TableNotFound":
                    raise
                self._made.pop(name, None)
                return work(self._client(name))
        except AzureError as error:
            raise ledger_error(error, name) from error

    def _client(self, name: str) -> "TableClient":
        known = self._made.get(name)
        if known is not None:
            return known
        with self._lock:
            if self._service is None:
                self._service = self._access.open()
            service = self._service
        # Not under the lock: in an outage each thread would wait for the patience of all others.
        client = service.create_table_if_not_exists(name, retry_on_methods=_RETRIED)
        self._made[name] = client
        return client


_NOT_AS_EXPECTED = frozenset(
    {
        "ConditionNotMet",
        "EntityAlreadyExists",
        "EntityNotFound",
        "ResourceNotFound",
        "UpdateConditionNotSatisfied",
    }
)


def _get(client: "TableClient", partition: str, row_key: str) -> Stored | None:
    from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415 - cold start

    try:
        entity = client.get_entity(partition, row_key)
    except ResourceNotFoundError as error:
        if error_code(error) == "TableNotFound":
            raise
        return None
    return Stored(_row(entity), str(entity.metadata["etag"]))


def _named(client: "TableClient", partition: str, row_keys: Sequence[str]) -> dict[str, Stored]:
    """Those of a few rows that exist. Only they travel, however many others the partition has."""
    names = {f"key{number}": row_key for number, row_key in enumerate(row_keys)}
    wanted = " or ".join(f"RowKey eq @{name}" for name in names)
    found = client.query_entities(
        f"PartitionKey eq @partition and ( {wanted} )", parameters={"partition": partition, **names}
    )
    return {str(each["RowKey"]): Stored(_row(each), str(each.metadata["etag"])) for each in found}


def _row(entity: "TableEntity") -> Row:
    return dict(entity)


type _Operation = tuple[str, Row] | tuple[str, Row, Mapping[str, object]]


def _operation(row: Row, etag: str | None) -> _Operation:
    from azure.core import MatchConditions  # noqa: PLC0415 - cold start
    from azure.data.tables import UpdateMode  # noqa: PLC0415 - cold start

    if etag is None:
        return ("create", row)
    only_if = {
        "mode": UpdateMode.REPLACE,
        "etag": etag,
        "match_condition": MatchConditions.IfNotModified,
    }
    return ("update", row, only_if)
