"""Dates as QRS writes them: UTC, milliseconds, `Z`, and 1753-01-01 for "never"."""

from datetime import UTC, datetime, timedelta, tzinfo

NEVER = "1753-01-01T00:00:00.000Z"
_OTHER_FORMS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


def written(moment: datetime | None) -> str:
    """Return `moment` as QRS writes it; None becomes the null date of 1753."""
    if moment is None:
        return NEVER
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whole_milliseconds(moment: datetime) -> datetime:
    """Drop what QRS can't write, so that a date is the same before and after JSON."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)


def read(text: str, naive_is: tzinfo) -> datetime | None:
    """Read a date in one of the forms that filters may use (QRS fact 3).

    Args:
        text: ISO 8601, `yyyy/MM/dd HH:mm` or `yyyy-MM-dd HH:mm:ss`.
        naive_is: the zone of a value without one; what QRS takes is not known.

    Returns:
        The moment, or None for text that is no date.
    """
    moment = _parsed(text)
    if moment is None:
        return None
    return moment.replace(tzinfo=naive_is) if moment.tzinfo is None else moment


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _OTHER_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    return None
