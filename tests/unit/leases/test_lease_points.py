"""The points of CALs, machines and leases."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.line_protocol import to_line
from shared.domain.leases.lease_points import cal_points, lease_points, machine_points
from shared.domain.leases.model import CalConfiguration, Lease, LeaseRules, QlikViewServer
from shared.domain.leases.survey import LeaseSurvey, survey
from shared.domain.points import Point
from shared.domain.pseudonym import pseudonym
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import FARM, JOHN, a_config, a_lease, hours_ago, leases, several

TAGS = {"site": "Köln", "env": "prod"}
ALL = {**TAGS, "server": "QVS@QV1"}


def check(points: Iterable[Point]) -> list[Point]:
    """What holds for all points: own names, float fields, no two alike, and they can be written."""
    points = list(points)
    series = [(p.measurement, frozenset(p.tags.items()), p.time) for p in points]
    assert len(series) == len(set(series))
    for point in points:
        assert point.measurement.startswith("qlikview_")
        assert TAGS.items() <= point.tags.items()
        assert point.fields
        assert all(type(value) is float for value in point.fields.values())
        to_line(point)
    return points


def surveyed(*configs: CalConfiguration, rules: LeaseRules = FARM) -> list[LeaseSurvey]:
    """The surveys of servers."""
    return [survey(config, rules, NOW) for config in configs]


def every_point(surveys: list[LeaseSurvey], *, personal_names: bool) -> list[Point]:
    """All points of the surveys."""
    return check(
        [
            *cal_points(surveys, TAGS, NOW),
            *machine_points(surveys, TAGS, NOW, personal_names=personal_names),
            *lease_points(surveys, TAGS, NOW, personal_names=personal_names),
        ]
    )


def test_a_server_has_a_point_with_the_counts_that_are_known() -> None:
    """What was not told is left out; a server that told nothing has none."""
    silent = a_config(None, told=False, removed=None, in_license=None, limit=None)
    surveys = surveyed(a_config([a_lease()], in_license=None))
    (point,) = check(cal_points(surveys, TAGS, NOW))
    assert point == Point(
        "qlikview_cal",
        ALL,
        {
            "assigned": 1.0,
            "limit": 100.0,
            "leased": 1.0,
            "leases": 1.0,
            "quarantined": 0.0,
            "unused_30_days": 0.0,
            "users_at_limit": 0.0,
            "users_blocked": 0.0,
            "users_next_refused": 0.0,
        },
        NOW,
    )
    assert every_point(surveyed(silent), personal_names=True) == []


def test_a_lease_has_a_point_with_its_computed_end() -> None:
    """Expired ones have none; without a contact the times are left out."""
    rows = [
        a_lease("x CTX02", used=days_ago(2)),
        a_lease("B", contact=False),
        a_lease("C", used=days_ago(31)),
    ]
    found = check(lease_points(surveyed(a_config(rows)), TAGS, NOW, personal_names=True))
    assert [(p.tags["user"], p.tags["machine"], dict(p.fields)) for p in found] == [
        (JOHN, "CTX02", {"slots_free": 0.0, "hours_since_contact": 48.0, "days_left": 28.0}),
        (JOHN, "B", {"slots_free": 0.0}),
    ]


def test_persons_have_pseudonyms_unless_names_are_wanted() -> None:
    """So have machines that are not of the farm, for an id may name its owner."""
    rows = [a_lease("CTX01"), a_lease("JOHN-DOES-LAPTOP")]
    found = every_point(surveyed(a_config(rows)), personal_names=False)
    assert not any("JOHN" in value.upper() for p in found for value in p.tags.values())
    assert {p.tags["user"] for p in found if "user" in p.tags} == {pseudonym(JOHN.upper(), "Köln")}
    machines = {p.tags["machine"] for p in found if p.measurement == "qlikview_lease"}
    assert machines == {"CTX01", pseudonym("john-does-laptop", "Köln")}
    named = every_point(surveyed(a_config(rows)), personal_names=True)
    assert "JOHN-DOES-LAPTOP" in {p.tags.get("machine") for p in named}


def test_machines_of_the_farm_are_all_there_and_others_when_busy() -> None:
    """Zero included; the rest of the others is summed up."""
    rows = [a_lease("CTX01", user) for user in ("a", "b")]
    rows += [a_lease("NB-1", "a"), a_lease("NB-2", "b"), a_lease("NB-2", "c"), a_lease("NB-3", "d")]
    found = check(
        machine_points(surveyed(a_config(rows)), TAGS, NOW, personal_names=True, most_others=1)
    )
    assert [
        (p.tags["machine"], p.tags["farm"], p.fields["leases"], p.fields["users"]) for p in found
    ] == [
        ("CTX01", "true", 2.0, 2.0),
        ("CTX02", "true", 0.0, 0.0),
        ("CTX03", "true", 0.0, 0.0),
        ("CTX04", "true", 0.0, 0.0),
        ("NB-2", "false", 2.0, 2.0),
        ("(other)", "false", 2.0, 2.0),
    ]
    assert list(machine_points(surveyed(a_config(None)), TAGS, NOW, personal_names=True)) == []


def test_servers_of_one_name_are_told_apart() -> None:
    """By their ids; a server without a name is its id."""
    servers = (QlikViewServer("1", "Q"), QlikViewServer("2", "Q"), QlikViewServer("3", ""))
    configs = [a_config([a_lease()], server=server) for server in servers]
    found = every_point(surveyed(*configs), personal_names=True)
    assert {p.tags["server"] for p in found} == {"Q 1", "Q 2", "(none) 3"}


def test_two_ids_of_one_machine_are_one_point_with_the_later_contact() -> None:
    """For the same user; leases without a user are one point a machine."""
    rows = [a_lease("a:CTX01", used=hours_ago(5)), a_lease("b:CTX01", used=hours_ago(2))]
    nameless = [a_lease("CTX01", "", used=hours_ago(h)) for h in (9, 7)]
    config = a_config([*rows, *nameless, a_lease("B", "", contact=False)])
    found = check(lease_points(surveyed(config), TAGS, NOW, personal_names=True))
    assert [(p.tags["user"], p.fields["hours_since_contact"]) for p in found] == [
        (JOHN, 2.0),
        ("(none)", 7.0),
    ]


def test_leases_come_one_by_one() -> None:
    """Nothing is built before it is asked for."""
    points = lease_points(surveyed(a_config([a_lease()])), TAGS, NOW, personal_names=False)
    assert next(points).measurement == "qlikview_lease"
    assert next(points, None) is None


odd = st.builds(
    lambda lease, user, machine: Lease(user, machine, lease.leased_at, lease.last_used),
    leases,
    st.text(max_size=3),
    st.text(max_size=3),
)


@given(st.lists(odd, max_size=6), st.booleans())
def test_any_name_can_be_written(rows: list[Lease], personal_names: bool) -> None:
    """Line breaks, backslashes and lone surrogates included."""
    surveys = surveyed(a_config(rows))
    for point in [
        *machine_points(surveys, TAGS, NOW, personal_names=personal_names),
        *lease_points(surveys, TAGS, NOW, personal_names=personal_names),
    ]:
        to_line(point)


@given(several, st.integers(0, 3))
def test_leases_are_neither_lost_nor_doubled(rows: list[Lease], most_others: int) -> None:
    """The sum over machines is the count of the server, however few are named."""
    surveys = surveyed(a_config(rows))
    points = check(
        machine_points(surveys, TAGS, NOW, personal_names=False, most_others=most_others)
    )
    assert sum(float(p.fields["leases"]) for p in points) == surveys[0].counts.leases
    assert len(points) <= len(FARM.farm) + most_others + 1
