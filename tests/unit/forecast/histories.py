"""Histories of a pool that the tests write down."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from shared.domain.forecast import (
    Forecast,
    NotEnoughHistory,
    Observation,
    RunOut,
    forecast_run_out,
)

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
TODAY = NOW.date()


def daily(days: int, allocated: Callable[[int], float], total: float = 500) -> list[Observation]:
    """One reading a day at 23:00, the last one today; `allocated` by day, 0 is the first."""
    return [
        Observation(
            NOW.replace(minute=0) - timedelta(days=days - 1 - day), total, total - allocated(day)
        )
        for day in range(days)
    ]


def wobbly(per_day: float, start: float = 300) -> Callable[[int], float]:
    """Steady growth with a little that is not steady."""
    return lambda day: round(start + per_day * day + (0, 1, 2, 0, 1)[day % 5])


def run_out(observations: list[Observation], horizon: int = 365) -> RunOut:
    """The forecast of today, which must be one."""
    found: Forecast = forecast_run_out(observations, NOW, horizon)
    assert isinstance(found, RunOut), found
    return found


def refused(observations: list[Observation]) -> NotEnoughHistory:
    """The refusal of today, which must be one."""
    found: Forecast = forecast_run_out(observations, NOW)
    assert isinstance(found, NotEnoughHistory), found
    return found


def days_ahead(day: date | None) -> int:
    """Days from today to a date that must be there."""
    assert day is not None
    return (day - TODAY).days
