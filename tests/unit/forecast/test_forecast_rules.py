"""What holds for every history, however strange."""

from datetime import date, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast import NotEnoughHistory, Observation, RunOut, forecast_run_out
from tests.unit.forecast.histories import NOW, TODAY, daily, run_out

NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(0, 300).map(float),
)
ANY_READING = st.builds(
    Observation,
    at=st.integers(-500 * 24, 48).map(lambda hours: NOW + timedelta(hours=hours)),
    total=NUMBERS,
    available=NUMBERS,
    released_by_us=NUMBERS,
    quarantined=NUMBERS,
    excess=NUMBERS,
)
DAILY_CHANGES = st.lists(st.integers(-20, 20), min_size=14, max_size=90)
FREE = st.integers(1, 800)


def _history(changes: list[int], free: int) -> list[Observation]:
    """Demand that changes so from day to day, in a pool that has `free` left in the end."""
    allocated = [2000 + change for change in accumulate(changes)]
    most = max(allocated) + 1
    return daily(len(changes), lambda day: allocated[day], total=max(allocated[-1] + free, most))


@given(st.lists(ANY_READING, max_size=60), st.integers(1, 3650), st.booleans())
def test_any_readings_give_a_forecast_or_a_reason(
    readings: list[Observation], horizon: int, renews: bool
) -> None:
    """Rubbish raises nothing, and what comes out is one of the two answers."""
    found = forecast_run_out(readings, NOW, horizon, renews_monthly=renews)
    assert isinstance(found, RunOut) or found.why


@given(st.lists(NUMBERS, min_size=14, max_size=60), st.floats(0, 1e12))
def test_wild_numbers_that_could_be_true_give_dates_in_order(
    shares: list[float], total: float
) -> None:
    """Pools of any size, filled in any way."""
    history = daily(len(shares), lambda day: total - min(abs(shares[day]), total), total)
    found = forecast_run_out(history, NOW)
    if isinstance(found, NotEnoughHistory):
        return
    dates = [TODAY, *(d or date.max for d in (found.earliest, found.median, found.latest))]
    assert dates == sorted(dates)


@given(DAILY_CHANGES, FREE, st.integers(1, 400))
def test_dates_lie_in_order_within_the_horizon(changes: list[int], free: int, horizon: int) -> None:
    """Today <= earliest <= median <= latest <= today + horizon, where None is later than all."""
    found = run_out(_history(changes, free), horizon)
    end = TODAY + timedelta(days=horizon)
    dates = [d or date.max for d in (found.earliest, found.median, found.latest)]
    assert [TODAY, *dates] == sorted([TODAY, *dates])
    assert all(d <= end or d == date.max for d in dates)
    assert (found.latest is not None) == (found.probability_within_horizon > 0.9)


@given(DAILY_CHANGES, FREE)
def test_the_same_history_gives_the_same_forecast(changes: list[int], free: int) -> None:
    """There are no dice: a repeated run says the same."""
    assert run_out(_history(changes, free)) == run_out(_history(changes, free))


@given(DAILY_CHANGES, FREE, st.integers(1, 400))
def test_a_larger_reserve_never_ends_earlier(changes: list[int], free: int, more: int) -> None:
    """The same demand with more licenses: no date comes earlier."""
    small = _history(changes, free)
    large = [Observation(o.at, o.total + more, o.available + more) for o in small]
    before, after = run_out(small), run_out(large)
    # What counts as a jump depends a little on the size of the pool.
    if before.one_off_changes == after.one_off_changes == 0:
        assert (before.median or date.max) <= (after.median or date.max)
        assert (before.earliest or date.max) <= (after.earliest or date.max)
        assert (before.latest or date.max) <= (after.latest or date.max)


@given(DAILY_CHANGES, FREE, st.lists(st.integers(0, 9), min_size=90, max_size=90))
def test_releases_by_us_change_nothing_but_what_is_free_now(
    changes: list[int], free: int, releases: list[int]
) -> None:
    """The trend is the one that the pool would have had without the app."""
    plain = _history(changes, free)
    given_back = list(accumulate(releases))
    released = [
        Observation(o.at, o.total + 1000, o.available + 1000 + n, released_by_us=n)
        for o, n in zip(plain, given_back, strict=False)
    ]
    without = [Observation(o.at, o.total + 1000, o.available + 1000) for o in plain]
    assert run_out(released).trend_per_day == run_out(without).trend_per_day
