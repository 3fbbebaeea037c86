"""Cells of tables: as text in the page, and as JSON for its script, which must show the same."""

import json
from datetime import UTC, datetime

from shared.domain.report.tables import Cell, Column, Kind, Table

# In JSON these are only found inside texts. Without them nothing ends the script element, whatever
# state the HTML parser is in.
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


def cell_text(value: Cell, column: Column) -> str:
    """A cell as people read it."""
    if value is None:
        return column.absent
    match column.kind:
        case Kind.CHOICE:
            return column.choices[int(value)]
        case Kind.TIME:
            return _minute(int(value))
        case Kind.NUMBER:
            return f"{value:,}"
        case _:
            return str(value)


def table_json(table: Table) -> str:
    """The table for the page's script: ASCII in which nothing is markup."""
    columns = [
        {
            "label": column.label,
            "kind": column.kind.value,
            "choices": column.choices,
            "absent": column.absent,
        }
        for column in table.columns
    ]
    text = json.dumps({"columns": columns, "rows": list(table.rows)}, separators=(",", ":"))
    return text.translate(_UNSAFE)


def _minute(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):  # beyond the calendar
        return "never"
