"""The points that a snapshot and a release become: Butler's names, tags and float fields."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    ServerLicense,
    TokenAccess,
    UsageSnapshot,
)
from shared.domain.points import Point, release_point, usage_points

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
POOL = LicensePool(
    enabled=True, total=100, allocated=80, used=60, quarantined=5, excess=0, available=15
)
CAPACITY = AnalyzerCapacity(
    enabled=True, allocated_minutes=6000, used_minutes=90, unavailable_minutes=6
)
USER_ACCESS = TokenAccess(
    enabled=True, token_cost=1, allocated_tokens=10, used_tokens=7, quarantined_tokens=2
)
LOGIN_ACCESS = TokenAccess(
    enabled=True, token_cost=0.1, allocated_tokens=3, used_tokens=1, unavailable_tokens=1
)
EVERYTHING = AccessTypeOverview(
    pools={LicenseType.PROFESSIONAL: POOL, LicenseType.ANALYZER: replace(POOL, total=7)},
    analyzer_capacity=CAPACITY,
    user_access=USER_ACCESS,
    login_access=LOGIN_ACCESS,
    tokens_enabled=True,
    total_tokens=20,
    available_tokens=8,
)
LICENSE = ServerLicense(expiry=date(2026, 12, 24), expired=False)
SITE = "Qlik Sense Köln"

# Butler's fields (Azure facts E), by its tag `license_type`.
BUTLERS_FIELDS = {
    "analyzer": {"allocated", "available", "excess", "quarantined", "total", "used"},
    "professional": {"allocated", "available", "excess", "quarantined", "total", "used"},
    "analyzer_capacity": {"allocated_minutes", "unavailable_minutes", "used_minutes"},
    "token_login": {"allocated_tokens", "token_cost", "unavailable_tokens", "used_tokens"},
    "token_user": {"allocated_tokens", "quarantined_tokens", "token_cost", "used_tokens"},
    "tokens_available": {"available_tokens", "total_tokens"},
}


def snapshot(
    overview: AccessTypeOverview, server_license: ServerLicense | None = LICENSE
) -> UsageSnapshot:
    """A snapshot of a site at NOW."""
    return UsageSnapshot(SITE, NOW, overview, server_license, "31.55.0.0")


def by_license_type(points: list[Point]) -> dict[str, Point]:
    """The `qlik_sense_license` points by their `license_type`."""
    license_points = [p for p in points if p.measurement == "qlik_sense_license"]
    found = {p.tags["license_type"]: p for p in license_points}
    assert len(found) == len(license_points)
    return found


def server_license_fields(license_of_site: ServerLicense | None) -> dict[str, object] | None:
    """The fields of the server license's point; None when there is no such point."""
    points = usage_points(snapshot(AccessTypeOverview(), license_of_site), {})
    found = [p for p in points if p.measurement == "qlik_sense_server_license"]
    return dict(found[0].fields) if found else None


def test_every_enabled_pool_is_a_point_with_butlers_fields() -> None:
    """Each pool of the overview is one point with exactly the fields that Butler writes."""
    points = by_license_type(usage_points(snapshot(EVERYTHING), {}))
    assert {name: set(point.fields) for name, point in points.items()} == BUTLERS_FIELDS


def test_fields_carry_the_counts_of_their_own_pool() -> None:
    """No count lands under another's name."""
    points = by_license_type(usage_points(snapshot(EVERYTHING), {}))
    assert points["professional"].fields == {
        "total": 100, "allocated": 80, "used": 60, "quarantined": 5, "excess": 0, "available": 15,
    }  # fmt: skip
    assert points["analyzer"].fields["total"] == 7
    assert points["analyzer_capacity"].fields == {
        "allocated_minutes": 6000, "used_minutes": 90, "unavailable_minutes": 6,
    }  # fmt: skip
    assert points["token_user"].fields == {
        "allocated_tokens": 10, "quarantined_tokens": 2, "token_cost": 1, "used_tokens": 7,
    }  # fmt: skip
    assert points["token_login"].fields == {
        "allocated_tokens": 3, "unavailable_tokens": 1, "token_cost": 0.1, "used_tokens": 1,
    }  # fmt: skip
    assert points["tokens_available"].fields == {"available_tokens": 8, "total_tokens": 20}


def test_pools_that_are_not_enabled_are_not_written() -> None:
    """A site without tokens, capacity or analyzer licenses gets no points of zeros for them."""
    off = AccessTypeOverview(
        pools={LicenseType.PROFESSIONAL: POOL, LicenseType.ANALYZER: replace(POOL, enabled=False)},
        analyzer_capacity=replace(CAPACITY, enabled=False),
        user_access=replace(USER_ACCESS, enabled=False),
        login_access=replace(LOGIN_ACCESS, enabled=False),
        tokens_enabled=False,
        total_tokens=0,
        available_tokens=0,
    )
    assert set(by_license_type(usage_points(snapshot(off), {}))) == {"professional"}


def test_what_the_site_does_not_send_is_not_written() -> None:
    """An overview without a part has no point for it, and none at all when it is empty."""
    assert usage_points(snapshot(AccessTypeOverview(), None), {}) == []


def test_every_point_bears_the_site_the_static_tags_and_the_time() -> None:
    """The site's tag and the static tags are on every point, all of the snapshot's time."""
    points = usage_points(snapshot(EVERYTHING), {"env": "prod", "site": "another"})
    assert len(points) == 7
    for point in points:
        assert point.tags["site"] == SITE
        assert point.tags["env"] == "prod"
        assert point.time == NOW


def test_server_license_has_butlers_fields_and_types() -> None:
    """The server license's point has a truth value, a date as text and days as a float."""
    assert server_license_fields(LICENSE) == {
        "license_expired": False, "expiry_date": "2026-12-24", "days_until_expiry": 32.0,
    }  # fmt: skip


def test_days_until_expiry_are_negative_after_it() -> None:
    """An expired license counts below zero, where Butler counts up again."""
    fields = server_license_fields(ServerLicense(date(2026, 11, 20), None))
    assert fields == {
        "license_expired": True, "expiry_date": "2026-11-20", "days_until_expiry": -2.0,
    }  # fmt: skip


def test_unknown_expiry_leaves_its_fields_out() -> None:
    """A date that could not be read makes no field, and without any field there is no point."""
    assert server_license_fields(ServerLicense(None, expired=True)) == {"license_expired": True}
    assert server_license_fields(ServerLicense(None, None)) is None


@pytest.mark.parametrize("account", ["CORP\\anna", "CORP\\", ""])
def test_release_point_names_type_and_account(account: str) -> None:
    """A release is Butler's measurement with the license type, the account and the idle days."""
    point = release_point(
        site=SITE,
        license_type="analyzer",
        account=account,
        days_since_last_use=31,
        released_at=NOW,
        static_tags={"env": "prod", "user": "somebody"},
    )
    assert point == Point(
        "qlik_sense_license_release",
        {"site": SITE, "license_type": "analyzer", "user": account, "env": "prod"},
        {"days_since_last_use": 31.0},
        NOW,
    )
    assert type(point.fields["days_since_last_use"]) is float


@given(
    account=st.text(),
    days=st.floats(0, 5000) | st.integers(0, 5000),
    released_at=st.datetimes(timezones=st.just(UTC)),
    tags=st.dictionaries(st.text(min_size=1), st.text()),
)
def test_the_same_release_always_gives_the_same_point(
    account: str, days: float, released_at: datetime, tags: dict[str, str]
) -> None:
    """A release that is recorded twice overwrites itself: same tags, same time, same field."""
    first, second = (
        release_point(
            site=SITE,
            license_type="professional",
            account=account,
            days_since_last_use=days,
            released_at=released_at,
            static_tags=given_tags,
        )
        for given_tags in (tags, dict(reversed(tags.items())))
    )
    assert first == second


counts = st.integers(0, 10**7)
pools = st.builds(LicensePool, st.booleans(), *[counts] * 6)
overviews = st.builds(
    AccessTypeOverview,
    pools=st.dictionaries(st.sampled_from(LicenseType), pools),
    analyzer_capacity=st.none() | st.builds(AnalyzerCapacity, st.booleans(), *[counts] * 3),
    user_access=st.none() | st.builds(TokenAccess, st.booleans(), *[counts] * 4),
    login_access=st.none() | st.builds(TokenAccess, st.booleans(), *[counts] * 3),
    tokens_enabled=st.booleans(),
    total_tokens=st.none() | counts,
    available_tokens=st.none() | counts,
)
server_licenses = st.none() | st.builds(
    ServerLicense, st.none() | st.dates(), st.none() | st.booleans()
)


@given(overviews, server_licenses, st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_points_can_always_be_written_side_by_side(
    overview: AccessTypeOverview, server_license: ServerLicense | None, later: timedelta
) -> None:
    """Whatever the site says: fields never change type, and no point is empty or hides another."""
    taken_at = NOW + later
    points = usage_points(UsageSnapshot(SITE, taken_at, overview, server_license, ""), {"a": "b"})
    series = [(p.measurement, frozenset(p.tags.items()), p.time) for p in points]
    assert len(series) == len(set(series))
    types = {"license_expired": bool, "expiry_date": str}
    for point in points:
        assert point.fields
        for name, value in point.fields.items():
            assert type(value) is types.get(name, float)
