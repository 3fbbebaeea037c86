"""What a change of the farm does to a plan."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.farm.model import Binding, FarmPlan, FarmServer
from shared.domain.farm.moves import changed_plan
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult, Rebinding
from shared.domain.farm.rendezvous import ranking
from shared.domain.farm.shares import fair_shares
from shared.domain.leases.model import Lease, SlotReading
from tests.unit.farm.farms import (
    EQUAL_SERVERS,
    HOUR,
    NOW,
    RULES,
    SERVERS,
    bindings,
    held_leases,
    lease,
    leases,
    pairs,
    servers,
    users,
    working_by,
)

COUNTS = st.integers(1, 200)


def _first(count: int, farm: list[FarmServer]) -> FarmPlan:
    return make_plan(users(count), farm, rules=RULES, now=NOW).plan


def _change(
    plan: FarmPlan,
    *,
    leases: dict[str, list[Lease]] | None = None,
    add: tuple[FarmServer, ...] = (),
    remove: tuple[str, ...] = (),
    weights: dict[str, float] | None = None,
) -> PlanResult:
    return changed_plan(
        plan, rules=RULES, now=NOW, leases=leases, add=add, remove=remove, weights=weights
    )


def _differences(before: FarmPlan, after: FarmPlan) -> int:
    return sum(len(pairs(after)[user] - pairs(before)[user]) for user in pairs(after))


@given(COUNTS, SERVERS)
@settings(deadline=None)
def test_without_a_change_nobody_moves(count: int, farm: list[FarmServer]) -> None:
    """The plan made again is the same plan."""
    plan = _first(count, farm)
    result = _change(plan)
    assert result.plan == plan
    assert result.rebindings == ()
    assert result.least_rebindings == 0


@given(COUNTS, EQUAL_SERVERS)
@settings(deadline=None)
def test_an_added_server_takes_its_share_and_nobody_moves_between_the_others(
    count: int, farm: list[FarmServer]
) -> None:
    """Everybody who moves, moves to it; as many as any plan must move."""
    plan = _first(count, farm)
    result = _change(plan, add=(FarmServer("NEW"),))
    assert {rebinding.joined for rebinding in result.rebindings} <= {"NEW"}
    share = fair_shares([*farm, FarmServer("NEW")], count, 2)["new"]
    assert share.at_least <= bindings(result.plan)["NEW"] <= share.room
    assert len(result.rebindings) == bindings(result.plan)["NEW"] == _differences(plan, result.plan)
    assert result.least_rebindings <= len(result.rebindings) <= result.least_rebindings + 1


@given(COUNTS, st.integers(3, 8).map(servers))
@settings(deadline=None)
def test_draining_a_server_touches_its_users_only(count: int, farm: list[FarmServer]) -> None:
    """Each of them gets one new server: no plan does with less."""
    plan = _first(count, farm)
    result = _change(plan, remove=("ctx2",))
    moved = {user for user, pair in pairs(plan).items() if "CTX2" in pair}
    assert {rebinding.user for rebinding in result.rebindings} == moved
    assert {rebinding.left for rebinding in result.rebindings} <= {"CTX2"}
    assert len(result.rebindings) == len(moved) == result.least_rebindings
    assert _differences(plan, result.plan) == len(moved)


@given(st.data(), st.integers(1, 80), SERVERS)
@settings(deadline=None)
def test_re_bindings_are_never_fewer_than_the_minimum_and_few_more(
    data: st.DataObject, count: int, farm: list[FarmServer]
) -> None:
    """Whatever changes at once: servers, weights, leases."""
    plan = _first(count, farm)
    gone = data.draw(st.lists(st.sampled_from([s.name for s in farm]), unique=True, max_size=2))
    stays = [server.name for server in farm if server.name not in gone]
    add = tuple(FarmServer(f"NEW{n}") for n in range(data.draw(st.integers(not stays, 2))))
    heavier = (
        data.draw(st.dictionaries(st.sampled_from(stays), st.sampled_from([0.5, 2.0])))
        if stays
        else {}
    )
    held = data.draw(held_leases(users(count)))
    result = _change(plan, leases=held, add=add, remove=tuple(gone), weights=heavier)
    size = min(2, len(result.plan.servers))
    assert all(len(pair) == size for pair in pairs(result.plan).values())
    assert len(result.rebindings) == _differences(plan, result.plan)
    assert len(result.rebindings) >= result.least_rebindings
    quiet = _change(plan, add=add, remove=tuple(gone), weights=heavier)
    assert len(quiet.rebindings) <= quiet.least_rebindings * 1.1 + 3 * len(farm)


@pytest.mark.parametrize(("count", "size"), [(500, 6), (1000, 9), (200, 3), (5000, 20)])
def test_on_real_farms_every_change_takes_the_minimum(count: int, size: int) -> None:
    """Add one or two, drain one or two, replace one, weigh one anew."""
    plan = _first(count, servers(size))
    new, newer = FarmServer("NEW"), FarmServer("NEWER")
    results = [
        _change(plan, add=(new,)),
        _change(plan, add=(new, newer)),
        _change(plan, remove=("CTX1",)),
        _change(plan, remove=("CTX1",), add=(new,)),
        _change(plan, weights={"ctx2": 2.0}),
        _change(plan, weights={"ctx2": 0.5}),
    ]
    assert [len(r.rebindings) for r in results] == [r.least_rebindings for r in results]
    assert not any(result.over_full for result in results)
    assert all(result.least_rebindings for result in results[:4])


def test_users_who_come_and_go_move_nobody_else() -> None:
    """The others keep their servers; who comes back in another case is the same user."""
    plan = _first(100, servers(5))
    names = [name.upper() for name in users(110)[5:]]
    result = make_plan(names, servers(5), rules=RULES, now=NOW, in_force=plan)
    assert result.rebindings == ()
    after = {user.lower(): pair for user, pair in pairs(result.plan).items()}
    assert all(after[user] == pairs(plan)[user] for user in users(100)[5:])
    assert len(after) == 105


def test_a_farm_that_gets_its_second_server_gives_it_to_everybody() -> None:
    """Nothing is left for it."""
    result = _change(_first(10, servers(1)), add=(FarmServer("CTX2"),))
    assert set(map(frozenset, pairs(result.plan).values())) == {frozenset({"CTX1", "CTX2"})}
    assert result.rebindings[0] == Rebinding("user000", None, "CTX2")
    assert len(result.rebindings) == result.least_rebindings == 10


def test_nobody_waits_when_one_server_is_lost() -> None:
    """The other server of each user lets in; the new one is ready when the lost slot frees."""
    plan = _first(500, servers(6))
    result = _change(plan, leases=working_by(plan, 9), remove=("CTX3",))
    assert result.waits == ()
    frees = NOW - 9 * HOUR + RULES.period
    for rebinding in result.rebindings:
        (binding,) = (b for b in result.plan.bindings if b.user == rebinding.user)
        assert binding.ready_at == {rebinding.joined: frees}


def test_who_loses_both_servers_waits() -> None:
    """Only they, until the first slot frees, under each reading."""
    plan = _first(500, servers(6))
    result = _change(plan, leases=working_by(plan, 9), remove=("CTX3", "CTX4"))
    lost = {user for user, pair in pairs(plan).items() if pair == {"CTX3", "CTX4"}}
    assert {wait.user for wait in result.waits} == lost != set()
    assert result.waits[0].until == {
        SlotReading.PERIOD: NOW - 9 * HOUR + RULES.period,
        SlotReading.BLOCK: NOW - 9 * HOUR + RULES.block,
    }


def test_users_go_to_a_new_server_rather_from_where_they_hold_no_lease() -> None:
    """So that they can start there at once."""
    plan = _first(120, servers(6))
    idle = {"user007", "user042"}
    held = {b.user: [lease(b.user, b.servers[0])] for b in plan.bindings if b.user in idle}
    held |= {u: x for u, x in working_by(plan).items() if u not in idle}
    result = _change(plan, leases=held, add=(FarmServer("NEW"),))
    moved = {rebinding.user: rebinding.left for rebinding in result.rebindings}
    assert idle <= moved.keys()
    for binding in plan.bindings:
        if binding.user in idle:
            assert moved[binding.user] == binding.servers[1]


def test_who_works_elsewhere_on_the_farm_is_let_in_where_the_leases_are() -> None:
    """A plan that was never put to use doesn't make its users wait."""
    plan = FarmPlan(tuple(servers(4)), (Binding("jdoe", ("CTX1", "CTX2")),))
    held = {"jdoe": [lease("jdoe", "CTX3", 5), lease("jdoe", "CTX4", 2)]}
    result = _change(plan, leases=held)
    assert "CTX4" in result.plan.bindings[0].servers
    assert result.waits == ()
    assert len(result.rebindings) == 1


def test_a_plan_edited_by_hand_is_put_right() -> None:
    """Three servers become two, an unknown one goes, a doubled one too."""
    farm = tuple(servers(4))
    by_hand = (
        Binding("a", ("CTX1", "CTX2", "CTX3")),
        Binding("b", ("ctx1", "CTX1")),
        Binding("c", ("ELSEWHERE", "CTX2")),
        Binding("d", ()),
    )
    result = _change(FarmPlan(farm, by_hand))
    after = pairs(result.plan)
    assert all(len(pair) == 2 for pair in after.values())
    assert after["a"] < {"CTX1", "CTX2", "CTX3"}
    assert "CTX1" in after["b"]
    assert "CTX2" in after["c"]
    assert len(result.rebindings) == result.least_rebindings == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"remove": ("CTX9",)}, "CTX9 is not on the farm, which has CTX1, CTX2"),
        ({"weights": {"CTX9": 1.0}}, "CTX9 is not on the farm"),
        ({"add": (FarmServer("ctx1"),)}, "the server ctx1 is named twice"),
        ({"remove": ("CTX1", "CTX2")}, "the farm has no servers"),
        ({"weights": {"CTX1": 0.0}}, "must lie between"),
    ],
)
def test_a_change_that_can_not_be_is_refused(change: dict[str, object], says: str) -> None:
    """With a sentence that says what is wrong."""
    with pytest.raises(ValueError, match=says):
        _change(_first(3, servers(2)), **change)  # type: ignore[arg-type]


def test_a_user_twice_in_the_plan_in_force_is_refused() -> None:
    """Nobody knows which binding holds."""
    plan = _first(3, servers(2))
    twice = replace(plan, bindings=(*plan.bindings, Binding("USER001", ("CTX1",))))
    with pytest.raises(ValueError, match="the user of the plan in force USER001 is named twice"):
        _change(twice)


def test_over_full_servers_give_to_the_added_one_first() -> None:
    """So that nobody moves between the others: three of these four would be too full."""
    names = users(100)
    farm = servers(4)
    by_hand = [
        *(Binding(name, ("CTX1", "CTX2")) for name in names[:31]),
        *(Binding(name, ("CTX1", "CTX3")) for name in names[31:54]),
        *(Binding(name, ("CTX2", "CTX3")) for name in names[54:77]),
        *(Binding(name, ("CTX3", "CTX4")) for name in names[77:85]),
        *(Binding(name, ("CTX4", "CTX2")) for name in names[85:]),
    ]
    plan = FarmPlan(tuple(farm), tuple(by_hand))
    assert sorted(bindings(plan).values()) == [23, 54, 54, 69]
    result = _change(plan, add=(FarmServer("NEW"),))
    assert result.over_full == ()
    assert len(result.rebindings) == result.least_rebindings
    full = {"CTX1": 54 - 43, "CTX2": 69 - 43, "CTX3": 54 - 43}
    for name, excess in full.items():
        assert sum(r.left == name for r in result.rebindings) >= excess


def test_who_moves_to_an_added_server_is_whom_it_suits() -> None:
    """It is one of the first two by rendezvous for nearly all of them."""
    plan = _first(500, servers(6))
    result = _change(plan, add=(FarmServer("NEW"),))
    farm = result.plan.servers
    suits = [
        "NEW" in [server.name for server in ranking(rebinding.user, farm)[:2]]
        for rebinding in result.rebindings
    ]
    assert sum(suits) > 0.8 * len(suits)


def test_nobody_leaves_the_only_server_that_lets_in() -> None:
    """Everybody has a notebook besides: who left CTX1 for the new server could start nowhere."""
    plan = _first(60, servers(2))
    held = leases(users(60), ("notebook", 1), ("CTX1", 2))
    result = _change(plan, leases=held, add=(FarmServer("NEW"),))
    assert {rebinding.left for rebinding in result.rebindings} == {"CTX2"}
    assert result.waits == ()
    assert bindings(result.plan)["NEW"] == 40


def test_an_over_full_server_loses_those_without_a_lease_on_it_first() -> None:
    """Everybody was bound to the same two; 30 of them work on the first, none on the second."""
    names = users(60)
    plan = FarmPlan(tuple(servers(4)), tuple(Binding(name, ("CTX1", "CTX2")) for name in names))
    working = names[10:40]
    result = _change(plan, leases=leases(working, ("CTX1", 2)))
    stayed = {user for user, pair in pairs(result.plan).items() if "CTX1" in pair}
    assert set(working) <= stayed
    assert len(stayed) == fair_shares(servers(4), 60, 2)["ctx1"].room == 33
    assert len(result.rebindings) == result.least_rebindings == 2 * (60 - 33)


def test_an_over_full_server_loses_new_users_first() -> None:
    """That moves nobody whom the plan in force has put there."""
    plan = _first(60, servers(4))
    names = [*users(60), *(f"new{n}" for n in range(30))]
    held = leases(names[60:], ("CTX1", 2))
    result = make_plan(names, servers(4), rules=RULES, now=NOW, in_force=plan, leases=held)
    assert result.rebindings == ()
    assert bindings(result.plan)["CTX1"] == fair_shares(servers(4), 90, 2)["ctx1"].room


@pytest.mark.parametrize("user", users(8))
def test_who_loses_a_server_gets_the_one_on_which_there_is_a_lease(user: str) -> None:
    """It lets in at once."""
    plan = FarmPlan(tuple(servers(5)), (Binding(user, ("CTX1", "CTX2")),))
    held = leases([user], ("CTX1", 1), ("CTX5", 3))
    result = _change(plan, leases=held, remove=("CTX2",))
    assert result.plan.bindings == (Binding(user, ("CTX1", "CTX5")),)


@pytest.mark.parametrize("user", users(8))
def test_the_free_slot_is_for_the_server_that_the_user_knows(user: str) -> None:
    """The new one waits for the lease elsewhere."""
    plan = FarmPlan(tuple(servers(5)), (Binding(user, ("CTX3", "CTX2")),))
    result = _change(plan, leases=leases([user], ("notebook", 2)), remove=("CTX2",))
    (rebinding,) = result.rebindings
    ready_at = {rebinding.joined: NOW - 2 * HOUR + RULES.period}
    assert result.plan.bindings[0].ready_at == ready_at


def test_a_server_below_its_share_gives_nobody_to_the_added_one() -> None:
    """The fuller ones do."""
    left = {"CTX1": 42, "CTX2": 42, "CTX3": 42, "CTX4": 42, "CTX5": 32}
    by_hand = []
    for name in users(100):
        pair = sorted(left, key=lambda server: (-left[server], server))[:2]
        by_hand.append(Binding(name, tuple(pair)))
        left.update((server, left[server] - 1) for server in pair)
    plan = FarmPlan(tuple(servers(5)), tuple(by_hand))
    assert bindings(plan)["CTX5"] == 32
    result = _change(plan, add=(FarmServer("NEW"),))
    assert {r.left for r in result.rebindings} == {"CTX1", "CTX2", "CTX3", "CTX4"}
    assert len(result.rebindings) == result.least_rebindings == 33


def test_a_server_that_users_are_bound_to_is_not_new() -> None:
    """Even if the list of servers of the plan in force lacks it."""
    plan = _first(50, servers(4))
    short = replace(plan, servers=plan.servers[:3])
    again = make_plan(users(50), servers(4), rules=RULES, now=NOW, in_force=short)
    assert again.plan == plan
    assert again.least_rebindings == len(again.rebindings) == 0


def test_the_minimum_holds_where_users_had_more_than_two_servers() -> None:
    """One that they give up may be one that they had besides."""
    farm = servers(6)
    plan = FarmPlan(tuple(farm), tuple(Binding(n, ("CTX1", "CTX2", "CTX3")) for n in users(10)))
    result = _change(plan)
    assert len(result.rebindings) >= result.least_rebindings
