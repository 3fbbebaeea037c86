"""The forecast: when does a pool run out?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, isfinite

from shared.domain.forecast.changes import Change, changes_of, mark_jumps, without_spikes
from shared.domain.forecast.enough import since_the_holes, too_little, too_little_to_learn_from
from shared.domain.forecast.futures import days_until_empty, left_ahead
from shared.domain.forecast.model import (
    Ahead,
    Dropped,
    Forecast,
    NotEnoughHistory,
    Observation,
    RunOut,
)
from shared.domain.forecast.readings import usable
from shared.domain.forecast.trend import Trend, trends
from shared.domain.forecast.weekly import WeeklyShape, shape_ahead, weekly_shape, without_shape

LONGEST_HORIZON = 3650
LONGEST_HISTORY = timedelta(days=400)
QUARANTINE_DAYS = 7  # facts: qrs, "Deallocate"; what is in quarantine is free by then
INTERVAL = (0.1, 0.9)


def forecast_run_out(
    observations: Iterable[Observation],
    now: datetime,
    horizon_days: int = 365,
    *,
    renews_monthly: bool = False,
) -> Forecast:
    """When `available` reaches zero, from the pool's history; all dates are days of UTC.

    Nothing is assumed of the future but demand: no purchase, and no further release by this app.

    Args:
        observations: readings of one pool, in any order and rhythm.
        now: the forecast looks ahead from here.
        horizon_days: how far; 1 to 3650.
        renews_monthly: the pool is filled up at the start of each month (analyzer capacity): it
            can run out until then only.

    Raises:
        ValueError: a time without a time zone, or a horizon out of range.
    """
    learned = _learn(observations, now, horizon_days, renews_monthly=renews_monthly)
    return learned if isinstance(learned, NotEnoughHistory) else _run_out(learned)


def available_ahead(
    observations: Iterable[Observation],
    now: datetime,
    horizon_days: int = 365,
    *,
    renews_monthly: bool = False,
) -> tuple[Ahead, ...]:
    """What is available on the days to come, by the same futures as `forecast_run_out`.

    Empty when there is no forecast, or nothing is available now. Daily for four weeks, then weekly.
    """
    learned = _learn(observations, now, horizon_days, renews_monthly=renews_monthly)
    if isinstance(learned, NotEnoughHistory) or learned.readings[-1].available <= 0:
        return ()
    shares = (INTERVAL[0], 0.5, INTERVAL[1])
    rows = left_ahead(*_starting_point(learned), shares)
    last_day = learned.last_day
    return tuple(Ahead(last_day + timedelta(days=day), *left) for day, left in rows)


@dataclass(frozen=True, slots=True)
class _Learned:
    """What the history says: usable readings, the changes between them, one-off `jumps`."""

    readings: Sequence[Observation]
    changes: Sequence[Change]
    jumps: int
    dropped: Mapping[Dropped, int]
    today: date
    horizon: int

    @property
    def last_day(self) -> date:
        return self.readings[-1].at.astimezone(UTC).date()


def _learn(
    observations: Iterable[Observation], now: datetime, horizon_days: int, *, renews_monthly: bool
) -> _Learned | NotEnoughHistory:
    if not 1 <= horizon_days <= LONGEST_HORIZON:
        raise ValueError(
            f"the horizon of a forecast is 1 to {LONGEST_HORIZON} days, not {horizon_days}"
        )
    dropped: Counter[Dropped] = Counter()
    today = now.astimezone(UTC).date()
    recent = [r for r in usable(observations, now, dropped) if r.at >= now - LONGEST_HISTORY]
    readings = since_the_holes(recent)
    if why := too_little(readings, today, renews_monthly=renews_monthly):
        return NotEnoughHistory(why, dict(dropped))
    readings = without_spikes(readings, dropped)
    changes, jumps = mark_jumps(
        changes_of(readings, renews_monthly=renews_monthly), readings[-1].total
    )
    if readings[-1].available > 0 and (why := too_little_to_learn_from(changes)):
        return NotEnoughHistory(why, dict(dropped))
    horizon = _until_renewal(today, horizon_days) if renews_monthly else horizon_days
    return _Learned(readings, changes, jumps, dict(dropped), today, horizon)


def _starting_point(
    learned: _Learned,
) -> tuple[Sequence[Trend], WeeklyShape, Sequence[float], int]:
    """What futures are drawn from, and for how many days after the last reading."""
    last, last_day = learned.readings[-1], learned.last_day
    shape = weekly_shape(learned.changes)
    found = trends(without_shape(learned.changes, shape))
    headroom = [last.available] * QUARANTINE_DAYS + [last.available + last.quarantined]
    until = learned.horizon + (learned.today - last_day).days
    return found, shape_ahead(last_day, shape), headroom, until


def _run_out(learned: _Learned) -> RunOut:
    first, last = learned.readings[0], learned.readings[-1]
    point = _starting_point(learned)
    found = point[0]
    days = [0.0] if last.available <= 0 else days_until_empty(*point)
    span = sum(change.days for change in learned.changes)
    dates = [_date(learned.last_day, ahead, learned.today) for ahead in days]
    return RunOut(
        median=dates[len(dates) // 2],
        earliest=dates[int(INTERVAL[0] * len(dates))],
        latest=dates[int(INTERVAL[1] * len(dates))],
        probability_within_horizon=sum(map(isfinite, days)) / len(days),
        horizon_days=learned.horizon,
        trend_per_day=sum(t.weight * t.slope for t in found) if found else None,
        released_per_day=(last.released_by_us - first.released_by_us) / span,
        days_of_history=span + 1,
        one_off_changes=learned.jumps,
        dropped=learned.dropped,
    )


def _date(last_day: date, days: float, today: date) -> date | None:
    """The day on whose evening the pool is empty."""
    return max(today, last_day + timedelta(days=ceil(days))) if isfinite(days) else None


def _until_renewal(today: date, horizon: int) -> int:
    """Days until the last day of the month, at most `horizon`."""
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return min(horizon, (next_month - today).days - 1)
