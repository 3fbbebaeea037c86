"""Moments of leases: adding to them without running out of calendar, and writing them."""

from datetime import UTC, datetime, timedelta

_LAST = datetime.max.replace(tzinfo=UTC)


def after(moment: datetime, span: timedelta) -> datetime:
    """The moment a span later; the end of the calendar when that lies beyond it."""
    try:
        return moment + span
    except OverflowError:
        return _LAST


def shown(moment: datetime | None) -> str:
    """A moment as sentences have it, to the minute in UTC."""
    return "an unknown time" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
