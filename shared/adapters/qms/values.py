"""Texts of XML elements -> times, numbers and truth values (QMS fact 2.9).

What is absent, nil or empty is None; what can't be read is refused, never taken for absent.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast

# xs:dateTime; .NET writes up to seven digits of a second, and an offset only for local times.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_NEVER = "0001-"  # DateTime.MinValue, whatever was added to it to reach another zone
_FOR_EVER = 9999  # DateTime.MaxValue; in UTC it may lie beyond what Python can hold
_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_INT32 = range(-(2**31), 2**31)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class OddValueError(ValueError):
    """A value that is not what its element should hold."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(name, value, expected)
        self.name, self.value, self.expected = name, value, expected


class Values:
    """What was found inside an element, by local name."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[str, object]) -> None:
        self._found = found

    def text(self, name: str) -> str:
        """A text; empty when absent or nil."""
        return cast("str | None", self._found.get(name)) or ""

    def count(self, name: str) -> int | None:
        """A whole number (xs:int); None when absent or nil."""
        return self._converted(name, _integer, "a whole number")

    def flag(self, name: str) -> bool | None:
        """A truth value; None when absent or nil."""
        return self._converted(name, _FLAGS.__getitem__, "true or false")

    def moment(self, name: str) -> datetime | None:
        """A time in UTC; None when absent, nil or never. Without an offset it is UTC."""
        return self._converted(name, _moment, "a time like 2024-03-01T08:15:30Z")

    def past_moment(self, name: str) -> datetime | None:
        """The same of something that happened, so that "for ever" is none either."""
        return self._converted(name, _past_moment, "a time like 2024-03-01T08:15:30Z")

    def one[T](self, name: str, kind: type[T]) -> T | None:
        """What was made of an element; None when absent or nil."""
        value = self._found.get(name)
        return value if isinstance(value, kind) else None

    def rows[T](self, name: str, kind: type[T]) -> tuple[T, ...] | None:
        """What was made of a list; None when absent or nil, which is not the same as empty."""
        rows = self.one(name, list)
        return None if rows is None else tuple(row for row in rows if isinstance(row, kind))

    def _converted[T](self, name: str, convert: Callable[[str], T], expected: str) -> T | None:
        value = self.text(name)
        if not value:
            return None
        try:
            return convert(value)
        except (ValueError, KeyError) as error:
            raise OddValueError(name, value, expected) from error


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or int(text) not in _INT32:
        raise ValueError(text)
    return int(text)


def _moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if text.startswith(_NEVER):
        return None
    if moment.year == _FOR_EVER:
        return datetime.max.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _past_moment(text: str) -> datetime | None:
    moment = _moment(text)
    if moment and moment.year >= _FOR_EVER:
        raise ValueError(text)
    return moment
