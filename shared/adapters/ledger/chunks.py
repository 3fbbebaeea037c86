"""Lines of JSON in compressed chunks, each small enough for one row."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.adapters.ledger.rows import Row
from shared.domain.errors import LedgerError

COLUMN_BYTES = 64 * 1024  # the most that one binary column holds
MOST_COLUMNS = 14  # 14 x 64 KiB leave room below the 1 MiB of a row
# Measured before compression: gzip adds less than 1 % to what can't be compressed, so a chunk fits
# whatever is in it.
_CHUNK_BYTES = COLUMN_BYTES * MOST_COLUMNS * 97 // 100
_COLUMN = "Data"
_LEVEL = 3  # a quarter of the time of the default for a fifth more bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines in a row, compressed; its name tells its place and vouches for its content."""

    name: str
    data: bytes
    count: int


def pack_lines(lines: Iterable[str], advice: str) -> Iterator[Chunk]:
    """The lines (ASCII) in chunks, in their order, one chunk in memory at a time.

    The same lines always give the same chunks under the same names, and others give others: so
    writing them again changes nothing, and two writers never mix.

    Raises:
        LedgerError: a line is too long for a row, even compressed; `advice` says where to look.
    """
    number = 0
    gathered: list[bytes] = []
    size = 0
    for text in lines:
        line = text.encode("ascii") + b"\n"
        if gathered and size + len(line) > _CHUNK_BYTES:
            yield _chunk(number, gathered, advice)
            number, gathered, size = number + 1, [], 0
        gathered.append(line)
        size += len(line)
    if gathered:
        yield _chunk(number, gathered, advice)


def unpack_lines(name: str, data: bytes) -> list[str]:
    """The lines of a chunk.

    Raises:
        ValueError: the chunk is damaged.
    """
    try:
        raw = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from error
    if not name.endswith(_digest(raw)):
        raise ValueError("its content does not match its name")
    return raw.decode("ascii").splitlines()


def data_columns(chunk: Chunk) -> Row:
    """The columns that hold a chunk's data."""
    starts = range(0, len(chunk.data), COLUMN_BYTES)
    return {
        f"{_COLUMN}{number:02d}": chunk.data[start : start + COLUMN_BYTES]
        for number, start in enumerate(starts)
    }


def data_of(row: Row) -> bytes:
    """A chunk's data, put together from its row."""
    columns = sorted(column for column in row if column.startswith(_COLUMN))
    return b"".join(piece for column in columns if isinstance(piece := row[column], bytes))


def _chunk(number: int, lines: list[bytes], advice: str) -> Chunk:
    raw = b"".join(lines)
    data = gzip.compress(raw, _LEVEL, mtime=0)
    if len(data) > COLUMN_BYTES * MOST_COLUMNS:
        raise LedgerError(f"A record of {len(raw)} bytes is too long for the ledger: {advice}.")
    return Chunk(f"{number:05d}-{_digest(raw)}", data, len(lines))


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:32]
