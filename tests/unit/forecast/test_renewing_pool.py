"""Analyzer capacity: minutes that are used up during a month and filled up at its end."""

from datetime import date, timedelta

from shared.domain.forecast import NotEnoughHistory, Observation, RunOut, forecast_run_out
from tests.unit.forecast.histories import NOW

MIDDLE = NOW - timedelta(days=14)  # 15 February


def _minutes(total: float, per_day: float) -> list[Observation]:
    """120 days, each of which uses so many minutes, a few more on odd days."""
    moments = [MIDDLE - timedelta(days=back) for back in reversed(range(120))]
    return [Observation(at, total, total - per_day * at.day - 3 * (at.day % 2)) for at in moments]


def test_the_date_lies_in_this_month() -> None:
    """600 of 1,000 minutes are used by the 15th at 40 a day: ten days are left."""
    found = forecast_run_out(_minutes(1000, 40), MIDDLE, renews_monthly=True)
    assert isinstance(found, RunOut)
    assert found.median is not None
    assert abs(found.median - date(2026, 2, 25)) <= timedelta(days=1)


def test_minutes_that_last_until_the_month_ends_do_not_run_out() -> None:
    """600 of 1,300 minutes are used by the 15th: enough for the 13 days that the month has left."""
    found = forecast_run_out(_minutes(1300, 40), MIDDLE, renews_monthly=True)
    assert isinstance(found, RunOut)
    assert (found.earliest, found.horizon_days) == (None, 13)


def test_the_first_of_a_month_needs_a_reading_of_its_own() -> None:
    """What was left in the month before says nothing about the pool that was filled up since."""
    next_month = MIDDLE.replace(month=3, day=1)
    history = [Observation(next_month - timedelta(days=d), 1000, 400) for d in range(1, 60)]
    found = forecast_run_out(history, next_month, renews_monthly=True)
    assert isinstance(found, NotEnoughHistory)
    assert "filled up" in found.why
