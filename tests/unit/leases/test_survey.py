"""What the leases of a server come to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leases.history import ServerCounts
from shared.domain.leases.machines import MachineNames
from shared.domain.leases.model import Lease, LeaseRules, QlikViewServer
from shared.domain.leases.slots import ByReading
from shared.domain.leases.start import would_start
from shared.domain.leases.start_answer import Verdict
from shared.domain.leases.survey import MachineLoad, lease_counts, survey, unused_cals
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import FARM, JOHN, a_cal, a_config, a_lease, hours_ago, rules, several


def test_a_site_is_counted() -> None:
    """CALs, leases, and users at the limit, blocked and refused next, with the farm in view."""
    rows = [
        a_lease("CTX01", "john"),
        a_lease("CTX02", "john", used=hours_ago(3)),
        a_lease("CTX01", "ann", used=days_ago(2)),
        a_lease("NB-1", "ann", used=days_ago(3)),
        a_lease("NB-2", "bob"),
        a_lease("NB-3", "bob"),
        a_lease("ctx01", "eve"),
        a_lease("CTX04", "eve", used=days_ago(31)),
    ]
    cals = [a_cal("john"), a_cal("x", used=None), a_cal("y", used=days_ago(30)), a_cal("z")]
    removed = [a_cal("o", until=days_ago(-1)), a_cal("p"), a_cal("q", until=days_ago(1))]
    found = survey(a_config(rows, cals, removed=removed, assigned=7), FARM, NOW)
    assert found.counts == ServerCounts(
        "QVS@QV1", 100, 7, 100, 2, 2, leased=4, leases=7,
        users_at_limit=3, users_blocked=2, users_next_refused=2,
    )  # fmt: skip
    assert found.never_used == 1
    assert found.machines == {
        "CTX01": MachineLoad(3, 3, farm=True),
        "CTX02": MachineLoad(1, 1, farm=True),
        "CTX03": MachineLoad(0, 0, farm=True),
        "CTX04": MachineLoad(0, 0, farm=True),
        "NB-1": MachineLoad(1, 1, farm=False),
        "NB-2": MachineLoad(1, 1, farm=False),
        "NB-3": MachineLoad(1, 1, farm=False),
    }
    assert [one.holder.user for one in found.at_limit] == ["ann", "bob", "john"]
    assert [one.holder.user for one in found.blocked] == ["bob", "john"]
    ann, _, john = found.at_limit
    assert [one.holder.user for one in found.next_refused] == ["ann", "john"]
    assert ann.refusing_share == ByReading(0.75, 0.0)
    assert john.refusing_share == ByReading(0.5, 0.5)
    assert john.slot_frees == ByReading(
        hours_ago(3) + timedelta(days=30), hours_ago(3) + timedelta(hours=24)
    )
    assert ann.slot_frees.block == NOW
    assert found.over_limit == ()


def test_what_was_not_told_is_not_zero() -> None:
    """An older version that tells nothing has counts of nothing."""
    found = survey(a_config(None, told=False, removed=None, in_license=None), FARM, NOW)
    assert found.counts == ServerCounts(
        "QVS@QV1", None, None, 100, None, None, None, None, None, None, None
    )
    assert found.never_used is None
    listed = survey(a_config(None, [a_cal()], removed=None), FARM, NOW)
    assert listed.counts.assigned == 1


def test_nobody_on_the_whole_farm_is_refused_next() -> None:
    """Whoever holds leases on all of its machines starts anywhere."""
    farm = LeaseRules(farm={"CTX01": "CTX01", "CTX02": "CTX02"})
    found = survey(a_config([a_lease("CTX01"), a_lease("CTX02")]), farm, NOW)
    assert found.counts.users_at_limit == 1
    assert found.next_refused == ()


def test_without_a_farm_the_shared_machines_are_one() -> None:
    """Three users each on A and B, and one of them on C alone."""
    rows = [a_lease(machine, user) for machine in "AB" for user in "xyz"]
    found = survey(a_config([*rows, a_lease("C", "w")]), LeaseRules(), NOW)
    assert found.server.names.inferred
    assert [name for name, load in found.machines.items() if load.farm] == ["A", "B"]
    given_names = survey(a_config(rows), LeaseRules(), NOW, MachineNames({"D": "D"}))
    assert given_names.machines["D"] == MachineLoad(0, 0, farm=True)


def test_leases_without_user_or_machine_are_counted_and_flagged() -> None:
    """They are leases all the same; a machine's users are those that are known."""
    found = survey(a_config([a_lease(user=""), a_lease(user=""), a_lease("")]), FARM, NOW)
    assert (found.counts.leases, found.counts.leased) == (3, 1)
    assert (found.without_user, found.without_machine) == (2, 1)
    assert found.machines["CTX01"] == MachineLoad(2, 0, farm=True)
    assert found.machines[""] == MachineLoad(1, 1, farm=False)


def test_unused_cals_come_longest_unused_first() -> None:
    """Exactly 30 days are unused; never used goes before all."""
    cals = [
        a_cal("in use"),
        a_cal("30", used=days_ago(30)),
        a_cal("29", used=days_ago(30) + timedelta(seconds=1)),
        a_cal("never", used=None),
        a_cal("90", used=days_ago(90)),
    ]
    assert [cal.user for cal in unused_cals(a_config([], cals), NOW)] == ["never", "90", "30"]
    assert unused_cals(a_config(None, told=False), NOW) == ()


def test_counts_of_a_look_sum_over_servers_and_name_the_busiest() -> None:
    """All machines of the farm, and of others no more than asked."""
    other = QlikViewServer("6b", "QVS@QV2")
    rows = [a_lease("CTX01"), a_lease("NB-2"), a_lease("NB-1", "x"), a_lease("", "y")]
    again = [a_lease("CTX01", "x"), a_lease("nb-2", "x"), a_lease("NB-2", "z")]
    configs = (a_config(rows), a_config(again, server=other))
    surveys = [survey(config, FARM, NOW) for config in configs]
    counts = lease_counts("Köln", NOW, surveys, most_others=1)
    assert counts.machines == {"CTX01": 2, "CTX02": 0, "CTX03": 0, "CTX04": 0, "NB-2": 3}
    assert counts.servers == {"5a0c": surveys[0].counts, "6b": surveys[1].counts}


@given(several, rules)
def test_the_counts_are_those_of_the_users(rows: Sequence[Lease], given_rules: LeaseRules) -> None:
    """Leases by user and by machine, and who is blocked, agree with the answer to each user."""
    found = survey(a_config(rows), given_rules, NOW)
    users = found.server.users.values()
    active = sum(len(user.active) for user in users)
    assert found.counts.leases == active + found.without_user
    assert found.counts.leases == sum(load.leases for load in found.machines.values())
    assert found.counts.leased == sum(bool(user.active) for user in users)
    assert found.counts.users_at_limit == len(found.at_limit)
    assert found.counts.users_blocked == len(found.blocked)
    assert found.counts.users_next_refused == len(found.next_refused)
    blocked = {one.holder.user for one in found.blocked}
    for user in users:
        outcomes = would_start(found.server, user.user).outcomes
        refused = {outcomes.period.verdict, outcomes.block.verdict} == {Verdict.REFUSED}
        assert (user.user in blocked) is refused
    for one in found.at_limit:
        refusing = [
            would_start(found.server, one.holder.user, name).outcomes
            for name in found.server.names.farm
        ]
        if one.next_refused:
            period = sum(x.period.verdict is Verdict.REFUSED for x in refusing) / len(refusing)
            block = sum(x.block.verdict is Verdict.REFUSED for x in refusing) / len(refusing)
            assert (one.refusing_share.period, one.refusing_share.block) == (period, block)


@given(several, rules, st.randoms())
def test_the_order_of_leases_does_not_matter(
    rows: list[Lease], given_rules: LeaseRules, random: Random
) -> None:
    """Nor the case of users."""
    config = a_config(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, two = (
        survey(replace(config, leases=tuple(x)), given_rules, NOW) for x in (rows, shuffled)
    )
    assert (one.counts, one.machines, one.at_limit) == (two.counts, two.machines, two.at_limit)
    louder = tuple(replace(x, user=x.user.upper()) for x in rows)
    assert survey(replace(config, leases=louder), given_rules, NOW).counts == one.counts


def test_john_is_not_at_the_limit_for_having_a_cal_only() -> None:
    """Whoever holds nothing is not at any limit."""
    assert survey(a_config([], [a_cal(JOHN)]), FARM, NOW).at_limit == ()
