"""POST .../table: the only lists of QRS that page (QRS facts 2c, 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.demo_site.bodies import JsonObject
from local.demo_site.fields import Fields, Kind, kind_of, values_at

_TYPES = {1: "Property", 3: "List", 4: "Privileges"}
# The QMC asks for a list by the name of its entity.
_LISTS = {"tag": "tags", "customProperty": "customProperties"}


class TableError(ValueError):
    """A table definition or page that QRS would answer with 400."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a property by its dotted path, or a list with columns of its own."""

    name: str
    kind: str
    definition: str
    columns: tuple["Column", ...] = ()

    def cell(self, row: object) -> object:
        """The value of this column; a list becomes a table of its own.

        The form of such a nested table is not documented.
        """
        if self.kind == "Privileges":
            return None
        if self.kind == "List":
            items = list(values_at(row, _LISTS.get(self.definition, self.definition)))
            rows = [[column.cell(item) for column in self.columns] for item in items]
            return {"columnNames": [column.name for column in self.columns], "rows": rows}
        found = list(values_at(row, self.definition))
        return found[0] if len(found) == 1 else (found or None)


@dataclass(frozen=True, slots=True)
class Page:
    """What part of the table is wanted; `take` 0 means all of it."""

    skip: int
    take: int
    sort_column: str
    ascending: bool

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Page":
        """Read the paging parameters; names in lower case."""
        return cls(
            skip=_count(query, "skip"),
            take=_count(query, "take"),
            sort_column=query.get("sortcolumn", ""),
            ascending=query.get("orderascending", "true").lower() == "true",
        )


def columns_from(body: object, fields: Fields) -> tuple[Column, ...]:
    """Read the columns of a table definition.

    Raises:
        TableError: it is no table definition, or names a property that doesn't exist.
    """
    columns = body.get("columns") if isinstance(body, dict) else None
    if not isinstance(columns, list) or not columns:
        raise TableError("The table definition has no columns")
    return tuple(_column(column, fields) for column in columns)


def cut_page(
    rows: list[list[object]], columns: tuple[Column, ...], page: Page
) -> list[list[object]]:
    """Sort the rows and return those of the page."""
    if page.sort_column:
        names = [column.name for column in columns]
        if page.sort_column not in names:
            raise TableError(f"Cannot sort by {page.sort_column}")
        index = names.index(page.sort_column)
        rows = sorted(rows, key=lambda row: sort_key(row[index]), reverse=not page.ascending)
    return rows[page.skip :][: page.take or None]


def sort_key(value: object) -> tuple[bool, str]:
    """Order values as QRS shows them: null first, text without regard to case."""
    return (value is not None, str(value).casefold())


def _count(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not text.isascii() or not text.isdecimal():
        raise TableError(f"{name} is no number of rows: {text}")
    return int(text)


def _column(given: object, fields: Fields) -> Column:
    column: JsonObject = given if isinstance(given, dict) else {}
    kind = column.get("columnType")
    kind = _TYPES.get(kind, "") if isinstance(kind, int) else kind
    definition, name = column.get("definition", ""), column.get("name")
    if not isinstance(name, str) or not isinstance(definition, str) or not isinstance(kind, str):
        raise TableError(f"A column needs name, columnType and definition: {given}")
    if kind == "List":
        return Column(name, kind, definition, _list_columns(column, definition, fields))
    if kind != "Privileges" and not (kind == "Property" and kind_of(definition, fields)):
        raise TableError(f"Unknown column {name}: {kind} {definition}")
    return Column(name, kind, definition)


def _list_columns(column: JsonObject, definition: str, fields: Fields) -> tuple[Column, ...]:
    inner = fields.get(_LISTS.get(definition, definition))
    given = column.get("list")
    if inner is None or isinstance(inner, Kind) or not isinstance(given, list):
        raise TableError(f"Unknown list {definition}")
    return tuple(_column(part, inner) for part in given)
