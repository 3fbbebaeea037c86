"""How far the site's clock is from ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.qrs.server_clock import ServerClock, http_date

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
_WAITS = st.timedeltas(timedelta(0), timedelta(seconds=90))


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def test_nothing_is_known_before_the_first_answer() -> None:
    """None is not zero."""
    assert ServerClock().difference() is None


@pytest.mark.parametrize("header", [None, "", "soon", "12:00", "Thu, 32 Jan 2026 12:00:00 GMT"])
def test_an_answer_without_a_readable_date_tells_nothing(header: str | None) -> None:
    """Neither an error nor a guess, and what was known before stays."""
    clock = ServerClock()
    clock.note(header, NOW, NOW)
    assert clock.difference() is None
    clock.note(_date(NOW + timedelta(minutes=5)), NOW, NOW)
    clock.note(header, NOW, NOW)
    assert clock.difference() == timedelta(minutes=5)


@given(ahead=st.timedeltas(-timedelta(days=1), timedelta(days=1)), there=_WAITS, back=_WAITS)
def test_the_difference_is_never_overstated(
    ahead: timedelta, there: timedelta, back: timedelta
) -> None:
    """It has the right sign, and falls short of the truth by a second and the round trip at most.

    A Date header is rounded down to the second, and nobody knows when in between it was written.
    """
    clock = ServerClock()
    told = (NOW + there + ahead).replace(microsecond=0)
    clock.note(_date(told), NOW, NOW + there + back)
    found = clock.difference()
    assert found is not None
    assert abs(found) <= abs(ahead)
    assert found * ahead.total_seconds() >= timedelta(0)
    assert abs(ahead - found) <= SECOND + there + back


def test_equal_clocks_differ_by_nothing() -> None:
    """Whatever the round trip and the part of a second."""
    clock = ServerClock()
    sent = NOW + timedelta(milliseconds=900)
    clock.note(_date(NOW), sent, sent)
    assert clock.difference() == timedelta(0)


def test_a_quick_answer_counts_more_than_a_slow_one() -> None:
    """A list that took a minute says little about the time."""
    clock = ServerClock()
    clock.note(_date(NOW + 40 * SECOND), NOW, NOW + SECOND)
    clock.note(_date(NOW + 70 * SECOND), NOW, NOW + 60 * SECOND)
    assert clock.difference() == 39 * SECOND


def test_a_clock_that_was_set_right_is_believed_after_a_few_answers() -> None:
    """Only the latest answers count."""
    clock = ServerClock()
    clock.note(_date(NOW + timedelta(hours=1)), NOW, NOW)
    for _ in range(4):
        clock.note(_date(NOW), NOW, NOW + SECOND)
    assert clock.difference() == timedelta(0)


def test_our_own_clock_set_back_in_between_tells_nothing() -> None:
    """An answer that came before it was asked for is no measure."""
    clock = ServerClock()
    clock.note(_date(NOW), NOW, NOW - SECOND)
    assert clock.difference() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 01 Jan 2026 12:00:00 GMT", NOW),
        ("Thu, 01 Jan 2026 14:00:00 +0200", NOW),
        ("Thu, 01 Jan 2026 12:00:00 -0000", NOW),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("", None),
    ],
)
def test_http_dates_are_read_in_utc(text: str, expected: datetime | None) -> None:
    """With any offset; out of range is as good as unreadable."""
    assert http_date(text) == expected
