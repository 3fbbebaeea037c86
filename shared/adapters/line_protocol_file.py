"""Points into a file that `influx write` takes: for one machine without an InfluxDB."""

import asyncio
import os
import threading
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from shared.adapters.line_protocol import summed_up, to_lines
from shared.domain.errors import PointsError
from shared.domain.points import Point

_BLOCK = 65_536  # bytes read at a time when the end of the last whole line is looked for


class LineProtocolFile:
    """Appends points to a file, one line each; only its owner may read it, for it names people.

    One process writes to a file. What a crash left of a line is cut off by the next write, for the
    beginning of a line may read as a valid point with a wrong number in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    async def write(self, points: Sequence[Point]) -> None:
        """Append all points, or those that can be written and raise.

        Raises:
            PointsError: the file can't be written (then none is in it), or a point can't.
        """
        problems = await asyncio.to_thread(self._write, points)
        if problems:
            raise PointsError(summed_up(problems))

    def _write(self, points: Sequence[Point]) -> list[str]:
        lines, problems = to_lines(points)
        if not lines:
            return problems
        try:
            self._append("".join(f"{line}\n" for line in lines).encode())
        except OSError as error:
            raise PointsError(
                f"The points file {self._path} can't be written ({error.strerror}); make room or "
                "choose a path that this account may write."
            ) from error
        return problems

    def _append(self, data: bytes) -> None:
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._path, "ab+", buffering=0, opener=_only_for_its_owner) as file:
                _append_all(file, _cut_to_whole_lines(file), data)


def _only_for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _append_all(file: FileIO, size: int, data: bytes) -> None:
    """Append everything, or nothing when it fails half-way (a full disk)."""
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise


def _cut_to_whole_lines(file: FileIO) -> int:
    """Cut off what follows the last line end; returns the size of the file in bytes."""
    size = end = file.seek(0, os.SEEK_END)
    newline = -1
    while end and newline < 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        end = start + newline + 1 if newline >= 0 else start
    if end < size:
        file.truncate(end)
    return end
