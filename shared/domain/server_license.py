"""Reading the expiry of the site license out of QRS's license texts (QRS fact 2b).

A date is taken only when it can mean one day: unknown is better than a wrong number of days.
"""

import re
from collections.abc import Iterable
from datetime import date

from shared.domain.model import ServerLicense

# .NET writes DateTime.MinValue, DateTime.MaxValue or QRS's null date where no date is set.
_LAST_NULL_YEAR = 1753
_FOREVER = 9999

_VALID_TO = re.compile(r"^[ \t]*valid[ \t]*to[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
# A LEF line has four columns: attribute;value;valid from;valid to.
_TIME_LIMIT = re.compile(
    r"^[ \t]*timelimit[ \t]*;[^;\r\n]*;[^;\r\n]*;[ \t]*([^;\s]+)", re.IGNORECASE | re.MULTILINE
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?:[T ].*)?")


def read_server_license(
    key_details: str | None, lef: str | None, *, expired: bool | None
) -> ServerLicense:
    """The site license from its texts; `expired` is QRS's own `isExpired`.

    `key_details` belongs to a signed key ("Valid To:"), `lef` to a serial and control number
    ("TIMELIMIT"; its absence means no limit). Nothing else of the texts is kept: they hold the
    license number.
    """
    expiry = _the_one_date(_VALID_TO.findall(key_details or "")) or _the_one_date(
        _TIME_LIMIT.findall(lef or "")
    )
    return ServerLicense(expiry=expiry, expired=expired)


def read_date(text: str) -> date | None:
    """The day that a date text names, whatever the server's culture; None unless it is certain.

    `2024-03-16`, `2024/03/16`, `2024-03-16T00:00:00Z`, `31/12/2026` and `12/31/2026` are certain;
    `03/04/2026` is not. Years that stand for "no date" give None.
    """
    days = {day for day in map(_day, _readings(text.strip())) if day}
    return days.pop() if len(days) == 1 else None


def _the_one_date(texts: Iterable[str]) -> date | None:
    """The date of all texts; None when there is none, or when they differ."""
    days = {read_date(text) for text in texts}
    return days.pop() if len(days) == 1 else None


def _readings(text: str) -> list[tuple[str, str, str]]:
    """The (year, month, day) readings that the text allows."""
    if found := _YEAR_FIRST.fullmatch(text):
        return [(found[1], found[3], found[4])]
    if found := _YEAR_LAST.fullmatch(text):
        return [(found[4], found[3], found[1]), (found[4], found[1], found[3])]
    return []


def _day(reading: tuple[str, str, str]) -> date | None:
    year, month, day = map(int, reading)
    if year <= _LAST_NULL_YEAR or year >= _FOREVER:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
