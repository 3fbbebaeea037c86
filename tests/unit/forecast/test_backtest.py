"""The backtest, scaled down: it runs, its table is whole, and the goals hold with room to spare."""

from dataclasses import replace

import pytest

from bench.forecast.cases import Case, cases
from bench.forecast.demand import FUTURE_DAYS, SHAPES
from bench.forecast.references import last_change, last_value, straight_line
from bench.forecast.score import Scored, scored, summary
from bench.forecast.table import missed_goals, table
from tests.unit.forecast.histories import NOW, daily


@pytest.fixture(scope="module")
def results() -> list[Scored]:
    """A set of 72 cases."""
    return [scored(case) for case in cases(range(4), histories=(90, 250, 400), noises=(0.3,))]


def test_the_table_has_a_line_for_each_shape_and_the_set(results: list[Scored]) -> None:
    """Two lines of head, the shapes, three lengths of history, one noise, three for the set."""
    lines = table(results).splitlines()
    assert len(lines) == 2 + len(SHAPES) + 3 + 1 + 3
    assert all(any(f"| {shape} | 12 |" in line for line in lines) for shape in SHAPES)
    assert len({line.count("|") for line in lines}) == 1


def test_the_forecast_beats_the_references(results: list[Scored]) -> None:
    """Smaller median error than each of them."""
    ours, *references = summary(results).median_errors
    assert ours < min(references)


def test_a_missed_goal_is_named(results: list[Scored]) -> None:
    """A forecast that is never right misses everything."""
    worse = [replace(r, errors=(999.0, *r.errors[1:]), covered=False) for r in results]
    missed = missed_goals(worse)
    assert any("straight line" in line for line in missed)
    assert any("covers 0 %" in line for line in missed)


def test_cases_repeat_and_differ_by_seed() -> None:
    """Same seed, same case; the tables can be reproduced."""
    one, again, other = (next(iter(cases([seed]))) for seed in (1, 1, 2))
    assert one == again
    assert one.observations != other.observations


def test_the_truth_is_the_first_day_without_a_free_license() -> None:
    """It lies in the simulated half year, or is None."""
    truths = [case.truth for case in cases(range(3), histories=(60,))]
    assert any(truth is None for truth in truths)
    assert all(truth is None or 1 <= truth <= FUTURE_DAYS for truth in truths)


def test_the_references_do_what_they_say() -> None:
    """100 free, one less each day: lines meet zero in 100 days, the last value never does."""
    case = Case("line", 60, 0, daily(60, lambda day: 341 + day), NOW, None)
    assert last_value(case) is None
    assert last_change(case) == pytest.approx(100)
    assert straight_line(case) == pytest.approx(100)


def test_the_straight_line_on_demand_knows_our_releases() -> None:
    """`available` stands still because the app gives back one license a day."""
    level = daily(60, lambda _: 400)
    ours = [replace(o, released_by_us=day) for day, o in enumerate(level)]
    case = Case("released", 60, 0, ours, NOW, None)
    assert straight_line(case) is None
    assert straight_line(case, without_our_releases=True) == pytest.approx(100)
