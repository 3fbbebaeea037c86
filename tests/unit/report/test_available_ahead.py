"""What is available on the days to come, beside when it runs out."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast import available_ahead
from tests.unit.forecast.histories import NOW, daily, run_out, wobbly


@given(per_day=st.floats(0.2, 6), start=st.integers(100, 420))
def test_each_share_reaches_zero_on_its_run_out_date(per_day: float, start: int) -> None:
    """The band and the dates are of the same futures, so they never disagree by more than a step.

    Days are drawn one by one for four weeks and then by the week. The last week may reach beyond
    the horizon, where there is no date any more.
    """
    readings = daily(60, wobbly(per_day / 3, start - 60 * per_day / 3))
    ahead = available_ahead(readings, NOW)
    forecast = run_out(readings)
    for date, name in (
        (forecast.earliest, "low"),
        (forecast.median, "median"),
        (forecast.latest, "high"),
    ):
        empty = next((row.day for row in ahead if getattr(row, name) <= 0), None)
        if date is None:
            assert empty in (None, ahead[-1].day)
        else:
            assert empty is not None
            assert timedelta(0) <= empty - date <= timedelta(days=7)


@given(per_day=st.floats(-2, 6))
def test_the_band_holds_the_median_and_never_goes_below_zero(per_day: float) -> None:
    """Whatever the trend."""
    for row in available_ahead(daily(40, wobbly(per_day)), NOW):
        assert 0 <= row.low <= row.median <= row.high


def test_without_a_forecast_there_is_nothing_ahead() -> None:
    """Too little history, or nothing available now."""
    assert available_ahead(daily(5, wobbly(1)), NOW) == ()
    assert available_ahead(daily(40, lambda day: 500), NOW) == ()
