"""Times in files: ISO 8601, UTC where no offset is given."""

from datetime import UTC, datetime


def read_time(text: str) -> datetime | None:
    """A time in UTC; None when the text is none."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def time_text(at: datetime) -> str:
    """A time as files have it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
