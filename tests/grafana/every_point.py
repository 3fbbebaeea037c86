"""A point of every kind that the app writes, made by the functions that make them in production."""

from datetime import timedelta

from shared.domain.forecast.model import RunOut
from shared.domain.holder_survey import holders
from shared.domain.holders import HolderQuestion
from shared.domain.leases.lease_points import cal_points, lease_points, machine_points
from shared.domain.leases.model import Lease
from shared.domain.leases.survey import survey
from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    ServerLicense,
    TokenAccess,
    UsageSnapshot,
)
from shared.domain.own_points import (
    expiry_points,
    forecast_points,
    holder_points,
    plan_points,
    pool_points,
)
from shared.domain.plan import Plan, PlanStatus, Reason
from shared.domain.points import Point, release_point, usage_points
from shared.domain.pools import PoolName, pools_of
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_pool, a_user, days_ago
from tests.unit.leases.build import FARM, JOHN, a_cal, a_config, hours_ago

SITE = "Qlik Sense Köln"
TAGS = {"site": SITE}
TODAY = NOW.date()
OVERVIEW = AccessTypeOverview(
    {PROFESSIONAL: a_pool(80, available=20), ANALYZER: a_pool(95, available=5)},
    analyzer_capacity=AnalyzerCapacity(True, 6000, 90, 6),
    user_access=TokenAccess(True, 1, 10, 7, quarantined_tokens=2),
    login_access=TokenAccess(True, 0.1, 3, 1, unavailable_tokens=1),
    tokens_enabled=True,
    total_tokens=20,
    available_tokens=8,
)
LICENSE = ServerLicense(TODAY + timedelta(days=32), expired=False)


def every_point() -> list[Point]:
    """All of them, at NOW."""
    return [*_usage(), *_releases(), *_leases()]


def _usage() -> list[Point]:
    median, earliest, latest = (TODAY + timedelta(days=days) for days in (40, 12, 90))
    run_out = RunOut(median, earliest, latest, 0.7, 365, 1.5, 0, 90, 0, {})
    users = [a_user(n, properties=[("Department", "IT")]) for n in range(1, 4)]
    rows = {
        license_type: [a_license(n, license_type=license_type) for n in range(1, 4)]
        for license_type in (ANALYZER, PROFESSIONAL)
    }
    question = HolderQuestion(NOW, owners=[users[0].id], property_name="Department")
    found = holders(rows, {user.id: user for user in users}, question)
    return [
        *usage_points(UsageSnapshot(SITE, NOW, OVERVIEW, LICENSE, "31.55.0.0"), {}),
        *pool_points(pools_of(OVERVIEW), TAGS, NOW),
        *forecast_points({PoolName.PROFESSIONAL: run_out, PoolName.ANALYZER: run_out}, TAGS, NOW),
        *holder_points(found, TAGS, NOW),
        *expiry_points(LICENSE, days_ago(-100), {"qlik-jwt": days_ago(-10)}, TAGS, NOW),
    ]


def _releases() -> list[Point]:
    counts = {ANALYZER: {Reason.UNUSED: 3, Reason.IN_GRACE: 2}, PROFESSIONAL: {Reason.UNUSED: 1}}
    plan = Plan("p1", SITE, NOW, NOW, PlanStatus.DRY_RUN, "", counts)
    return [
        *plan_points(plan, TAGS),
        release_point(
            site=SITE,
            license_type=ANALYZER.value,
            account="LAB\\user1",
            days_since_last_use=100,
            released_at=NOW,
            static_tags={},
        ),
    ]


def _leases() -> list[Point]:
    leases = [
        Lease(JOHN, machine, days_ago(3), hours_ago(2), None) for machine in ("CTX01", "NB-7")
    ]
    config = a_config(leases, [a_cal(), a_cal("ACME\\ann")], limit=90, assigned=2)
    surveys = [survey(config, FARM, NOW)]
    return [
        *cal_points(surveys, TAGS, NOW),
        *machine_points(surveys, TAGS, NOW, personal_names=False),
        *lease_points(surveys, TAGS, NOW, personal_names=False),
    ]
