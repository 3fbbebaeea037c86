"""The weekly shape: on which days of the week demand comes and goes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean

from shared.domain.forecast.changes import Change

DAYS_TO_TRUST = 4.0  # so many Mondays count as much as the assumption that all days are alike

type WeeklyShape = tuple[float, ...]
"""What each day of the week adds to the trend of a day, Monday first; the sum is zero."""


def weekly_shape(changes: Sequence[Change]) -> WeeklyShape:
    """The shape that the single-day changes show, drawn towards "no shape" when they are few."""
    single = [change for change in changes if change.usual and change.days == 1]
    if not single:
        return (0.0,) * 7
    overall = fmean(change.amount for change in single)
    drawn = []
    for weekday in range(7):
        off = [c.amount - overall for c in single if c.until.weekday() == weekday]
        drawn.append(sum(off) / (len(off) + DAYS_TO_TRUST))
    mean = fmean(drawn)
    return tuple(value - mean for value in drawn)


def without_shape(changes: Sequence[Change], shape: WeeklyShape) -> list[Change]:
    """The changes as they would be if all days of the week were alike."""
    return [replace(c, amount=c.amount - _added(c, shape)) for c in changes]


def shape_ahead(start: date, shape: WeeklyShape) -> WeeklyShape:
    """What the shape adds to demand between `start` and so many days later: 0 to 6 days.

    After seven days it begins again.
    """
    added = [0.0]
    for ahead in range(1, 7):
        added.append(added[-1] + shape[(start + timedelta(days=ahead)).weekday()])
    return tuple(added)


def _added(change: Change, shape: WeeklyShape) -> float:
    """Whole weeks add nothing."""
    days = change.days % 7
    return sum(shape[(change.until - timedelta(days=back)).weekday()] for back in range(days))
