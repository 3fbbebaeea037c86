"""Reads and writes CSV files as Excel and directory exports write them.

Cells that a spreadsheet would take for a formula (they begin with =, +, -, @ or a control
character) are written with an apostrophe before them. Reading takes exactly that apostrophe away
again, so every text comes back as it was.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.farm.errors import FarmError, line_error

_DELIMITERS = ",;\t"
_FORMULA = frozenset("=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}") | frozenset(
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_APOSTROPHE = "'"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line on which it begins, and its cells by column name."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell without outer blanks; empty when the file has no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns (lower case) and its rows without the empty ones."""

    path: Path
    columns: frozenset[str]
    rows: tuple[Row, ...]


def read_table(path: Path, columns: Sequence[str], needed: Collection[str]) -> Table:
    """Read a file: UTF-8 with or without a byte order mark; columns by comma, semicolon or tab.

    Args:
        path: the file.
        columns: names to look for in the header, in any order and case; others are left alone.
        needed: those of them that must be there.

    Raises:
        FarmError: it can't be read, or isn't such a file; with the line where there is one.
    """
    text = _text(path)
    skipped, text = _without_hint(text)
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=lambda d: len(set(_header(header, d)) & set(columns)))
    names = _header(header, delimiter)
    _check_header(path, skipped + 1, names, columns, needed)
    rows = _rows(path, text, delimiter, skipped, names)
    return Table(path, frozenset(names), tuple(rows))


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV file: commas, CRLF, UTF-8 with the mark by which Excel knows it.

    Raises:
        FarmError: a cell has half of a surrogate pair, which no file can hold.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([escaped(x) for x in row] for row in rows)
    try:
        return text.getvalue().encode("utf-8-sig")
    except UnicodeEncodeError as error:
        bad = error.object[max(error.start - 20, 0) : error.end]
        raise FarmError(f"the text {bad!r} is no valid Unicode: correct the name") from error


def escaped(cell: str) -> str:
    """The cell as it is written: with an apostrophe if a spreadsheet might calculate it."""
    return f"{_APOSTROPHE}{cell}" if _is_risky(cell) else cell


def unescaped(cell: str) -> str:
    """The cell as it was before `escaped`."""
    return cell[1:] if cell[:1] == _APOSTROPHE and _is_risky(cell[1:]) else cell


def _is_risky(cell: str) -> bool:
    start = cell.lstrip()[:1]
    return cell[:1] in {"\t", "\r", "\n"} or start in _FORMULA or start == _APOSTROPHE


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise FarmError(f"{path} does not exist") from None
    except OSError as error:
        raise FarmError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        raise line_error(
            path, line, 'this is not UTF-8: in Excel, save it as "CSV UTF-8"'
        ) from error


def _without_hint(text: str) -> tuple[int, str]:
    """How many lines are left out, and the rest; Excel's first line `sep=;` is no header."""
    first, _, rest = text.partition("\n")
    return (1, rest) if first.strip().lower() in {"sep=,", "sep=;", "sep="} else (0, text)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [unescaped(cell).strip().lower() for cell in cells]


def _check_header(
    path: Path, line: int, names: Sequence[str], columns: Sequence[str], needed: Collection[str]
) -> None:
    missing = [name for name in columns if name in needed and name not in names]
    if missing:
        raise line_error(
            path, line, f"the header lacks {' and '.join(missing)}: it must be {','.join(columns)}"
        )
    twice = [name for name in columns if names.count(name) > 1]
    if twice:
        raise line_error(path, line, f"the header has {twice[0]} twice: keep one of them")


def _rows(
    path: Path, text: str, delimiter: str, skipped: int, names: Sequence[str]
) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = skipped + 1
    try:
        for number, cells in enumerate(reader):
            line, begins = begins, skipped + reader.line_num + 1
            if number and any(unescaped(cell).strip() for cell in cells):
                yield _row(path, line, names, cells)
    except csv.Error as error:
        raise line_error(path, begins, f"this is not CSV ({error}): look for a quote") from error


def _row(path: Path, line: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(names) :]):
        raise line_error(
            path,
            line,
            f"{len(cells)} cells under {len(names)} columns: put a cell with a separator in quotes",
        )
    return Row(line, dict(zip(names, map(unescaped, cells), strict=False)))
