"""Charts as geometry."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.report.line_chart import draw, table_rows
from shared.adapters.report.scales import time_ticks, value_ticks
from shared.domain.report.series import Band, Mark, Meaning, Series, TimeChart, bars

START = datetime(2026, 1, 30, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def a_chart(*values: float | None, labelled: bool = False) -> TimeChart:
    """One reading an hour."""
    points = tuple((START + place * HOUR, value) for place, value in enumerate(values))
    return TimeChart("c", "C", "s", "u", (Series("s", Meaning.MAIN, points),), labelled=labelled)


def numbers(path: str) -> list[float]:
    """The coordinates of a path."""
    return [float(text) for text in re.findall(r"-?[\d.]+", path)]


@given(st.floats(0, 1e9))
def test_the_scale_goes_to_a_round_number_that_is_not_below_the_top(top: float) -> None:
    """In few, equal, whole steps."""
    ticks = [tick.at for tick in value_ticks(top)]
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-9)
    assert 2 <= len(ticks) <= 6
    assert all(tick == int(tick) for tick in ticks)


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=8000)))
def test_times_are_marked_within_the_chart_in_order_and_not_too_densely(
    first: datetime, span: timedelta
) -> None:
    """Whatever the span."""
    ticks = [tick.at for tick in time_ticks(first, first + span, 6)]
    assert ticks == sorted(set(ticks))
    assert all(first <= at <= first + span for at in ticks)
    assert len(ticks) <= 8


def test_days_and_months_are_named_as_people_name_them() -> None:
    """A year is named where it begins."""
    days = [tick.label for tick in time_ticks(START, START + timedelta(days=3), 4)]
    assert days == ["31 Jan", "1 Feb", "2 Feb"]
    months = [t.label for t in time_ticks(START, START + timedelta(days=400), 8)]
    assert "Jan 2027" in months


@given(
    st.lists(st.none() | st.floats(0, 1e6), min_size=2, max_size=50).filter(
        lambda values: sum(value is not None for value in values) >= 2
    )
)
def test_lines_stay_within_the_plot(values: list[float | None]) -> None:
    """And a value that is missing breaks them."""
    drawing = draw(a_chart(*values), 720, 230)
    found = numbers(drawing.lines[0].path)
    assert all(drawing.left - 0.1 <= x <= drawing.right + 0.1 for x in found[::2])
    assert all(drawing.top - 0.1 <= y <= drawing.bottom + 0.1 for y in found[1::2])
    runs = sum(
        value is not None and (place == 0 or values[place - 1] is None)
        for place, value in enumerate(values)
    )
    assert drawing.lines[0].path.count("M") == runs


def test_a_band_is_closed_and_a_mark_stays_readable_at_the_edge() -> None:
    """Its words go to the left where the right has no room."""
    end = START + 9 * HOUR
    chart = TimeChart(
        "c",
        "C",
        "s",
        "u",
        a_chart(*range(10)).series,
        band=Band("b", ((START, 1, 2), (end, 0, 5))),
        marks=(Mark(START, "first", Meaning.DANGER), Mark(end, "last", Meaning.DANGER)),
    )
    drawing = draw(chart, 720, 230)
    assert drawing.band.endswith("Z")
    assert [mark.anchor for mark in drawing.marks] == ["start", "end"]


@pytest.mark.parametrize("count", [2, 12])
def test_names_at_the_ends_of_lines_do_not_touch(count: int) -> None:
    """Though the lines end at the same height."""
    series = tuple(
        Series(f"machine {n}", Meaning.OTHER, ((START, 1.0), (START + HOUR, 0.0)))
        for n in range(count)
    )
    drawing = draw(TimeChart("c", "C", "s", "u", series, labelled=True), 720, 230)
    heights = sorted(label.y for label in drawing.labels)
    assert all(b - a >= 12.9 for a, b in pairwise(heights))
    assert heights[0] > 0
    assert heights[-1] <= drawing.bottom + 5


def test_the_values_can_be_read_and_the_last_is_always_there() -> None:
    """Of many moments some are left out."""
    chart = a_chart(*(float(n) for n in range(1000)))
    rows = table_rows(chart)
    assert len(rows) <= 60
    assert rows[-1] == (f"{START + 999 * HOUR:%Y-%m-%d %H:%M}", ("999",))
    assert table_rows(a_chart(None, 1.25))[-1][1] == ("1.2",)


def test_bars_share_one_scale() -> None:
    """The longest is whole; nothing at all is no division by zero."""
    made = bars(
        [
            ("a", [("x", Meaning.MAIN, 1.0), ("y", Meaning.OTHER, 3.0)], "4"),
            ("b", [("x", Meaning.MAIN, 2.0)], "2"),
        ]
    )
    assert [sum(part.share for part in bar.parts) for bar in made] == [1.0, 0.5]
    assert bars([("a", [("x", Meaning.MAIN, 0.0)], "0")])[0].parts[0].share == 0
