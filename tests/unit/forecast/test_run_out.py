"""The forecast of plain histories: growth, standstill, decline, releases, jumps, weekends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.forecast import Observation
from shared.domain.forecast.changes import Change
from shared.domain.forecast.weekly import shape_ahead, weekly_shape
from tests.unit.forecast.histories import TODAY, daily, days_ahead, run_out, wobbly


def test_steady_growth_ends_when_the_line_says() -> None:
    """With 100 free and one more in use each day, the pool is empty in about 100 days."""
    found = run_out(daily(120, wobbly(1, start=280)))
    assert days_ahead(found.median) == pytest.approx(100, abs=8)
    assert days_ahead(found.earliest) < days_ahead(found.median) < days_ahead(found.latest)
    assert found.trend_per_day == pytest.approx(1, abs=0.1)
    assert found.probability_within_horizon == pytest.approx(1, abs=0.02)


def test_a_pool_that_stands_still_does_not_run_out() -> None:
    """The same number in use for four months: no date at all, and a probability of zero."""
    found = run_out(daily(120, lambda _: 300))
    assert (found.median, found.earliest, found.latest) == (None, None, None)
    assert found.probability_within_horizon == 0


def test_a_pool_that_empties_slowly_does_not_run_out() -> None:
    """Demand falls: no median date."""
    found = run_out(daily(120, wobbly(-0.5)))
    assert found.median is None
    assert found.trend_per_day == pytest.approx(-0.5, abs=0.1)


def test_an_empty_pool_has_run_out_today() -> None:
    """Nothing available now: today's date three times, whatever the trend."""
    found = run_out(daily(60, lambda day: 440 + day + 1))
    assert (found.median, found.earliest, found.latest) == (TODAY, TODAY, TODAY)
    assert found.probability_within_horizon == 1


def test_a_pool_that_was_always_empty_has_no_trend() -> None:
    """What nobody could see is not called zero growth."""
    assert run_out(daily(60, lambda _: 500)).trend_per_day is None


def test_our_releases_do_not_look_like_falling_demand() -> None:
    """The app gives back as many as are assigned; without it the pool would end in 100 days."""
    level = daily(120, wobbly(0, start=399))
    ours = [replace(o, released_by_us=1000 + day) for day, o in enumerate(level)]
    found = run_out(ours)
    assert days_ahead(found.median) == pytest.approx(100, abs=8)
    assert found.released_per_day == pytest.approx(1)
    assert run_out(level).median is None


def test_a_release_into_quarantine_changes_no_demand() -> None:
    """A released license that is still quarantined is neither in use nor available."""
    grows = daily(120, wobbly(1, start=280))
    quarantined = [
        replace(o, released_by_us=20, quarantined=20) if day >= 117 else o
        for day, o in enumerate(grows)
    ]
    assert run_out(quarantined).one_off_changes == 0
    # The 20 are free again within a week: the pool lasts some 20 days longer.
    later = days_ahead(run_out(quarantined).median) - days_ahead(run_out(grows).median)
    assert later == pytest.approx(20, abs=5)


def test_a_merger_is_a_step_and_no_trend() -> None:
    """150 users joined on three days; since then and before it one a day."""

    def allocated(day: int) -> float:
        return wobbly(1, start=100)(day) + 50 * min(max(day - 80, 0), 3)

    found = run_out(daily(120, allocated))
    assert found.one_off_changes == 1
    assert found.trend_per_day == pytest.approx(1, abs=0.15)


def test_jumps_that_come_every_week_are_the_trend() -> None:
    """Twenty new users each Monday are no one-off: 80 free last four weeks."""
    found = run_out(daily(91, lambda day: 160 + 20 * ((day + 1) // 7)))
    assert found.one_off_changes == 0
    assert found.trend_per_day == pytest.approx(20 / 7, rel=0.1)


def test_new_licenses_are_no_falling_demand() -> None:
    """200 licenses were bought half-way; demand goes on as before."""
    before = daily(120, wobbly(1, start=280), total=500)
    bought = [replace(o, total=300 + 200, available=o.available) for o in before[60:]]
    smaller = [
        Observation(o.at, 400, max(0.0, o.available - 100), excess=max(0.0, 100 - o.available))
        for o in before[:60]
    ]
    assert run_out([*smaller, *bought]) == run_out(before)


def test_the_weekly_shape_moves_the_date_off_the_weekend() -> None:
    """All growth is on Wednesdays: 2.5 Wednesdays' worth is free, so it ends on the third."""
    wednesdays = [o.at.weekday() == 2 for o in daily(120, lambda _: 0)]
    found = run_out(daily(120, lambda day: 200 + 4 * sum(wednesdays[: day + 1]), total=278))
    assert found.median is not None
    assert found.median.weekday() in {2, 3}


def test_the_horizon_cuts_the_dates_off() -> None:
    """What lies beyond the horizon is None, and the probability counts only what lies within."""
    found = run_out(daily(120, wobbly(1, start=280)), horizon=30)
    assert (found.median, found.earliest, found.horizon_days) == (None, None, 30)
    assert found.probability_within_horizon < 0.05


def test_the_weekly_shape_is_learned_and_starts_anew_each_week() -> None:
    """Seven more on Mondays than on other days; a shape adds nothing over a week."""
    first = date(2026, 1, 5)  # a Monday
    days = (first + timedelta(days=n) for n in range(70))
    shape = weekly_shape([Change(day, 1, 7.0 * (day.weekday() == 0)) for day in days])
    assert shape[0] == max(shape) == pytest.approx(6 * 10 / 14)
    assert sum(shape) == pytest.approx(0)
    ahead = shape_ahead(first - timedelta(days=1), shape)
    assert ahead[0] == 0
    assert ahead[1] == pytest.approx(shape[0])
