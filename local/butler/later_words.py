"""The words of later.js's schedule texts, and what each stands for."""

import re
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    r"\s*(?:(?P<time>\d{1,2}:\d{2}(?:\s?[ap]m)?)\b|(?P<number>\d+)(?:st|nd|rd|th)?\b"
    r"|(?P<word>[a-z]+)|(?P<mark>[,-]))"
)
_DAYS = ("sun", "mon", "tue tues", "wed wednes", "thu thur thurs", "fri", "sat satur")
_DAY_OF_WEEK = {
    name + ending: number
    for number, names in enumerate(_DAYS, start=1)
    for name in names.split()
    for ending in ("", "day")
}
# Just these: later.js knows `sept` and `june`, but neither `sep` nor `jun`.
_MONTHS = (
    "jan january", "feb february", "mar march", "apr april", "may", "june", "july",
    "aug august", "sept september", "oct october", "nov november", "dec december",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_TIME = re.compile(r"(\d{1,2}):(\d{2})\s?(am|pm)?")
_NOON = 12


class Unit(Enum):
    """A part of a moment: lowest and highest value, its name, and when it starts anew."""

    SECOND = (0, 59, "second", "minute")
    MINUTE = (0, 59, "minute", "hour")
    HOUR = (0, 23, "hour", "day at 00:00 UTC")
    DAY = (1, 31, "day", "month")
    WEEKDAY = (1, 7, "weekday", "week on Sunday")
    WEEK = (1, 53, "week", "year")
    MONTH = (1, 12, "month", "year")

    @property
    def low(self) -> int:
        """The lowest value."""
        return self.value[0]

    @property
    def high(self) -> int:
        """The highest value."""
        return self.value[1]

    @property
    def called(self) -> str:
        """Its name in words."""
        return self.value[2]

    @property
    def anew(self) -> str:
        """What it starts anew with each time."""
        return self.value[3]


UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Unit.SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Unit.MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), Unit.HOUR),
    **dict.fromkeys(("day", "days"), Unit.DAY),
    **dict.fromkeys(("week", "weeks"), Unit.WEEK),
    **dict.fromkeys(("month", "months"), Unit.MONTH),
}


class NotUnderstoodError(ValueError):
    """A schedule text can't be carried over; the message is why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text; `kind` is time, number, word or mark."""

    kind: str
    text: str


def words(text: str) -> list[Token]:
    """The words of a text, which later.js reads in lower case.

    Raises:
        NotUnderstoodError: something in it is no word of later.js.
    """
    rest, found = text.lower().strip(), []
    while rest:
        match = _TOKEN.match(rest)
        if not match:
            raise NotUnderstoodError(f"later.js does not understand it from {rest!r} on")
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind]))
        rest = rest[match.end() :].lstrip()
    return found


def day_of_week(word: str) -> int | None:
    """1 for Sunday to 7 for Saturday."""
    return _DAY_OF_WEEK.get(word)


def month(word: str) -> int | None:
    """1 for January."""
    return _MONTH.get(word)


def minute_of_day(text: str) -> int:
    """Minutes since midnight.

    Raises:
        NotUnderstoodError: there is no such time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise NotUnderstoodError(f"{text!r} is no time")
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    hours = range(1, _NOON + 1) if half else range(Unit.HOUR.high + 1)
    if hour not in hours or minute > Unit.MINUTE.high:
        raise NotUnderstoodError(f"{text!r} is no time")
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return hour * 60 + minute
