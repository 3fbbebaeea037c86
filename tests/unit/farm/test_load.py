"""How even a load is, measured."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.farm.load import LoadMeter
from tests.unit.farm.farms import HOUR, NOW, servers


def test_session_hours_and_ratios_are_what_a_pencil_says() -> None:
    """Two servers: one session on the first for 4 hours, one on the second for the last 2."""
    meter = LoadMeter.starting(servers(2), NOW)
    meter.change("CTX1", 1, NOW)
    meter.change("CTX2", 1, NOW + 2 * HOUR)
    meter.change("CTX1", -1, NOW + 4 * HOUR)
    meter.change("CTX2", -1, NOW + 4 * HOUR)
    load = meter.result()
    assert load.hours == {"CTX1": 4.0, "CTX2": 2.0}
    assert load.hours_ratio == pytest.approx(4 / 3)
    assert (load.in_use.hours, load.in_use.ratio) == (2.0, 1.0)  # two sessions on two servers
    assert (load.busy.hours, load.busy.ratio, load.busy.p95, load.busy.peak) == (4.0, 1.5, 2.0, 2.0)
    assert load.busy.least == 1.5  # one session can't be spread
    assert load.peak_sessions == 1


def test_weights_are_capacities() -> None:
    """Twice the sessions on a server of twice the weight are an even load."""
    meter = LoadMeter.starting(servers(2, 1.0, 2.0), NOW)
    for name, sessions in (("CTX1", 2), ("CTX2", 4)):
        for _ in range(sessions):
            meter.change(name, 1, NOW)
    meter.move(NOW + HOUR)
    load = meter.result()
    assert load.hours == {"CTX1": 2.0, "CTX2": 4.0}
    assert (load.hours_ratio, load.busy.ratio, load.busy.least) == (1.0, 1.0, 1.0)


def test_the_chart_has_a_row_per_hour() -> None:
    """Mean sessions of each server; empty hours between are rows too, around them none."""
    meter = LoadMeter.starting(servers(2), NOW)
    for start, end in ((1.5, 2.0), (4.0, 5.0)):
        meter.change("CTX1", 1, NOW + start * HOUR)
        meter.change("CTX1", -1, NOW + end * HOUR)
    meter.move(NOW + 9 * HOUR)
    rows = meter.result().hourly
    assert [row.at for row in rows] == [NOW + n * HOUR for n in (1, 2, 3, 4)]
    assert [row.sessions["CTX1"] for row in rows] == [0.5, 0.0, 0.0, 1.0]


def test_nothing_at_all_is_even() -> None:
    """A farm on which nobody works divides by nothing."""
    load = LoadMeter.starting(servers(3), NOW).result()
    assert (load.hours_ratio, load.busy.ratio, load.in_use.hours, load.hourly) == (
        1.0,
        1.0,
        0.0,
        (),
    )


def test_a_server_outside_the_farm_is_not_measured() -> None:
    """Sessions on a drained server run out."""
    meter = LoadMeter.starting(servers(2), NOW, {"CTX1": 1, "OLD": 3})
    meter.change("OLD", -1, NOW + HOUR)
    meter.move(NOW + HOUR)
    assert meter.result().hours == {"CTX1": 1.0, "CTX2": 0.0}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0, 100), st.floats(0.001, 30)),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([(), (1.0, 2.0, 0.5, 3.0)]),
)
def test_what_is_measured_adds_up(
    sessions: list[tuple[int, float, float]], weights: tuple[float, ...]
) -> None:
    """Session-hours, hourly rows; no ratio is below the least possible, nor below 1."""
    meter = LoadMeter.starting(servers(4, *weights), NOW)
    events = [(start, 1, server) for server, start, _ in sessions]
    events += [(start + length, -1, server) for server, start, length in sessions]
    for at, by, server in sorted(events):
        meter.change(f"CTX{server + 1}", by, NOW + timedelta(hours=at))
        assert min(meter.running.values()) >= 0
    load = meter.result()
    total = sum(length for _, _, length in sessions)
    assert sum(load.hours.values()) == pytest.approx(total, abs=1e-4)
    charted = sum(sum(row.sessions.values()) for row in load.hourly)
    assert charted == pytest.approx(total, abs=1e-4)
    for over_time in (load.busy, load.in_use):
        assert 1 - 1e-9 <= over_time.least <= over_time.ratio + 1e-9
        assert over_time.ratio <= over_time.peak + 1e-9
        assert over_time.p95 <= over_time.peak


def test_busy_is_half_of_the_busiest_moment() -> None:
    """Four sessions on one server for an hour, then two, then one: that one is left out."""
    meter = LoadMeter.starting(servers(2), NOW)
    for _ in range(4):
        meter.change("CTX1", 1, NOW)
    for at, by in ((1, -2), (2, -1), (5, -1)):
        for _ in range(-by):
            meter.change("CTX1", -1, NOW + at * HOUR)
    load = meter.result()
    assert (load.busy.hours, load.in_use.hours, load.hours["CTX1"]) == (2.0, 2.0, 9.0)
    assert load.peak_sessions == 4
