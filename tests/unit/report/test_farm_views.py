"""A farm simulation in the report."""

import pytest

from shared.adapters.report import render_farm_page
from shared.domain.report.farm_views import farm_view
from shared.domain.report.series import Meaning
from tests.unit.report.build import farm_results

RESULTS = farm_results()


def test_placements_are_compared_by_refusals_and_by_load() -> None:
    """Affinity refuses nobody, and one server is loaded four times the mean of four."""
    view = farm_view(RESULTS)
    assert view
    assert [row.name for row in view.rows] == [
        "free load balancing",
        "one server for everybody",
        "two-server affinity",
    ]
    assert view.rows[2].refused == ("0 (0 users)", "0 (0 users)")
    assert view.ratios[1].shown == "4.00"
    for refused, reading in zip(view.refused, RESULTS[0].refusals.values(), strict=True):
        assert refused[0].shown == f"{len(reading.refused)} of {RESULTS[0].starts}"


def test_loads_are_on_one_scale_and_the_fullest_server_stands_out() -> None:
    """Else the charts could not be compared."""
    view = farm_view(RESULTS)
    assert view
    assert len({chart.top for chart in view.charts}) == 1
    for chart, result in zip(view.charts, RESULTS, strict=True):
        hours = result.load.hours
        assert [one.name for one in chart.series if one.meaning is Meaning.MAIN] == [
            max(hours, key=lambda name: hours[name])
        ]


def test_a_week_at_most_is_drawn() -> None:
    """30 days of hours would be a comb."""
    view = farm_view(farm_results(users=6, days=21))
    assert view
    assert all(len(one.points) <= 7 * 24 for chart in view.charts for one in chart.series)


def test_the_page_stands_alone_and_escapes_what_it_is_told() -> None:
    """A title may come from a file name."""
    html = render_farm_page(RESULTS, title="<b>Farm</b>", about="a & b", made_at="today")
    assert "&lt;b&gt;Farm" in html
    assert "a &amp; b" in html
    assert "two-server affinity" in html


def test_no_results_are_no_page() -> None:
    """An empty comparison would be read as a good one."""
    with pytest.raises(ValueError, match="at least one placement"):
        render_farm_page([])
    assert farm_view([]) is None
