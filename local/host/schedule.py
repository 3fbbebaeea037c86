"""Timer schedules: NCRONTAB with six fields, seconds first, in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from local.host.app_settings import SettingsError

# NCrontab has none of cron's L, LW and #: names and numbers, lists, ranges and steps only.
_ALLOWED = re.compile(r"[0-9A-Za-z*,/\-\s]+")
_CRON_ONLY = re.compile(r"(?<![A-Za-z])\d*(L|LW)(?![A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A timer's schedule, checked: it fires at least once.

    Attributes:
        text: five or six fields; with five, the second is 0.
    """

    text: str

    def next_after(self, now: datetime) -> datetime:
        """Returns the first time after `now` (aware), in UTC."""
        return next(_times(self.text, now))


def parse_schedule(text: str, where: str) -> Schedule:
    """Checks a schedule.

    Args:
        text: NCRONTAB, for example `0 30 2 * * *`.
        where: whose schedule it is, for the error.

    Raises:
        SettingsError: it is no NCRONTAB expression, or never fires.
    """
    help_text = (
        "Write six fields: second minute hour day month weekday, for example '0 30 2 * * *'."
    )
    if not _ALLOWED.fullmatch(text) or _CRON_ONLY.search(text):
        raise SettingsError(f"{where} is {text!r}, which is no NCRONTAB schedule. {help_text}")
    try:
        next(_times(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise SettingsError(f"{where} is {text!r}: {error}. {help_text}") from error
    except StopIteration:
        raise SettingsError(f"{where} is {text!r}, a date that never comes. {help_text}") from None
    return Schedule(text)


def _times(text: str, now: datetime) -> CronSim:
    times = CronSim(text, now.astimezone(UTC))
    # With both given, NCrontab wants day AND weekday; cron (and cronsim) would take either.
    times.day_and = True
    return times
