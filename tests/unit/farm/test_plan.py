"""The plan: who is bound to which two servers."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.farm.model import FarmServer
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult
from shared.domain.farm.shares import fair_shares
from shared.domain.leases.model import Lease, LeaseRules, SlotReading
from tests.unit.farm.farms import (
    HOUR,
    NOW,
    RULES,
    SERVERS,
    USERS,
    bindings,
    held_leases,
    lease,
    leases,
    pairs,
    servers,
    users,
)


def _plan(
    names: list[str], farm: list[FarmServer], held: dict[str, list[Lease]] | None = None
) -> PlanResult:
    return make_plan(names, farm, rules=RULES, now=NOW, leases=held)


@given(st.data(), USERS, SERVERS)
@settings(deadline=None)
def test_everybody_gets_two_different_servers_of_the_farm(
    data: st.DataObject, names: list[str], farm: list[FarmServer]
) -> None:
    """Whatever leases there are; bindings are sorted, and in the farm's order."""
    plan = _plan(names, farm, data.draw(held_leases(names))).plan
    order = [server.name for server in plan.servers]
    assert [binding.user for binding in plan.bindings] == sorted(names)
    for binding in plan.bindings:
        assert len(set(binding.servers)) == 2
        assert sorted(binding.servers, key=order.index) == list(binding.servers)
        assert set(binding.ready_at) <= set(binding.servers)


@given(st.data(), USERS, SERVERS)
@settings(deadline=None)
def test_the_order_of_input_does_not_matter(
    data: st.DataObject, names: list[str], farm: list[FarmServer]
) -> None:
    """Nor does the order of leases."""
    held = data.draw(held_leases(names))
    turned = {user: held[user][::-1] for user in reversed(held)}
    shuffled = data.draw(st.permutations(names)), data.draw(st.permutations(farm))
    assert _plan(*shuffled, turned) == _plan(names, farm, held)


def test_case_does_not_matter() -> None:
    """Users and servers are the same in any case; their spelling is kept."""
    upper = _plan([name.upper() for name in users(50)], servers(6))
    lower = _plan(users(50), [FarmServer(s.name.lower()) for s in servers(6)])
    assert upper.plan.bindings[0].user == "USER000"
    assert [[name.lower() for name in b.servers] for b in upper.plan.bindings] == [
        list(b.servers) for b in lower.plan.bindings
    ]


@given(st.integers(1, 400), SERVERS)
@settings(deadline=None)
def test_no_server_gets_more_than_its_room(count: int, farm: list[FarmServer]) -> None:
    """On a farm without leases, whatever the weights; and hardly less than its share."""
    plan = _plan(users(count), farm).plan
    shares = fair_shares(farm, count, 2)
    for server in farm:
        share = shares[server.name.casefold()]
        assert 0.95 * share.at_least - 3 <= bindings(plan)[server.name] <= share.room


def test_one_server_is_all_that_a_small_farm_has() -> None:
    """And where the rules allow one machine, everybody has one on any farm."""
    alone = _plan(users(5), servers(1)).plan
    assert {binding.servers for binding in alone.bindings} == {("CTX1",)}
    strict = make_plan(users(60), servers(6), rules=LeaseRules(machines_per_user=1), now=NOW).plan
    assert {len(binding.servers) for binding in strict.bindings} == {1}
    assert max(bindings(strict).values()) <= 12


def test_leases_on_the_farm_are_kept_where_there_is_room() -> None:
    """Users who work on two servers today go on there; nobody waits, everything is ready."""
    first = _plan(users(120), servers(6)).plan
    held = {b.user: [lease(b.user, name, 5) for name in b.servers] for b in first.bindings}
    result = _plan(users(120), servers(6), held)
    assert pairs(result.plan) == pairs(first)
    assert not any(binding.ready_at for binding in result.plan.bindings)
    assert (result.waits, result.rebindings, result.over_full) == ((), (), ())


@given(st.data(), USERS, SERVERS)
@settings(deadline=None)
def test_a_leased_machine_is_left_only_for_want_of_room(
    data: st.DataObject, names: list[str], farm: list[FarmServer]
) -> None:
    """Who lost a leased server sees it as full as it may be."""
    held = data.draw(held_leases(names))
    plan = _plan(names, farm, held).plan
    shares = fair_shares(farm, len(names), 2)
    for user, servers_ in pairs(plan).items():
        active = [x for x in held.get(user, []) if x.last_used and x.last_used + RULES.period > NOW]
        for left in {x.machine for x in active} & {s.name for s in farm} - servers_:
            assert bindings(plan)[left] >= shares[left.casefold()].room


def test_the_machine_of_a_lease_may_be_given_by_its_id() -> None:
    """The settings name the farm's machines."""
    rules = LeaseRules(farm={"00-AA": "CTX4"})
    held = {"USER000": [lease("user000", "00-aa")]}
    plan = make_plan(users(1), servers(6), rules=rules, now=NOW, leases=held).plan
    assert "CTX4" in plan.bindings[0].servers


def test_everybody_pinned_on_one_server_is_spread_and_nobody_waits() -> None:
    """As many stay as there is room; the others start on a new one at once."""
    result = _plan(users(300), servers(6), leases(users(300), ("CTX2", 3)))
    assert bindings(result.plan)["CTX2"] == fair_shares(servers(6), 300, 2)["ctx2"].room == 106
    assert (result.waits, result.over_full) == ((), ())
    moved = [b for b in result.plan.bindings if "CTX2" not in b.servers]
    assert {tuple(b.ready_at.values()) for b in moved} == {(NOW - 3 * HOUR + RULES.period,)}
    assert max(bindings(result.plan).values()) <= 106


def test_a_server_stays_over_full_rather_than_make_users_wait() -> None:
    """Everybody on the same two servers: each keeps one of them until the other one frees."""
    result = _plan(users(300), servers(6), leases(users(300), ("CTX1", 3), ("CTX2", 5)))
    assert result.waits == ()
    assert {(full.server, full.bindings, full.room) for full in result.over_full} == {
        ("CTX1", 150, 106),
        ("CTX2", 150, 106),
    }


def test_who_has_both_slots_elsewhere_must_wait_and_learns_until_when() -> None:
    """By the block hours sooner than by the period; a reading that lets in today is missing."""
    held = {"user000": [lease("user000", "notebook", 2), lease("user000", "tablet", 30)]}
    result = _plan(users(2), servers(3), held)
    (wait,) = result.waits
    assert wait.user == "user000"
    assert wait.until == {SlotReading.PERIOD: NOW - 30 * HOUR + RULES.period}
    ready_at = result.plan.bindings[0].ready_at
    assert sorted(ready_at.values()) == [
        NOW - 30 * HOUR + RULES.period,
        NOW - 2 * HOUR + RULES.period,
    ]


def test_ready_is_what_is_ready_under_both_readings() -> None:
    """With a block longer than the period, a lease that ran out still blocks nothing."""
    rules = LeaseRules(period=timedelta(days=2), block=timedelta(days=5))
    held = leases(users(1), ("notebook", 1))
    plan = make_plan(users(1), servers(2), rules=rules, now=NOW, leases=held).plan
    assert list(plan.bindings[0].ready_at.values()) == [NOW - HOUR + rules.period]


@pytest.mark.parametrize(
    ("names", "farm", "says"),
    [
        (["jdoe", "JDOE"], servers(2), "the user JDOE is named twice"),
        (["jdoe", " "], servers(2), "a user has no name"),
        (["jdoe"], [FarmServer("A"), FarmServer("a ")], "the server a  is named twice"),
        (["jdoe"], [FarmServer("")], "a server has no name"),
        (["jdoe"], [], "the farm has no servers"),
        (["jdoe"], [FarmServer("A", 0.0)], "the weight of server A is 0.0"),
        (["jdoe"], [FarmServer("A", -1.0)], "must lie between"),
        (["jdoe"], [FarmServer("A", float("nan"))], "the weight of server A is nan"),
        (["jdoe"], [FarmServer("A", float("inf"))], "the weight of server A is inf"),
    ],
)
def test_what_can_not_be_planned_is_refused(
    names: list[str], farm: list[FarmServer], says: str
) -> None:
    """With a sentence that says what is wrong."""
    with pytest.raises(ValueError, match=says):
        _plan(names, farm)


def test_rules_without_a_machine_are_refused() -> None:
    """Nobody could work."""
    with pytest.raises(ValueError, match="at least one machine"):
        make_plan(users(1), servers(2), rules=LeaseRules(machines_per_user=0), now=NOW)


def test_a_plan_for_nobody_is_empty() -> None:
    """A farm without users is no error."""
    assert _plan([], servers(3)).plan.bindings == ()
