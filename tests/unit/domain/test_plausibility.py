"""What was read completely and is still not believed."""

from datetime import timedelta

import pytest

from shared.domain.model import AccessLicense
from shared.domain.plausibility import Believable, Doubt, doubts
from tests.unit.build import ANALYZER, NOW, a_license, days_ago, guid

BELIEVABLE = Believable(max_population_change_percent=25, stale_usage_days=14)


def reasons(
    rows: list[AccessLicense],
    expected: range | None = None,
    clock_difference: timedelta | None = None,
) -> list[str]:
    """The reasons against these licenses."""
    expectations = {ANALYZER: expected} if expected else {}
    found = doubts({ANALYZER: rows}, expectations, clock_difference, BELIEVABLE, NOW)
    return [doubt.reason for doubt in found]


def used(count: int, days: float = 1) -> list[AccessLicense]:
    """That many licenses, the newest used that many days ago."""
    return [a_license(n, last_used=days_ago(days + n)) for n in range(count)]


@pytest.mark.parametrize(
    ("found", "believed"), [(200, True), (150, True), (149, False), (250, True), (251, False)]
)
def test_a_population_that_jumps_is_not_believed(found: int, believed: bool) -> None:
    """A quarter more or less than the last plan saw is the most."""
    assert (reasons(used(found), range(200, 201)) == []) is believed


def test_licenses_that_we_released_are_no_jump() -> None:
    """From 200 we released 120, some of which may still be in quarantine."""
    assert reasons(used(80), range(80, 201)) == []
    assert reasons(used(200), range(80, 201)) == []
    assert reasons(used(29), range(80, 201)) == ["population_jump"]


def test_zero_percent_believes_no_change_at_all() -> None:
    """Zero means none, here as everywhere."""
    strict = Believable(max_population_change_percent=0, stale_usage_days=14)
    found = doubts({ANALYZER: used(9)}, {ANALYZER: range(10, 11)}, None, strict, NOW)
    assert [doubt.reason for doubt in found] == ["population_jump"]


def test_small_sites_may_change_a_lot() -> None:
    """Five licenses instead of ten are no jump."""
    assert reasons(used(5), range(10, 11)) == []


@pytest.mark.parametrize(("days", "believed"), [(13.9, True), (14, False), (400, False)])
def test_a_site_that_nobody_uses_is_not_believed(days: float, believed: bool) -> None:
    """When every last use is old, QRS is probably not recording use."""
    assert (reasons(used(30, days)) == []) is believed


def test_twenty_licenses_are_enough_to_be_doubted() -> None:
    """From there on, no use at all means that use is not recorded."""
    assert reasons(used(20, 400)) == ["stale_usage"]


@pytest.mark.parametrize(("found", "believed"), [(20, True), (21, False)])
def test_a_small_site_may_grow_by_twenty_at_most(found: int, believed: bool) -> None:
    """From nothing to 21 is a jump at any size; a percentage of it is rounded down."""
    assert (reasons(used(found), range(1)) == []) is believed
    assert (reasons(used(found + 81), range(81, 82)) == []) is believed


def test_what_is_as_expected_is_believed_even_where_no_change_is() -> None:
    """Zero percent allows no difference, and no difference is none."""
    strict = Believable(max_population_change_percent=0, stale_usage_days=14)
    assert list(doubts({ANALYZER: used(10)}, {ANALYZER: range(10, 11)}, None, strict, NOW)) == []


def test_each_doubt_tells_its_numbers_and_where_to_turn() -> None:
    """A sentence that an operator can act upon."""
    told = {d.reason: d.sentence for d in _all_doubts()}
    assert told["population_jump"] == (
        "there are 25 analyzer licenses, and after the last plan 90 to 100 were expected (a change"
        " of 25 is believed; see LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT)"
    )
    assert told["stale_usage"] == (
        "none of 25 licenses was used since 2026-11-02 02:30 UTC, so QRS may not be recording use"
        " (see LICENSE_RELEASE__STALE_USAGE_DAYS)"
    )
    assert told["clocks_disagree"] == (
        "the clock of the Qlik Sense server is -360 s off this app's clock; synchronize it with a"
        " time server"
    )
    future = list(
        doubts({ANALYZER: [a_license(last_used=days_ago(-1))]}, {}, None, BELIEVABLE, NOW)
    )
    assert [doubt.sentence for doubt in future] == [
        (
            f"1 licenses were last used in the future, the first {guid(1)} at"
            " 2026-11-23 02:30:00+00:00; the server's clock was or is wrong"
        )
    ]


def _all_doubts() -> list[Doubt]:
    expected, behind = {ANALYZER: range(90, 101)}, timedelta(minutes=-6)
    return list(doubts({ANALYZER: used(25, 20)}, expected, behind, BELIEVABLE, NOW))


def test_a_use_just_ahead_of_our_clock_is_believed() -> None:
    """Clocks agree to five minutes, here too."""
    ahead = NOW + timedelta(minutes=5)
    assert reasons([a_license(last_used=ahead)]) == []
    assert reasons([a_license(last_used=ahead + timedelta(seconds=1))]) == ["use_in_the_future"]


def test_a_small_site_may_rest() -> None:
    """Nineteen people can be on holiday."""
    assert reasons(used(19, 400)) == []


def test_never_used_licenses_say_nothing_about_recording() -> None:
    """Only licenses that were used at all count."""
    assert reasons([a_license(n, last_used=None) for n in range(50)]) == []


@pytest.mark.parametrize(("minutes", "believed"), [(5, True), (-5, True), (6, False), (-6, False)])
def test_clocks_must_agree(minutes: int, believed: bool) -> None:
    """Thresholds mean nothing when the server's clock is wrong."""
    assert (reasons(used(1), None, timedelta(minutes=minutes)) == []) is believed


def test_use_in_the_future_is_not_believed() -> None:
    """A last use ahead of our clock tells that some clock was wrong."""
    assert reasons([a_license(last_used=days_ago(-1))]) == ["use_in_the_future"]
