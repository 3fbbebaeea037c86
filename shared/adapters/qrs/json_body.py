"""Reading JSON bodies as they arrive, so that a list of 100,000 rows never exists as a whole."""

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from shared.adapters.qrs.json_text import JsonText
from shared.adapters.qrs.paths import guid
from shared.domain.errors import QrsAnswerError

type Row = Mapping[str, object]


class BodyReader[T](Protocol):
    """Takes a body in pieces, and gives what was read once it is complete."""

    def feed(self, chunk: bytes) -> None:
        """Take the next piece; `QrsAnswerError` when it is not what was asked for."""
        ...

    def finish(self) -> T:
        """The result; `TryAgainError` when the body ended too early."""
        ...


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
        self._text = JsonText(f"the list of {what}")
        self._next = "["  # what may come: the list, its first row or end, a comma, a row, nothing

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        self._text.add(chunk)
        while (character := self._text.peek()) and self._step(character):
            pass

    def finish(self) -> dict[str, T]:
        """The kept values by id, in the order of the list."""
        self._text.end()
        if self._next:
            raise self._text.cut_off()
        return self._kept

    def _step(self, character: str) -> bool:
        """Read what begins with the character; False when it has not all come yet."""
        if self._next == "[" != character:
            raise self._text.other()
        if character == "]" and self._next in {"row or ]", ", or ]"}:
            self._go_past("")
        elif self._next == "[":
            self._go_past("row or ]")
        elif self._next == ", or ]" and character == ",":
            self._go_past("row")
        elif self._next in {"row", "row or ]"}:
            return self._row()
        else:
            raise self._text.broken()
        return True

    def _go_past(self, following: str) -> None:
        self._text.skip()
        self._next = following

    def _row(self) -> bool:
        found = self._text.value()
        if found is None:
            return False
        self._take(found[0])
        self._next = ", or ]"
        return True

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
        self._text = JsonText(what)
        self._found: tuple[object] | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        self._text.add(chunk)
        character = self._text.peek()
        if character and self._found:
            raise self._text.broken()
        if character and character not in "{n":
            raise self._text.other()
        if character:
            self._found = self._text.value()
        if self._found and self._text.peek():
            raise self._text.broken()

    def finish(self) -> Row | None:
        """The object; numbers are int or Decimal."""
        self._text.end()
        if self._found is None:
            raise self._text.cut_off()
        return cast("Row | None", self._found[0])
