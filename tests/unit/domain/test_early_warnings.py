"""Early warnings: when they come, and that they don't come otherwise."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.collection_warnings import collection_missing
from shared.domain.early_warnings import (
    EarlyWarning,
    Finding,
    Remark,
    Thresholds,
    WarningKind,
    days_until,
)
from shared.domain.expiry_warnings import (
    certificate_finding,
    secret_findings,
    server_license_finding,
)
from shared.domain.forecast.model import NotEnoughHistory, RunOut
from shared.domain.model import ServerLicense
from shared.domain.pool_warnings import pool_findings, running_out
from shared.domain.pools import Pool, PoolName, Unit
from tests.unit.build import NOW, days_ago

DEFAULTS = Thresholds()
OFF = Thresholds(None, None, None, None, None, None, None, None, None)
TODAY = NOW.date()


def a_pool(
    available: float | None,
    total: float | None = 100,
    *,
    unit: Unit = Unit.LICENSES,
    excess: float | None = 0,
) -> Pool:
    """The professional pool with these counts."""
    return Pool(PoolName.PROFESSIONAL, unit, total=total, available=available, excess=excess)


def kinds(pool: Pool, thresholds: Thresholds = DEFAULTS) -> list[WarningKind]:
    """The kinds of warnings about this pool, which must all be warnings."""
    found = list(pool_findings([pool], thresholds))
    return [one.kind for one in found if isinstance(one, EarlyWarning)]


def warning(found: Finding | None) -> EarlyWarning:
    """The finding, which must be a warning."""
    assert isinstance(found, EarlyWarning)
    return found


def a_forecast(
    median: int | None, earliest: int | None = None, latest: int | None = None
) -> RunOut:
    """A forecast with dates in that many days."""
    return RunOut(in_days(median), in_days(earliest), in_days(latest), 0.9, 365, 1.5, 0, 90, 0, {})


def in_days(days: int | None) -> date | None:
    """The day in that many days."""
    return None if days is None else TODAY + timedelta(days=days)


@pytest.mark.parametrize(("available", "low"), [(11, False), (10, True), (0, True)])
def test_a_pool_is_low_at_its_percentage(available: int, low: bool) -> None:
    """Ten percent or less of the total is low."""
    assert (kinds(a_pool(available)) == [WarningKind.POOL_LOW]) is low


@pytest.mark.parametrize(("available", "low"), [(6, False), (5, True)])
def test_a_pool_is_low_at_its_count(available: int, low: bool) -> None:
    """A count works with the percentage switched off."""
    thresholds = Thresholds(pool_low_percent=None, pool_low_count=5)
    assert (kinds(a_pool(available), thresholds) == [WarningKind.POOL_LOW]) is low


def test_a_count_of_licenses_says_nothing_of_minutes() -> None:
    """Five minutes are not five licenses."""
    thresholds = Thresholds(pool_low_percent=None, pool_low_count=5)
    assert kinds(a_pool(3, 7, unit=Unit.MINUTES), thresholds) == []


def test_zero_warns_only_when_nothing_is_left() -> None:
    """A threshold of 0 is not switched off."""
    thresholds = Thresholds(pool_low_percent=None, pool_low_count=0)
    assert kinds(a_pool(0), thresholds) == [WarningKind.POOL_LOW]
    assert kinds(a_pool(1), thresholds) == []


def test_the_warning_of_a_low_pool_has_the_numbers() -> None:
    """What is available, of how many, in percent; and what to do."""
    found = warning(next(pool_findings([a_pool(4)], DEFAULTS)))
    assert found.subject == "professional"
    assert found.figures == {"available": 4, "total": 100, "percent_available": 4.0}
    assert "Of 100 licenses of the pool professional, 4 (4.0 %) are available" in found.sentence


@pytest.mark.parametrize(
    "pool",
    [
        a_pool(None),
        a_pool(0, None),
        a_pool(0, 0),
        Pool(PoolName.TOKENS, Unit.TOKENS, enabled=False),
    ],
)
def test_unknown_empty_or_disabled_pools_are_not_low(pool: Pool) -> None:
    """A pool without licenses or without numbers does not cry for ever."""
    assert list(pool_findings([pool], DEFAULTS)) == []


def test_an_unreadable_pool_is_a_remark_and_the_others_are_still_looked_at() -> None:
    """One pool's rubbish hides no other's warning."""
    bad = Pool(PoolName.ANALYZER, Unit.LICENSES, unreadable="total is -1")
    first, second = pool_findings([bad, a_pool(1)], DEFAULTS)
    assert first == Remark("analyzer", "total is -1")
    assert warning(second).kind is WarningKind.POOL_LOW


def test_excess_is_warned_of_even_without_a_total() -> None:
    """More allocated than the license has: their users may lose access."""
    found = warning(next(pool_findings([a_pool(0, 0, excess=3)], OFF)))
    assert (found.kind, found.figures) == (WarningKind.POOL_EXCESS, {"excess": 3})


@pytest.mark.parametrize(("days", "warns"), [(0, True), (30, True), (31, False), (None, False)])
def test_running_out_is_warned_of_by_the_median(days: int | None, warns: bool) -> None:
    """The date that is as likely too early as too late decides."""
    found = running_out(PoolName.ANALYZER, a_forecast(days, 1), DEFAULTS, NOW)
    assert (found is not None) is warns


def test_running_out_tells_the_interval() -> None:
    """The sentence and the figures have the error bars; a date beyond the horizon has none."""
    found = warning(running_out(PoolName.ANALYZER, a_forecast(20, 9), DEFAULTS, NOW))
    assert found.figures == {"days_median": 20.0, "days_earliest": 9.0}
    assert "by 2026-12-12 (80 %: from 2026-12-01 to not within 365 days)" in found.sentence


def test_a_pool_that_is_empty_is_called_empty() -> None:
    """No interval of one day."""
    found = warning(running_out(PoolName.ANALYZER, a_forecast(0, 0, 0), DEFAULTS, NOW))
    assert "is empty, or will be on 2026-11-22" in found.sentence


def test_no_history_is_a_remark_and_no_all_clear() -> None:
    """It says that it is not known, and why."""
    found = running_out(PoolName.TOKENS, NotEnoughHistory("Only 3 days.", {}), DEFAULTS, NOW)
    assert found == Remark("tokens", "When the pool tokens runs out is not known. Only 3 days.")


@pytest.mark.parametrize(
    ("license_", "kind", "days"),
    [
        (ServerLicense(TODAY + timedelta(days=60), expired=False), "expiring", 60.0),
        (ServerLicense(TODAY, expired=False), "expiring", 0.0),
        (ServerLicense(TODAY - timedelta(days=2), expired=None), "expired", -2.0),
        (ServerLicense(TODAY + timedelta(days=9), expired=True), "expired", 9.0),
    ],
)
def test_server_license_is_warned_of_with_its_days(
    license_: ServerLicense, kind: str, days: float
) -> None:
    """Days are negative after the expiry, and QRS's own word that it expired counts."""
    found = warning(server_license_finding(license_, DEFAULTS, NOW))
    assert (found.kind, found.figures) == (f"server_license.{kind}", {"days": days})
    assert "-" not in found.sentence.split(", ")[0]


def test_a_server_license_that_lasts_is_no_finding() -> None:
    """61 days are more than 60."""
    license_ = ServerLicense(TODAY + timedelta(days=61), expired=False)
    assert server_license_finding(license_, DEFAULTS, NOW) is None


@pytest.mark.parametrize("license_", [None, ServerLicense(None, None), ServerLicense(None, False)])
def test_an_unknown_expiry_is_a_remark(license_: ServerLicense | None) -> None:
    """No license, or one whose date can't be read: no warning, and no silence either."""
    assert isinstance(server_license_finding(license_, DEFAULTS, NOW), Remark)


def test_an_expired_license_without_a_date_has_no_days() -> None:
    """QRS says expired, and no number is made up."""
    found = warning(server_license_finding(ServerLicense(None, expired=True), DEFAULTS, NOW))
    assert (found.kind, found.figures) == (WarningKind.SERVER_LICENSE_EXPIRED, {})


@pytest.mark.parametrize(
    ("ahead", "words"), [(30.0, "expires in 30.0 days"), (-1.5, "expired 1.5 days ago")]
)
def test_certificates_are_warned_of_before_and_after(ahead: float, words: str) -> None:
    """The words fit the side of the date."""
    found = warning(certificate_finding(days_ago(-ahead), DEFAULTS, NOW))
    assert words in found.sentence
    assert (found.subject, found.figures["days"]) == ("client_certificate", ahead)


def test_a_certificate_that_lasts_is_no_finding_and_an_unknown_one_a_remark() -> None:
    """Just over 30 days are enough."""
    assert certificate_finding(days_ago(-30.1), DEFAULTS, NOW) is None
    assert isinstance(certificate_finding(None, DEFAULTS, NOW), Remark)


def test_secrets_are_warned_of_by_name_and_those_without_a_date_are_not() -> None:
    """A vault need not say when a secret expires."""
    expiries = {"pfx": days_ago(-5), "token": None, "jwt": days_ago(1), "late": days_ago(-99)}
    found = list(secret_findings(expiries, DEFAULTS, NOW))
    assert [(one.kind, one.subject) for one in found] == [
        (WarningKind.SECRET_EXPIRING, "jwt"),
        (WarningKind.SECRET_EXPIRING, "pfx"),
    ]


@pytest.mark.parametrize(
    ("hours", "thresholds", "missing"),
    [
        (12, Thresholds(), False),
        (12.1, Thresholds(), True),
        (5, Thresholds(missing_hours=4), True),
        (13, Thresholds(missing_hours=48), True),
        (13, Thresholds(missing_periods=None, missing_hours=24), False),
        (9999, Thresholds(missing_periods=None), False),
    ],
)
def test_collections_are_missed_after_two_periods_or_the_hours(
    hours: float, thresholds: Thresholds, missing: bool
) -> None:
    """The shorter of both limits counts, and both can be switched off."""
    found = collection_missing(NOW - timedelta(hours=hours), timedelta(hours=6), thresholds, NOW)
    assert (found is not None) is missing
    if found:
        assert warning(found).figures["hours"] == hours


def test_no_collection_yet_and_one_of_the_future_are_remarks() -> None:
    """Neither is a warning: the first may be due in an hour, the second is a clock's fault."""
    for last_good in (None, NOW + timedelta(hours=1)):
        found = collection_missing(last_good, timedelta(hours=6), DEFAULTS, NOW)
        assert isinstance(found, Remark)


def test_a_period_of_nothing_leaves_the_hours() -> None:
    """A schedule that can't be read does not make every collection missing."""
    assert collection_missing(days_ago(1), timedelta(0), DEFAULTS, NOW) is None


def test_every_rule_can_be_switched_off() -> None:
    """None means that the rule does not speak, not even in remarks."""
    assert list(pool_findings([a_pool(0)], OFF)) == []
    assert running_out(PoolName.ANALYZER, a_forecast(0), OFF, NOW) is None
    assert server_license_finding(None, OFF, NOW) is None
    assert certificate_finding(None, OFF, NOW) is None
    assert list(secret_findings({"a": days_ago(9)}, OFF, NOW)) == []
    assert collection_missing(None, timedelta(hours=6), OFF, NOW) is None


moments = st.builds(lambda hours: NOW + timedelta(hours=hours), st.floats(-500_000, 500_000))


@given(moments, moments, st.integers(0, 400))
def test_expiry_is_warned_of_exactly_within_the_days(
    expires_at: datetime, now: datetime, within: int
) -> None:
    """Whenever it is: a warning if and only if the days are used up, with the true number."""
    found = certificate_finding(expires_at, Thresholds(certificate_days=within), now)
    assert (found is not None) is (expires_at - now <= timedelta(days=within))
    if found:
        days = warning(found).figures["days"]
        assert timedelta(days=days) == pytest.approx(expires_at - now, abs=timedelta(seconds=1))


@given(st.dates(date(1971, 1, 1), date(2199, 1, 1)), moments)
def test_days_to_a_date_are_whole_and_change_sign_after_it(day: date, now: datetime) -> None:
    """The day itself is 0, the day before 1, the day after -1, at any hour."""
    assert now.date() + timedelta(days=days_until(day, now)) == day


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 100))
def test_less_available_never_silences_a_warning(
    available: float, less: float, percent: float
) -> None:
    """What is low stays low when it gets lower."""
    thresholds = Thresholds(pool_low_percent=percent)
    lower = min(available, less)
    if kinds(a_pool(available, 1000), thresholds):
        assert kinds(a_pool(lower, 1000), thresholds)
