"""Time series points: Butler's three measurements with its names, tags and float fields.

Source: design.md "InfluxDB measurements" and Azure facts E. Only pools that the site has enabled
are written, as Butler does. Every point also carries the tag `site`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    TokenAccess,
    UsageSnapshot,
)

LICENSE = "qlik_sense_license"
LICENSE_RELEASE = "qlik_sense_license_release"
SERVER_LICENSE = "qlik_sense_server_license"
# Of all our points, also those of `own_points`: a static tag must not override them.
RESERVED_TAGS = frozenset(
    {"site", "license_type", "user", "pool", "group", "value", "subject", "action", "reason"}
)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a measurement; numbers are always floats, for Butler's field types stay."""

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, float | bool | str]
    time: datetime


def usage_points(snapshot: UsageSnapshot, static_tags: Mapping[str, str]) -> list[Point]:
    """The points of one collection: a point per enabled pool, and the server license."""
    tags = {**static_tags, "site": snapshot.site}
    points = [
        Point(LICENSE, {**tags, "license_type": license_type}, fields, snapshot.taken_at)
        for license_type, fields in _pool_fields(snapshot.overview)
        if fields
    ]
    server_fields = _server_license_fields(snapshot)
    if server_fields:
        points.append(Point(SERVER_LICENSE, tags, server_fields, snapshot.taken_at))
    return points


def release_point(
    *,
    site: str,
    license_type: str,
    account: str,
    days_since_last_use: float,
    released_at: datetime,
    static_tags: Mapping[str, str],
) -> Point:
    """The point of one released license; the same release always gives the same point."""
    tags = {**static_tags, "site": site, "license_type": license_type, "user": account}
    return Point(
        LICENSE_RELEASE, tags, {"days_since_last_use": float(days_since_last_use)}, released_at
    )


def _pool_fields(overview: AccessTypeOverview) -> Iterator[tuple[str, dict[str, float]]]:
    for license_type, pool in overview.pools.items():
        if pool.enabled:
            yield license_type.value, _license_pool_fields(pool)
    capacity, user, login = overview.analyzer_capacity, overview.user_access, overview.login_access
    if capacity and capacity.enabled:
        yield "analyzer_capacity", _capacity_fields(capacity)
    if login and login.enabled:
        yield "token_login", _token_fields(login)
    if user and user.enabled:
        yield "token_user", _token_fields(user)
    if overview.tokens_enabled:
        tokens = {
            "available_tokens": overview.available_tokens,
            "total_tokens": overview.total_tokens,
        }
        yield "tokens_available", _known(tokens)


def _license_pool_fields(pool: LicensePool) -> dict[str, float]:
    names = ("allocated", "available", "excess", "quarantined", "total", "used")
    return {name: float(getattr(pool, name)) for name in names}


def _capacity_fields(capacity: AnalyzerCapacity) -> dict[str, float]:
    names = ("allocated_minutes", "unavailable_minutes", "used_minutes")
    return {name: float(getattr(capacity, name)) for name in names}


def _token_fields(access: TokenAccess) -> dict[str, float]:
    names = (
        "allocated_tokens",
        "quarantined_tokens",
        "token_cost",
        "unavailable_tokens",
        "used_tokens",
    )
    return _known({name: getattr(access, name) for name in names})


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}


def _server_license_fields(snapshot: UsageSnapshot) -> dict[str, float | bool | str]:
    # What is not known is left out: a wrong number on a dashboard is worse than a gap.
    if snapshot.server_license is None:
        return {}
    today = snapshot.taken_at.date()
    fields: dict[str, float | bool | str] = {}
    expired = snapshot.server_license.has_expired(today)
    days = snapshot.server_license.days_until_expiry(today)
    if expired is not None:
        fields["license_expired"] = expired
    if snapshot.server_license.expiry is not None:
        fields["expiry_date"] = snapshot.server_license.expiry.isoformat()
    if days is not None:
        fields["days_until_expiry"] = float(days)
    return fields
