"""The points under names of our own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.line_protocol import to_line
from shared.domain.forecast.model import Forecast, NotEnoughHistory, RunOut
from shared.domain.holder_survey import holders
from shared.domain.holders import Counted, Group, GroupKind, HolderQuestion, TypeHolders
from shared.domain.model import AccessTypeOverview, ServerLicense
from shared.domain.own_points import (
    OTHER,
    expiry_points,
    forecast_points,
    holder_points,
    plan_points,
    pool_points,
)
from shared.domain.plan import Plan, PlanStatus, Reason
from shared.domain.points import RESERVED_TAGS, Point
from shared.domain.pools import Pool, PoolName, Unit, pools_of
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_pool, a_user, days_ago

TAGS = {"site": "Qlik Sense Köln", "env": "prod"}
TODAY = NOW.date()


def check(points: Sequence[Point]) -> None:
    """What holds for all points: tags, float fields, no two alike, and they can be written."""
    series = [(p.measurement, frozenset(p.tags.items()), p.time) for p in points]
    assert len(series) == len(set(series))
    for point in points:
        assert point.measurement.startswith("qlik_license_")
        assert TAGS.items() <= point.tags.items()
        assert set(point.tags) - set(TAGS) <= RESERVED_TAGS
        assert point.fields
        assert all(type(value) is float for value in point.fields.values())
        to_line(point)


def test_pool_points_have_the_counts_that_are_known() -> None:
    """A pool is a point; what is unknown, not enabled or unreadable is left out."""
    pools = [
        *pools_of(AccessTypeOverview({PROFESSIONAL: a_pool(80, available=20)})),
        Pool(PoolName.TOKEN_USER, Unit.TOKENS, allocated=10, used=7),
        Pool(PoolName.TOKEN_LOGIN, Unit.TOKENS, enabled=False),
        Pool(PoolName.ANALYZER, Unit.LICENSES, unreadable="total is -1"),
        Pool(PoolName.TOKENS, Unit.TOKENS),
    ]
    points = pool_points(pools, TAGS, NOW)
    check(points)
    assert [(p.measurement, p.tags["pool"], dict(p.fields)) for p in points] == [
        (
            "qlik_license_pool",
            "professional",
            {
                "total": 100.0,
                "available": 20.0,
                "allocated": 80.0,
                "used": 0.0,
                "percent_available": 20.0,
            },
        ),
        ("qlik_license_pool", "token_user", {"allocated": 10.0, "used": 7.0}),
    ]


def test_forecast_points_leave_out_what_lies_beyond() -> None:
    """Days are whole floats; no history makes no point, no date makes no field."""
    run_out = RunOut(
        TODAY + timedelta(days=40), TODAY + timedelta(days=12), None, 0.7, 365, 1.5, 0, 90, 0, {}
    )
    forecasts: dict[PoolName, Forecast] = {
        PoolName.ANALYZER: run_out,
        PoolName.TOKENS: NotEnoughHistory("Only 3 days.", {}),
    }
    points = forecast_points(forecasts, TAGS, NOW)
    check(points)
    assert points == [
        Point(
            "qlik_license_forecast",
            {**TAGS, "pool": "analyzer"},
            {
                "days_until_run_out_median": 40.0,
                "days_until_run_out_earliest": 12.0,
                "probability": 0.7,
                "trend_per_day": 1.5,
            },
            NOW,
        )
    ]


def a_survey(values: Sequence[str]) -> tuple[TypeHolders, ...]:
    """The holders of a site where user n has the n-th department."""
    users = [a_user(n, properties=[("Department", v)]) for n, v in enumerate(values, 1)]
    rows = [a_license(n) for n in range(1, len(values) + 1)]
    question = HolderQuestion(NOW, property_name="Department")
    return holders({ANALYZER: rows}, {user.id: user for user in users}, question)


def departments(points: Sequence[Point]) -> dict[str, object]:
    """How many hold a license, by department."""
    found = [p for p in points if p.tags["group"] == "custom_property"]
    return {p.tags["value"]: p.fields["holders"] for p in found}


def test_holder_points_are_of_all_directories_and_property_values() -> None:
    """One point a group; what was not asked has no field."""
    points = holder_points(a_survey(["IT", "IT", ""]), TAGS, NOW)
    check(points)
    assert [(p.tags["group"], p.tags["value"], p.fields["holders"]) for p in points] == [
        ("all", "all", 3.0),
        ("user_directory", "LAB", 3.0),
        ("custom_property", "IT", 2.0),
        ("custom_property", "(none)", 1.0),
    ]
    assert set(points[0].fields) == set(Counted) - {Counted.OWNS_NOTHING}


def test_only_the_largest_groups_are_named() -> None:
    """The rest is summed up, together with a department that is really called (other)."""
    values = ["A"] * 4 + ["B"] * 3 + ["C"] * 2 + [OTHER] * 5 + ["D"]
    points = holder_points(a_survey(values), TAGS, NOW, most_groups=2)
    check(points)
    assert departments(points) == {"A": 4.0, "B": 3.0, OTHER: 8.0}


def test_values_that_can_be_no_tags_are_written_as_near_as_possible() -> None:
    """No line break or last backslash; values that become the same are one point."""
    values = ["R&D\\", "R&D", "a\nb", "a b", "\\", "\ud800"]
    points = holder_points(a_survey(values), TAGS, NOW)
    check(points)
    assert departments(points) == {"R&D": 2.0, "a b": 2.0, "(none)": 2.0}


def test_expiry_points_are_of_what_is_known() -> None:
    """Whole days for the license, fractions for moments, negative after the expiry."""
    license_ = ServerLicense(TODAY - timedelta(days=2), expired=True)
    secrets = {"qlik-client-pfx": days_ago(-10.5), "token": None}
    points = expiry_points(license_, days_ago(0.5), secrets, TAGS, NOW)
    check(points)
    assert {p.tags["subject"]: p.fields["days"] for p in points} == {
        "server_license": -2.0,
        "client_certificate": -0.5,
        "qlik-client-pfx": 10.5,
    }
    assert expiry_points(None, None, {}, TAGS, NOW) == []
    assert expiry_points(ServerLicense(None, None), None, {}, TAGS, NOW) == []


def test_plan_points_count_each_rule_of_a_plan() -> None:
    """Type, action and reason are tags; the plan's time makes writing it twice change nothing."""
    plan = Plan(
        "p1", "site", days_ago(1), NOW, PlanStatus.DRY_RUN, "",
        {ANALYZER: {Reason.UNUSED: 3, Reason.IN_GRACE: 2}, PROFESSIONAL: {Reason.QUARANTINED: 1}},
    )  # fmt: skip
    points = plan_points(plan, TAGS)
    check(points)
    assert [(*list(p.tags.values())[2:], p.fields["count"]) for p in points] == [
        ("analyzer", "release", "unused", 3.0),
        ("analyzer", "defer", "in_grace", 2.0),
        ("professional", "keep", "quarantined", 1.0),
    ]
    assert {p.time for p in points} == {days_ago(1)}
    assert points == plan_points(plan, TAGS)


@given(st.lists(st.text(max_size=6), max_size=12), st.integers(0, 4))
def test_holders_are_neither_lost_nor_doubled_and_groups_are_bounded(
    values: list[str], most_groups: int
) -> None:
    """Whatever the values are called, the sum stays and there are at most so many points."""
    groups = tuple(Group(GroupKind.CUSTOM_PROPERTY, v, {Counted.HOLDERS: 2}) for v in values)
    points = holder_points([TypeHolders(ANALYZER, groups, {})], TAGS, NOW, most_groups)
    check(points)
    assert len(points) <= most_groups + 1
    assert sum(float(p.fields["holders"]) for p in points) == 2 * len(values)


@given(
    st.dictionaries(st.text(max_size=6), st.none() | st.datetimes(timezones=st.just(UTC))),
    st.none() | st.builds(ServerLicense, st.none() | st.dates(), st.none()),
)
def test_expiry_points_can_always_be_written(
    secrets: dict[str, datetime | None], license_: ServerLicense | None
) -> None:
    """Odd names and far dates included."""
    check(expiry_points(license_, None, secrets, TAGS, NOW))
