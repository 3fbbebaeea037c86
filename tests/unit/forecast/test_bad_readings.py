"""Histories that are not clean: holes, spikes, rubbish, duplicates, clocks that jump."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import inf, nan

import pytest

from shared.domain.forecast import Dropped, NotEnoughHistory, Observation, forecast_run_out
from tests.unit.forecast.histories import NOW, daily, days_ahead, refused, run_out, wobbly

GROWTH = daily(120, wobbly(1, start=280))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"available": nan}, Dropped.NOT_A_NUMBER),
        ({"released_by_us": inf}, Dropped.NOT_A_NUMBER),
        ({"total": 1e15}, Dropped.TOO_LARGE),
        ({"available": -1}, Dropped.NEGATIVE),
        ({"available": 501}, Dropped.MORE_AVAILABLE_THAN_TOTAL),
        ({"at": NOW + timedelta(days=3)}, Dropped.IN_THE_FUTURE),
    ],
)
def test_a_reading_that_cannot_be_true_is_dropped_and_counted(
    wrong: dict[str, float], reason: Dropped
) -> None:
    """The forecast is that of the other readings."""
    found = run_out([*GROWTH, replace(GROWTH[50], **wrong)])  # type: ignore[arg-type]
    assert found.dropped == {reason: 1}
    assert replace(found, dropped={}) == run_out(GROWTH)


def test_a_spike_is_dropped_and_counted() -> None:
    """One reading said that nobody had a license; the next one was right again."""
    found = run_out([*GROWTH[:70], replace(GROWTH[70], available=500), *GROWTH[71:]])
    assert found.dropped == {Dropped.SPIKE: 1}
    assert days_ahead(found.median) == pytest.approx(days_ahead(run_out(GROWTH).median), abs=3)


def test_order_and_duplicates_do_not_matter() -> None:
    """A clock that jumped back and a tick that was stored twice leave the forecast as it is."""
    assert run_out([*reversed(GROWTH), *GROWTH[30:60]]) == run_out(GROWTH)


def test_four_readings_a_day_and_one_say_the_same() -> None:
    """Thinning a day to its last reading changes nothing."""
    earlier = [replace(o, at=o.at - timedelta(hours=h)) for o in GROWTH for h in (6, 12, 18)]
    assert run_out([*earlier, *GROWTH]) == run_out(GROWTH)


def test_weekly_readings_and_holes_leave_the_date_about_where_it_was() -> None:
    """History that is thinned to a row a week, with a hole of twelve days."""
    thinned = [*GROWTH[:90:7], *GROWTH[102:]]
    found = run_out(thinned)
    assert days_ahead(found.median) == pytest.approx(days_ahead(run_out(GROWTH).median), abs=8)


def test_what_lies_before_long_holes_is_left_out() -> None:
    """The app was off for most of the time: the readings since then are history enough."""
    old = [replace(o, at=o.at - timedelta(days=200)) for o in daily(20, wobbly(9))]
    assert run_out([*old, *GROWTH[-30:]]) == run_out(GROWTH[-30:])


@pytest.mark.parametrize(
    ("history", "why"),
    [
        ([], "no usable reading"),
        (GROWTH[-13:], "readings of 13 days"),
        ([*GROWTH[:40], *GROWTH[-5:]], "readings of 5 days"),
        (GROWTH[:-15], "15 days old"),
        (daily(60, lambda _: 0, total=0), "no licenses"),
        (daily(60, lambda day: 500 if day < 55 else 450), "Only 4 days"),
    ],
)
def test_too_little_history_is_refused_with_the_reason(
    history: list[Observation], why: str
) -> None:
    """No guess: nothing, too few days, mostly holes, an old end, no pool, a pool always empty."""
    assert why in refused(history).why


def test_a_time_without_a_zone_is_an_error() -> None:
    """A naive time could be off by hours; that is the caller's bug."""
    with pytest.raises(ValueError, match="time zone"):
        forecast_run_out([Observation(datetime(2026, 1, 1), 5, 5)], NOW)  # noqa: DTZ001


@pytest.mark.parametrize("horizon", [0, -5, 3651])
def test_a_horizon_out_of_range_is_an_error(horizon: int) -> None:
    """The message names the range."""
    with pytest.raises(ValueError, match="1 to 3650 days"):
        forecast_run_out(GROWTH, NOW, horizon)


def test_refusals_count_what_was_dropped_too() -> None:
    """Whoever asks why there is no forecast sees that the readings were rubbish."""
    found = refused([replace(o, available=-5) for o in GROWTH])
    assert found == NotEnoughHistory("There is no usable reading yet.", {Dropped.NEGATIVE: 120})
