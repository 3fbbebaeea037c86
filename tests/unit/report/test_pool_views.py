"""Pools in the report."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.early_warnings import Thresholds
from shared.domain.model import AccessTypeOverview, LicensePool, UsageSnapshot
from shared.domain.report.facts import ReportFacts
from shared.domain.report.pool_views import Level, PoolView, pool_views
from tests.unit.build import NOW, PROFESSIONAL
from tests.unit.report.build import quiet, snapshots


def professional(facts: ReportFacts) -> PoolView:
    """The view of the professional pool."""
    return next(view for view in pool_views(facts) if view.name == "Professional")


def with_pool(pool: LicensePool) -> ReportFacts:
    """A site with one collection that saw this pool."""
    overview = AccessTypeOverview({PROFESSIONAL: pool})
    return quiet(history=[UsageSnapshot("Lab", NOW, overview, None, "1")])


def test_the_chart_goes_on_from_now_as_the_forecast() -> None:
    """The band starts at what is available, and its lower edge ends at zero."""
    view = professional(quiet())
    chart = view.chart
    assert chart
    assert chart.band
    expected, history = chart.series
    assert expected.points[0] == history.points[-1]
    assert chart.band.points[0][1:] == (history.last, history.last)
    assert all(low <= high for _, low, high in chart.band.points)
    assert chart.band.points[-1][1] == 0
    assert view.runs_out in chart.marks[0].label


def test_a_pool_stands_as_its_worst_trouble() -> None:
    """Overdrawn and empty are worse than low."""
    pool = LicensePool(True, 100, 50, 0, 0, 0, 50)
    found = {
        professional(with_pool(each)).status: professional(with_pool(each)).level
        for each in (
            pool,
            replace(pool, allocated=95, available=5),
            replace(pool, allocated=100, available=0),
            replace(pool, allocated=103, available=0, excess=3),
            replace(pool, allocated=-1),
        )
    }
    assert found == {
        "fine": Level.FINE,
        "low": Level.WARNING,
        "empty": Level.DANGER,
        "overdrawn": Level.DANGER,
        "can't be read": Level.WARNING,
    }


def test_running_out_soon_is_by_the_threshold_of_the_early_warning() -> None:
    """And can be switched off by it."""
    off = Thresholds(pool_low_percent=None)
    facts = quiet(thresholds=off)
    assert professional(facts).status == "runs out soon"
    assert professional(replace(facts, thresholds=replace(off, run_out_days=None))).status == "fine"


def test_without_history_there_is_no_chart_to_draw_and_no_forecast() -> None:
    """One reading is no line."""
    view = professional(with_pool(LicensePool(True, 100, 50, 0, 0, 0, 50)))
    assert view.chart
    assert view.chart.empty
    assert view.forecast.startswith("Not enough history")
    assert pool_views(quiet(history=[])) == ()


def test_a_pool_that_is_not_enabled_is_not_shown() -> None:
    """It has no numbers."""
    assert pool_views(with_pool(LicensePool(False, 0, 0, 0, 0, 0, 0))) == ()


def test_old_history_is_left_out_and_a_day_has_one_point() -> None:
    """400 days would hide the last weeks."""
    chart = professional(quiet(history=snapshots(300))).chart
    assert chart
    history = chart.series[-1].points
    assert history[0][0] >= NOW - timedelta(days=180)
    assert len({at.date() for at, _ in history}) == len(history)
