"""Reading JSON bodies as they arrive, so that a list of 100,000 rows never exists as a whole."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol, cast
from weakref import WeakMethod

import ijson

from shared.adapters.qrs.paths import guid
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError

type Row = Mapping[str, object]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# ijson's C code crashes the process at an integer that Python refuses, which is one of more than
# 4,300 digits. A run of 4,000 covers at least four of the samples that are taken first.
_ENDLESS_NUMBER = re.compile(rb"[0-9]{4000}")
_SAMPLE_EVERY = 1000
_SAMPLED = re.compile(rb"[0-9]{4}")
_KEPT = 4300


class BodyReader[T](Protocol):
    """Takes a body in pieces, and gives what was read once it is complete."""

    def feed(self, chunk: bytes) -> None:
        """Take the next piece; `QrsAnswerError` when it is not what was asked for."""
        ...

    def finish(self) -> T:
        """The result; `TryAgainError` when the body ended too early."""
        ...


class _Parser(Protocol):
    def send(self, chunk: bytes) -> None: ...

    def close(self) -> None: ...


class _Target:
    """What ijson hands each value to."""

    def __init__(self, take: Callable[[object], None]) -> None:
        self.send = take


def _weakly(method: Callable[[object], None]) -> Callable[[object], None]:
    """Calls a method without keeping its object alive.

    ijson's parser is written in C and unknown to the garbage collector: a reader that holds the
    parser and is held by it would stay in memory for ever, with all that it read.
    """
    reference = WeakMethod(method)

    def call(value: object) -> None:
        alive = reference()
        if alive is not None:
            alive(value)

    return call


class _JsonBody:
    """A body whose first character is one of `starts`; ijson passes the values to `take`."""

    def __init__(
        self, prefix: str, starts: bytes, expected: str, take: Callable[[object], None]
    ) -> None:
        self._parser = cast("_Parser", ijson.items_coro(_Target(take), prefix))
        self._starts = starts
        self._expected = expected
        self._begun = False
        self._head = b""
        self._end = b""

    def feed(self, chunk: bytes) -> None:
        self._refuse_endless_number(chunk)
        if not self._begun:
            chunk = self._check_start(chunk)
        try:
            if chunk:
                self._parser.send(chunk)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise QrsAnswerError(f"QRS sent {self._expected} in broken JSON.") from error

    def end(self) -> None:
        try:
            self._parser.close()
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise TryAgainError(f"QRS sent {self._expected}, but it ends in the middle.") from error

    def _refuse_endless_number(self, chunk: bytes) -> None:
        text = self._end + chunk
        self._end = text[-_KEPT:]
        if _SAMPLED.search(text[::_SAMPLE_EVERY]) and _ENDLESS_NUMBER.search(text):
            raise QrsAnswerError(f"QRS sent {self._expected} with a number of endless digits.")

    def _check_start(self, chunk: bytes) -> bytes:
        """Ijson finds no rows in `null` or in an object, and says nothing: refuse them here."""
        self._head += chunk
        text = self._head.removeprefix(_BYTE_ORDER_MARK).lstrip()
        if not text or _BYTE_ORDER_MARK.startswith(text):
            return b""
        if text[0] not in self._starts:
            raise QrsAnswerError(f"QRS sent something else than {self._expected}.")
        self._begun = True
        return text


class ListReader[T]:
    """Reads a JSON array of objects with a GUID each into a dict by GUID.

    `keep` makes the value to keep of a row, or None when nobody asked for it; `what` names the
    list in messages.
    """

    def __init__(self, what: str, keep: Callable[[str, Row], T | None]) -> None:
        self._what = what
        self._keep = keep
        self._seen: set[str] = set()
        self._kept: dict[str, T] = {}
        self._body = _JsonBody("item", b"[", f"the list of {what}", _weakly(self._take))

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        self._body.feed(chunk)

    def finish(self) -> dict[str, T]:
        """The kept values by id, in the order of the list."""
        self._body.end()
        return self._kept

    def _take(self, row: object) -> None:
        row_id = self._id_of(row)
        if row_id in self._seen:
            raise QrsAnswerError(
                f"QRS listed {row_id} twice in {self._what}: the list changed while it was read. "
                "Try again later."
            )
        self._seen.add(row_id)
        if (value := self._keep(row_id, cast("Row", row))) is not None:
            self._kept[row_id] = value

    def _id_of(self, row: object) -> str:
        try:
            return guid(row.get("id") if isinstance(row, dict) else None)
        except ValueError as error:
            raise QrsAnswerError(
                f"Row {len(self._seen) + 1} of {self._what} has no readable id, so the list can't "
                f"be trusted ({error})."
            ) from error


class ObjectReader:
    """Reads a JSON object; `null` gives None."""

    def __init__(self, what: str) -> None:
        self._values: list[object] = []
        self._body = _JsonBody("", b"{n", what, self._values.append)

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        self._body.feed(chunk)

    def finish(self) -> Row | None:
        """The object; numbers are int or Decimal."""
        self._body.end()
        return cast("Row | None", self._values[0])
