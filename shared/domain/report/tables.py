"""Tables that can be sorted and filtered: columns, and rows of plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; it decides on how it sorts and is shown.

    NAME: a text that people chose, such as an account. CODE: an id. CHOICE: an index into the
    column's choices. TIME: seconds since 1970, None for none. NUMBER: None for unknown.
    """

    NAME = "name"
    TEXT = "text"
    CODE = "code"
    CHOICE = "choice"
    TIME = "time"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `choices` are of a choice column, `absent` is shown for None."""

    label: str
    kind: Kind
    choices: tuple[str, ...] = ()
    absent: str = "\u2013"


type Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `id` is unique in the page, `label` says what the rows are."""

    id: str
    label: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
