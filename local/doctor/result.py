"""What a check of the doctor says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # the app works, and somebody should do something
    FAILED = "failed"  # the app does not work like this
    SKIPPED = "skipped"  # there was nothing to look at, or something before it failed


@dataclass(frozen=True, slots=True)
class Result:
    """One check: `says` is what was found and, unless it is ok, what to do."""

    check: str
    status: Status
    says: str


def ok(check: str, says: str) -> Result:
    """All is well."""
    return Result(check, Status.OK, says)


def warning(check: str, says: str) -> Result:
    """It works, and somebody should do something."""
    return Result(check, Status.WARNING, says)


def failed(check: str, says: str) -> Result:
    """It does not work like this."""
    return Result(check, Status.FAILED, says)


def skipped(check: str, says: str) -> Result:
    """It was not looked at."""
    return Result(check, Status.SKIPPED, says)


def any_failed(results: Iterable[Result]) -> bool:
    """Whether the app could not work."""
    return any(result.status is Status.FAILED for result in results)


def expiry(
    check: str, subject: str, expires: datetime, now: datetime, within_days: float, advice: str
) -> Result:
    """Whether something that expires does so soon, or has expired already."""
    left = expires - now
    day = f"{expires:%Y-%m-%d}"
    if left <= timedelta(0):
        return failed(check, f"{subject} expired on {day}. {advice}")
    if left <= timedelta(days=within_days):
        return warning(check, f"{subject} expires in {left.days} days, on {day}. {advice}")
    return ok(check, f"{subject} is valid until {day}.")
