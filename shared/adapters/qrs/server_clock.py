"""How far the site's clock is from ours, by the Date header of its answers."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_RESOLUTION = timedelta(seconds=1)  # of a Date header, which is rounded down
_LATEST = 4


def http_date(text: str) -> datetime | None:
    """A time as HTTP headers tell it, in UTC; None when it can't be read."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class _Sighting:
    """The site's time, told somewhere between our `sent` and `received`."""

    told: datetime
    sent: datetime
    received: datetime

    @property
    def round_trip(self) -> timedelta:
        return self.received - self.sent

    def difference(self) -> timedelta:
        """The smallest difference that explains what was told."""
        at_least = self.told - self.received
        at_most = self.told + _RESOLUTION - self.sent
        return max(at_least, min(at_most, timedelta(0)))


class ServerClock:
    """Remembers the latest answers; of these the one with the shortest round trip counts."""

    def __init__(self) -> None:
        self._latest: deque[_Sighting] = deque(maxlen=_LATEST)

    def note(self, date_header: str | None, sent: datetime, received: datetime) -> None:
        """Take the Date header of an answer, and when by our clock it was asked for and came.

        Ignored when it can't be read, or when our own clock was set back in between.
        """
        told = http_date(date_header or "")
        if told is not None and sent <= received:
            self._latest.append(_Sighting(told, sent, received))

    def difference(self) -> timedelta | None:
        """How far the site's clock is ahead of ours, at least; zero when both may be right.

        None before the first answer with a readable Date header.
        """
        if not self._latest:
            return None
        return min(self._latest, key=lambda each: each.round_trip).difference()
