"""The benchmark at work in small: it measures what it says it measures. No times are asserted."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from bench.performance.__main__ import report
from bench.performance.cases import GOAL_DELAY_MS, Case, all_cases
from bench.performance.cold_start import ColdStart, measure_cold_start
from bench.performance.figures import Cost, Measured, quickest
from bench.performance.goals import check_goals
from bench.performance.measuring import Bench
from bench.performance.plot import growth_plot

SMALL = Case(150, 1, release=30, sample=0, plans=2, rounds=2)
COLD = ColdStart((0.3, 0.4, 0.5), (0.2, 0.2, 0.3))


async def test_all_ways_do_the_same_work_and_are_counted() -> None:
    """App, selections, usual way and floor release the same licenses; else it raises."""
    with Bench.start(SMALL) as bench:
        measured = await bench.measure()
    assert measured.released == 30
    assert measured.plan.requests <= 10
    assert measured.usual_plan.requests > measured.released
    deletes = "DELETE /qrs/license/{type}accesstype/{id}"
    assert measured.release.routes[deletes] == measured.usual_release.routes[deletes] == 30
    assert deletes not in measured.selection.routes
    assert measured.selection.requests < measured.release.requests
    assert measured.floor_release.routes["DELETE"] == 30
    for cost in (measured.plan, measured.release, measured.selection):
        assert cost.peak_mb > 20
    assert not measured.usual_plan.estimated


async def test_a_sample_stands_for_all() -> None:
    """With a sample the usual way makes few requests, and its figures are marked as estimates."""
    with Bench.start(replace(SMALL, sample=5, rounds=1)) as bench:
        measured = await bench.measure()
    assert measured.usual_release.estimated
    assert measured.usual_release.requests == 30


async def test_the_empty_app_has_the_same_triggers() -> None:
    """Cold starts are compared with an app that differs in nothing but its code; else it raises."""
    cold = await measure_cold_start(runs=1)
    assert (len(cold.ours), len(cold.empty)) == (1, 1)


def test_the_table_has_all_sizes_and_delays() -> None:
    """1,000 to 100,000 users, 0 to 100 ms; the goals are never held against an estimate."""
    cases = all_cases()
    assert len(cases) == 9
    assert [case.sample for case in cases if case.is_goal] == [0]


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"plan": Cost(0.7, 0.5, 11)}, "requests of a plan"),
        ({"plan": Cost(0.71, 0.5, 4)}, "plan: times faster"),
        ({"usual_release": Cost(-0.1, 2, 2000)}, "release of 2,000: times faster"),
        ({"release": Cost(8.0, 5, 2200)}, "times the floor's time"),
        ({"selection": Cost(2, 1, 401)}, "requests a license with the selection"),
        ({"selection": Cost(3.8, 1, 150)}, "release by selections: times faster"),
        ({"first_plan": Cost(0.7, 0.5, 4, peak_mb=351)}, "peak memory"),
    ],
)
def test_a_missed_goal_is_seen(change: dict[str, Cost], about: str) -> None:
    """Each goal fails on figures just beyond it, and on nothing else."""
    assert all(goal.holds for goal in check_goals([GOOD], COLD))
    missed = [goal for goal in check_goals([_changed(change)], COLD) if not goal.holds]
    assert len(missed) == 1
    assert about in missed[0].about


def _changed(costs: dict[str, Cost]) -> Measured:
    return replace(GOOD, **costs)  # type: ignore[arg-type]  # by name


def test_a_slow_cold_start_is_seen() -> None:
    """Both limits: seconds, and times the empty app."""
    missed = [g for g in check_goals([GOOD], ColdStart((0.61,), (0.3,))) if not g.holds]
    assert len(missed) == 2


def test_growth_beyond_the_size_is_seen() -> None:
    """Ten times the licenses in twenty times the time is not linear."""
    large = replace(GOOD, licensed=100_000, licenses=100_000, plan=Cost(14, 10, 4))
    assert [g.holds for g in check_goals([GOOD, large], COLD) if "time a license" in g.about] == [
        False
    ]


def test_tables_and_plot_can_be_made() -> None:
    """Every table has its heading, and the plot is an SVG with every line."""
    results = [GOOD, replace(GOOD, licensed=100_000, licenses=101_000)]
    text = report(results, COLD, check_goals(results, COLD), "two cores")
    assert text.startswith("### Goals\n\n|")
    assert text.count("\n\n### ") == 5
    svg = ET.fromstring(growth_plot(results, GOAL_DELAY_MS))  # noqa: S314 - our own
    assert len(svg.findall(".//{*}polyline")) == 7


GOOD = Measured(
    licensed=10_000,
    delay_ms=20,
    licenses=10_100,
    released=2_000,
    first_plan=Cost(0.7, 0.6, 4, peak_mb=110),
    plan=Cost(0.5, 0.4, 4, peak_mb=110),
    release=Cost(7, 5, 2_200, {"DELETE /qrs/x": 2_000}, 120),
    selection=Cost(2, 1, 150, {}, 120),
    usual_plan=Cost(70, 3, 3_000, {"GET /qrs/user/{id}": 3_000}),
    usual_release=Cost(40, 2, 2_000, {"DELETE /qrs/x": 2_000}),
    floor_plan=Cost(0.2, 0.01, 4),
    floor_release=Cost(6, 0.2, 2_060),
)


def test_the_quickest_of_some_rounds_counts() -> None:
    """By wall time, whatever it cost otherwise."""
    costs = [Cost(seconds, 9 - seconds, number) for number, seconds in enumerate((3.0, 1.0, 2.0))]
    assert quickest(costs) is costs[1]
