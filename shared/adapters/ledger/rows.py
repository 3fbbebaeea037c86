"""Rows: one JSON column that the app reads, and plain columns beside it for people."""

import json
import re
from collections.abc import Mapping
from types import GenericAlias
from typing import cast

from pydantic import ConfigDict, TypeAdapter

from shared.domain.errors import LedgerError

type Value = str | int | float | bool | bytes
type Row = dict[str, Value]

_RECORD = "Record"
_PIECE = 32_000  # a text column holds 32 Ki UTF-16 units; the JSON is ASCII
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def to_json(value: object) -> str:
    """A dataclass of the domain as JSON in ASCII: nothing in it can be lost on the way.

    Raises:
        ValueError: a field holds another type than it should.
    """
    adapter = _adapter(type(value))
    try:
        text = adapter.dump_json((value,), warnings="error", ensure_ascii=True).decode("ascii")
        return text[1:-1]
    except ValueError:  # of the wrong type, or a text with half a character in it
        (plain,) = adapter.dump_python((value,), mode="json", warnings="error")
        return json.dumps(plain, separators=(",", ":"))


def from_json[T](kind: type[T], text: str) -> T:
    """The dataclass that `to_json` was given.

    Raises:
        ValueError: the text is no JSON or not of that kind.
    """
    (value,) = _adapter(kind).validate_python((json.loads(text),))
    if not isinstance(value, kind):
        raise ValueError(f"this is no {kind.__name__}")  # noqa: TRY004 - bad data, not a bad call
    return value


def _adapter(kind: type[object]) -> TypeAdapter[tuple[object]]:
    if kind not in _ADAPTERS:
        alone = cast("type[tuple[object]]", GenericAlias(tuple, (kind,)))
        _ADAPTERS[kind] = TypeAdapter(alone, config=_EXACT)
    return _ADAPTERS[kind]


# For tuples of one: a dataclass itself can't be given a configuration from outside.
_ADAPTERS: dict[type[object], TypeAdapter[tuple[object]]] = {}  # building one takes milliseconds
_EXACT = ConfigDict(ser_json_inf_nan="constants")


def columns_of(value: object) -> Row:
    """The JSON column of a dataclass; a long one goes on in `Record2`, `Record3` ..."""
    text = to_json(value)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return {_column(number): piece for number, piece in enumerate(pieces, start=1)}


def value_of[T](kind: type[T], row: Mapping[str, Value], table: str) -> T:
    """The dataclass in the JSON column of a row of a table.

    Raises:
        LedgerError: the row was damaged or written by another version.
    """
    try:
        return from_json(kind, _record(row))
    except ValueError as error:
        raise unreadable(row, table, error) from error


def unreadable(row: Mapping[str, Value], table: str, why: object) -> LedgerError:
    """The error for a row that is there and can't be understood."""
    place = f"PartitionKey {row.get('PartitionKey')!r}, RowKey {row.get('RowKey')!r}"
    return LedgerError(
        f"The row {place} of the ledger's table {table} can't be read; put it back as it was, or "
        f"delete it: {why}"
    )


def shown(text: str, longest: int = 1000) -> str:
    """A text for a plain column: what a text column can't hold is replaced, a long text is cut."""
    fit = _UNFIT.sub("\ufffd", text)
    return fit if len(fit) <= longest else fit[: longest - 1] + "\u2026"


def _record(row: Mapping[str, Value]) -> str:
    pieces: list[str] = []
    while isinstance(piece := row.get(_column(len(pieces) + 1)), str):
        pieces.append(piece)
    return "".join(pieces)


def _column(number: int) -> str:
    return _RECORD if number == 1 else f"{_RECORD}{number}"
