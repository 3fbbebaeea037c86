"""The forecast: when does a pool run out?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil, isfinite

from shared.domain.forecast.changes import Change, changes_of, mark_jumps, without_spikes
from shared.domain.forecast.enough import since_the_holes, too_little, too_little_to_learn_from
from shared.domain.forecast.futures import days_until_empty
from shared.domain.forecast.model import Dropped, Forecast, NotEnoughHistory, Observation, RunOut
from shared.domain.forecast.readings import usable
from shared.domain.forecast.trend import trends
from shared.domain.forecast.weekly import shape_ahead, weekly_shape, without_shape

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
    return _run_out(readings, changes, jumps, dropped, today, horizon)


def _run_out(
    readings: Sequence[Observation],
    changes: Sequence[Change],
    jumps: int,
    dropped: Counter[Dropped],
    today: date,
    horizon: int,
) -> RunOut:
    first, last = readings[0], readings[-1]
    last_day = last.at.astimezone(UTC).date()
    shape = weekly_shape(changes)
    found = trends(without_shape(changes, shape))
    headroom = [last.available] * QUARANTINE_DAYS + [last.available + last.quarantined]
    until = horizon + (today - last_day).days
    days = (
        [0.0]
        if last.available <= 0
        else days_until_empty(found, shape_ahead(last_day, shape), headroom, until)
    )
    span = sum(change.days for change in changes)
    dates = [_date(last_day, ahead, today) for ahead in days]
    return RunOut(
        median=dates[len(dates) // 2],
        earliest=dates[int(INTERVAL[0] * len(dates))],
        latest=dates[int(INTERVAL[1] * len(dates))],
        probability_within_horizon=sum(map(isfinite, days)) / len(days),
        horizon_days=horizon,
        trend_per_day=sum(t.weight * t.slope for t in found) if found else None,
        released_per_day=(last.released_by_us - first.released_by_us) / span,
        days_of_history=span + 1,
        one_off_changes=jumps,
        dropped=dict(dropped),
    )


def _date(last_day: date, days: float, today: date) -> date | None:
    """The day on whose evening the pool is empty."""
    return max(today, last_day + timedelta(days=ceil(days))) if isfinite(days) else None


def _until_renewal(today: date, horizon: int) -> int:
    """Days until the last day of the month, at most `horizon`."""
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return min(horizon, (next_month - today).days - 1)
