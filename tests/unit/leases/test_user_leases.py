"""What each user holds, and how many slots that takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.leases.user_leases import user_leases
from shared.domain.never_release import fold
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import (
    FARM,
    JOHN,
    RULES,
    a_cal,
    a_config,
    a_lease,
    a_server,
    hours_ago,
    rules,
    several,
)


@pytest.mark.parametrize(("days", "active"), [(29.99, True), (30, False), (31, False)])
def test_a_lease_is_active_for_the_period_after_the_last_contact(days: float, active: bool) -> None:
    """To the second: at 30 x 24 h it has expired. The end is computed."""
    held = a_server(a_lease(used=days_ago(days), leased=days_ago(99))).of(JOHN).leases[0]
    assert held.active is active
    assert held.expires_at == days_ago(days) + timedelta(days=30)


def test_a_lease_without_any_contact_counts_as_active() -> None:
    """Nobody can say that it ended; it takes a slot and has no end."""
    user = a_server(a_lease(contact=False)).of(JOHN)
    assert user.slots_free == 1
    assert user.leases[0].expires_at is None


def test_slots_are_what_active_leases_leave() -> None:
    """An expired lease takes none."""
    server = a_server(a_lease("A"), a_lease("B", used=days_ago(40)), a_lease("C"))
    user = server.of(JOHN)
    assert [held.lease.machine for held in user.leases] == ["B", "A", "C"]
    assert (user.slots_free, user.at_limit, user.over_limit) == (0, True, False)
    three = user_leases(server.config, LeaseRules(machines_per_user=3), NOW).of(JOHN)
    assert (three.slots_free, three.at_limit) == (1, False)
    one = user_leases(server.config, LeaseRules(machines_per_user=1), NOW).of(JOHN)
    assert (one.slots_free, one.over_limit) == (0, True)


def test_users_and_machines_compare_case_insensitively_and_a_machine_is_one_slot() -> None:
    """The latest contact of a machine wins; a known one goes before none."""
    server = a_server(
        a_lease("CTX01", used=hours_ago(2)),
        a_lease("ctx01", JOHN.upper(), used=hours_ago(1)),
        a_lease("CTX01 ", contact=False),
    )
    assert list(server.users) == [fold(JOHN)]
    user = server.of(JOHN.swapcase())
    assert [held.lease.last_contact for held in user.leases] == [hours_ago(1)]
    assert user.user == JOHN


def test_the_cal_belongs_to_its_user_and_a_user_with_a_cal_only_is_there_too() -> None:
    """Spelled as on the CAL; a removed CAL is told apart."""
    config = a_config(
        [a_lease(user="ACME\\ANN")], [a_cal("acme\\Ann"), a_cal(JOHN)], removed=[a_cal("acme\\eve")]
    )
    server = user_leases(config, RULES, NOW)
    assert server.of("ACME\\ann").user == "acme\\Ann"
    assert server.of(JOHN).leases == ()
    assert server.of(JOHN).cal == a_cal(JOHN)
    assert server.of("ACME\\Eve").cal is None
    assert server.of("ACME\\Eve").removed_cal == a_cal("acme\\eve")
    assert server.of("nobody").user == "nobody"


def test_leases_without_user_or_machine_are_kept_and_flagged() -> None:
    """Whose they are is unknown; without a machine each is a slot of its own."""
    server = a_server(a_lease(user=" "), a_lease(user=""), a_lease(""), a_lease("  "))
    assert len(server.nameless) == 2
    assert server.of("").leases == ()
    assert server.of(JOHN).unclear
    assert len(server.of(JOHN).leases) == 2
    assert not a_server(a_lease()).of(JOHN).unclear


def test_a_user_is_found_by_account_name_too() -> None:
    """The whole name first; without a domain everybody of that name."""
    server = user_leases(a_config([], [a_cal("A\\ann"), a_cal("B\\Ann"), a_cal("eve")]), RULES, NOW)
    assert [user.user for user in server.called("ANN")] == ["A\\ann", "B\\Ann"]
    assert [user.user for user in server.called("a\\ANN")] == ["A\\ann"]
    assert [user.user for user in server.called("eve")] == ["eve"]
    assert server.called("x") == ()


def test_a_users_lease_is_found_by_id_name_or_host_name() -> None:
    """And not when it could be two machines."""
    farm = LeaseRules(farm={"id-1": "CTX01"})
    server = a_server(a_lease("id-1"), a_lease("NB-7 4C4C:01"), a_lease("NB-8.lab"), rules=farm)
    user = server.of(JOHN)
    for asked, machine in (
        ("ctx01", "id-1"), ("ID-1", "id-1"), ("nb-7", "NB-7 4C4C:01"), ("nb-8", "NB-8.lab"),
    ):  # fmt: skip
        assert [held.lease.machine for held in server.held_on(user, asked)] == [machine]
    assert server.held_on(user, "NB") == ()
    assert server.held_on(user, "") == ()
    twice = a_server(a_lease("NB-7 01"), a_lease("NB-7 02"))
    assert twice.held_on(twice.of(JOHN), "NB-7") == ()


def test_a_time_at_the_end_of_the_calendar_does_no_harm() -> None:
    """A rubbish date is a lease that does not end."""
    late = datetime(9999, 12, 31, tzinfo=UTC)
    held = a_server(a_lease(used=late)).of(JOHN).leases[0]
    assert held.active
    assert held.expires_at is not None
    assert held.expires_at > late


def test_nothing_told_is_no_leases_and_no_cals() -> None:
    """Older versions leave parts out."""
    server = user_leases(a_config(None, told=False, removed=None), RULES, NOW)
    assert (dict(server.users), server.nameless) == ({}, ())


@given(several, rules, st.randoms())
def test_neither_order_nor_case_matters(
    rows: list[Lease], given_rules: LeaseRules, random: Random
) -> None:
    """The same leases in another order or case: the same machines, ends and slots."""
    one = user_leases(a_config(rows), given_rules, NOW)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert user_leases(a_config(shuffled, one.config.assigned_cals), given_rules, NOW).users == (
        one.users
    )
    louder = [replace(x, user=x.user.upper(), machine=x.machine.upper()) for x in rows]
    other = user_leases(a_config(louder), given_rules, NOW)
    for key, user in one.users.items():
        found = [(h.machine_name.upper(), h.expires_at, h.active) for h in user.leases]
        assert found == [
            (h.machine_name.upper(), h.expires_at, h.active) for h in other.users[key].leases
        ]


@given(several, rules)
def test_each_machine_of_a_user_is_there_exactly_once(
    rows: list[Lease], given_rules: LeaseRules
) -> None:
    """Nothing is lost and nothing doubled."""
    server = user_leases(a_config(rows), given_rules, NOW)
    told = {(fold(x.user), fold(x.machine)) for x in rows if x.user and x.machine}
    held = [
        (key, fold(h.lease.machine))
        for key, user in server.users.items()
        for h in user.leases
        if h.lease.machine
    ]
    assert sorted(held) == sorted(told)
    assert len(server.nameless) == sum(not x.user for x in rows)
    for user in server.users.values():
        assert user.slots_free == max(0, given_rules.machines_per_user - len(user.active))


def test_a_farm_names_the_machines() -> None:
    """Of the farm by name, of others by id."""
    server = a_server(a_lease("x ctx02 y"), a_lease(" NB-7 "), rules=FARM)
    assert sorted(h.machine_name for h in server.of(JOHN).leases) == ["CTX02", "NB-7"]
