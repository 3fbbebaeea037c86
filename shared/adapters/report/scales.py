"""Scales of charts: round numbers and round times at which a reader expects ticks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor, log10

_DAY = timedelta(days=1)
_STEPS = (
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 2, 7, 14)),
)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tick[T]:
    """A place on a scale and its label."""

    at: T
    label: str


def value_ticks(top: float, most: int = 5) -> list[Tick[float]]:
    """Ticks from 0 to the first round number that is not below `top`."""
    step = _round_step(max(top, 1.0) / (most - 1))
    count = next(n for n in range(1, most + 2) if n * step >= top * (1 - 1e-9))
    return [Tick(n * step, f"{n * step:,.10g}") for n in range(count + 1)]


def time_ticks(first: datetime, last: datetime, most: int) -> list[Tick[datetime]]:
    """At most about `most` ticks at round times between two moments."""
    span = last - first
    for step in _STEPS:
        if span / step <= most:
            return list(_even(first, last, step))
    months = next((n for n in _MONTHS if span / (30.4 * n * _DAY) <= most), _MONTHS[-1])
    return list(_monthly(first, last, months))


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten; whole numbers, for what is counted is whole."""
    power = 10.0 ** floor(log10(least)) if least > 1 else 1.0
    return next((n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9)), 10 * power)


def _even(first: datetime, last: datetime, step: timedelta) -> Iterator[Tick[datetime]]:
    at = first - (first - _MONDAY) % step
    while at <= last:
        if at >= first:
            hours = step < _DAY and at.hour
            label = f"{at:%H:%M}" if hours else f"{at.day} {at:%b}"
            yield Tick(at, label)
        at += step


def _monthly(first: datetime, last: datetime, months: int) -> Iterator[Tick[datetime]]:
    number = first.year * 12 + first.month - 1
    number -= number % months
    while number <= last.year * 12 + last.month - 1:
        at = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        if first <= at <= last:
            yield Tick(at, f"{at:%b %Y}" if at.month == 1 or months >= 12 else f"{at:%b}")
        number += months
