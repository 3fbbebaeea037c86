"""A Log Analytics workspace in memory: rows in its tables, and queries that really run over them.

The engine is duckdb-kql: it translates KQL to SQL for DuckDB, and refuses what it does not know
instead of guessing. `set query_now` is Kusto's own way to ask as of a moment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb_kql

from shared.domain.events import CATALOGUE, Event
from shared.domain.spans import SpanKind
from tests.infra.kusto import TABLES
from tests.ingestion_endpoint import Item
from tests.unit.build import NOW

type Row = dict[str, Any]
_SQL_TYPES = {
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "dynamic": "JSON",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "string": "VARCHAR",
}
EVENTS = {event.name: event for event in CATALOGUE}
LONG_AGO = timedelta(days=730)


@dataclass(slots=True)
class Workspace:
    """Rows by table; `now` is the moment at which queries are asked."""

    now: datetime = NOW
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, ago: timedelta, **columns: object) -> None:
        """A row that was generated so long ago.

        Raises:
            AssertionError: the table has no such column.
        """
        assert set(columns) <= set(TABLES[table]), set(columns) - set(TABLES[table])
        row = {"TimeGenerated": self.now - ago, **columns}
        self.rows.setdefault(table, []).append(row)

    def event(self, event: Event | str, ago: timedelta, **dimensions: object) -> None:
        """An event as Application Insights keeps it: every dimension a text, unknown ones absent.

        Raises:
            AssertionError: the event has no such dimension.
        """
        known = EVENTS[event] if isinstance(event, str) else event
        told = {"site": "Lab", **dimensions} if "site" in known.dimensions else dimensions
        assert set(told) <= set(known.dimensions), set(told) - set(known.dimensions)
        texts = {name: str(value) for name, value in told.items() if value is not None}
        self.add("AppEvents", ago, Name=known.name, Properties=texts, OperationId="0af7")

    def work(self, kind: SpanKind, ago: timedelta, *, seconds: float, success: bool = True) -> None:
        """A span as Application Insights keeps it."""
        self.add(
            "AppDependencies",
            ago,
            Name=kind.name,
            DurationMs=1000 * seconds,
            Success=success,
            Properties={"site": "Lab"},
        )

    def receive(self, item: Item) -> None:
        """What really arrived at an ingestion endpoint, in the table into which Azure puts it."""
        now, told = timedelta(0), item.properties
        if item.kind == "EventData":
            self.add("AppEvents", now, Name=item.data["name"], Properties=told)
        elif item.kind == "RemoteDependencyData":
            about = {"Name": item.data["name"], "Success": item.data["success"]}
            milliseconds = _milliseconds(item.data["duration"])
            self.add("AppDependencies", now, DurationMs=milliseconds, Properties=told, **about)
        elif item.kind == "ExceptionData":
            (error, *_) = item.data["exceptions"]
            about = {"ExceptionType": error["typeName"], "OuterMessage": error["message"]}
            self.add("AppExceptions", now, ItemCount=1, Properties=told, **about)

    def ask(self, query: str, within: timedelta = LONG_AGO, **let: str) -> list[Row]:
        """The rows of the answer, as of `now`, over what was generated within that time."""
        opened = "".join(f"let {name} = {value};\n" for name, value in let.items())
        with duckdb_kql.connect() as connection:
            for table, columns in TABLES.items():
                if table not in query:
                    continue
                typed = ", ".join(f'"{name}" {_SQL_TYPES[of]}' for name, of in columns.items())
                connection.execute(f'CREATE TABLE "{table}" ({typed})')
                for row in self.rows.get(table, []):
                    if self.now - within < row["TimeGenerated"] <= self.now:
                        _insert(connection, table, row)
            asked = f"set query_now = datetime({self.now:%Y-%m-%dT%H:%M:%SZ});\n{opened}{query}"
            answer = duckdb_kql.kql(connection, asked)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def _insert(connection: Any, table: str, row: Mapping[str, object]) -> None:  # noqa: ANN401
    names = ", ".join(f'"{name}"' for name in row)
    values = [_value(value) for value in row.values()]
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)  # noqa: S608


def _milliseconds(duration: str) -> float:
    """Of `days.hours:minutes:seconds`, as the exporter writes it."""
    days, _, time = duration.partition(".")
    hours, minutes, seconds = time.split(":")
    total = timedelta(int(days), float(seconds), minutes=int(minutes), hours=int(hours))
    return total / timedelta(milliseconds=1)


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # the workspace is in UTC
    return json.dumps(value) if isinstance(value, dict) else value
