"""Decisions in compressed chunks, each small enough for one row."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.adapters.ledger.rows import from_json, to_json
from shared.domain.errors import LedgerError
from shared.domain.plan import Decision

COLUMN_BYTES = 64 * 1024  # the most that one binary column holds
MOST_COLUMNS = 14  # 14 x 64 KiB leave room below the 1 MiB of a row
# Measured before compression: gzip adds less than 1 % to what can't be compressed, so a chunk fits
# whatever is in it.
_CHUNK_BYTES = COLUMN_BYTES * MOST_COLUMNS * 97 // 100


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some decisions in a row, compressed; its name tells its place and vouches for its content."""

    name: str
    data: bytes
    count: int


def pack(decisions: Iterable[Decision]) -> Iterator[Chunk]:
    """The decisions in chunks, in their order, one chunk in memory at a time.

    The same decisions always give the same chunks under the same names, and others give others:
    so writing them again changes nothing, and two writers never mix.
    """
    number = 0
    lines: list[bytes] = []
    size = 0
    for decision in decisions:
        line = to_json(decision).encode("ascii") + b"\n"
        if lines and size + len(line) > _CHUNK_BYTES:
            yield _chunk(number, lines)
            number, lines, size = number + 1, [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield _chunk(number, lines)


def unpack(name: str, data: bytes) -> list[Decision]:
    """The decisions of a chunk.

    Raises:
        LedgerError: the chunk is damaged.
    """
    try:
        lines = gzip.decompress(data)
        if not name.endswith(_digest(lines)):
            raise _damaged(name, "its content does not match its name")
        return [from_json(Decision, line.decode("ascii")) for line in lines.splitlines()]
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise _damaged(name, error) from error


def _damaged(name: str, why: object) -> LedgerError:
    return LedgerError(
        f"The chunk {name} of a plan's decisions is damaged, so the plan can't be read; "
        f"make a new plan: {why}"
    )


def _chunk(number: int, lines: list[bytes]) -> Chunk:
    raw = b"".join(lines)
    data = gzip.compress(raw, mtime=0)
    if len(data) > COLUMN_BYTES * MOST_COLUMNS:
        raise LedgerError(
            f"A decision of {len(raw)} bytes is too long for the ledger: look at the longest "
            "user names and never-release values of this plan."
        )
    return Chunk(f"{number:05d}-{_digest(raw)}", data, len(lines))


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:32]
