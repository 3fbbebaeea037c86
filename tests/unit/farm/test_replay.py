"""Days of work replayed: who is refused, who waits, and what it does to the load."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.farm.model import FarmPlan, FarmServer, Session
from shared.domain.farm.moves import changed_plan
from shared.domain.farm.placements import (
    Placement,
    affinity,
    free_balancing,
    one_server,
    one_session_a_day,
    split_by_hand,
)
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult
from shared.domain.farm.replay import Change, HeldLeases, replay
from shared.domain.farm.replay_result import ReplayResult
from shared.domain.leases.model import LeaseRules, SlotReading
from tests.unit.farm.farms import (
    HOUR,
    NOW,
    RULES,
    SERVERS,
    held_leases,
    leases,
    servers,
    session,
    users,
    working_hours,
)

PERIOD, BLOCK = SlotReading.PERIOD, SlotReading.BLOCK
NAMES = users(8)


def _refused(result: ReplayResult) -> dict[SlotReading, int]:
    return {reading: len(found.refused) for reading, found in result.refusals.items()}


def _in_turn(server_names: list[str]) -> Placement:
    """The first start on the first of these servers, and so on."""
    turns = iter(server_names)
    return Placement("in turn", tuple(servers(6)), lambda _user, _at, _running: next(turns))


def test_a_third_server_is_refused_and_the_result_says_until_when() -> None:
    """Stefan's case in the thread; by the block hours the next day works, by the period not."""
    work = [session("jdoe", at, at + 1) for at in (8, 10, 12, 36)]
    result = replay(work, _in_turn(["CTX1", "CTX2", "CTX3", "CTX3"]), RULES)
    assert _refused(result) == {PERIOD: 2, BLOCK: 1}
    by_period, by_block = result.refusals[PERIOD], result.refusals[BLOCK]
    assert by_period.by_user == {"jdoe": 2}
    assert list(by_period.by_day.values()) == [1, 1]
    assert by_period.waiting_until == {"jdoe": NOW + 9 * HOUR + RULES.period}
    assert by_block.refused[0].granted_from == NOW + 9 * HOUR + RULES.block
    assert by_block.refused[0].server == "CTX3"


def test_a_refused_session_loads_its_server_all_the_same() -> None:
    """It runs as Personal Edition."""
    work = [session("jdoe", at, at + 1) for at in (8, 10, 12)]
    result = replay(work, _in_turn(["CTX1", "CTX2", "CTX3"]), RULES)
    assert result.load.hours["CTX3"] == pytest.approx(1.0)


def test_sessions_that_touch_do_not_overlap() -> None:
    """One ends before the other starts, so a slot is in use by one of them only."""
    work = [session("a", 0, 1), session("b", 1, 2)]
    assert replay(work, one_server(servers(2)), RULES).load.peak_sessions == 1


def test_one_session_a_day_is_from_the_first_start_to_the_last_end() -> None:
    """By day and user; names compare caseless."""
    work = [session("a", 8, 9), session("A", 16, 18), session("b", 10, 11), session("a", 32, 33)]
    result = replay(work, one_session_a_day(servers(2)), RULES)
    assert result.starts == 3
    assert sum(result.load.hours.values()) == pytest.approx(10 + 1 + 1)


def test_leases_of_today_count() -> None:
    """Somebody with two notebooks gets nothing on the farm."""
    held = leases(["jdoe"], ("notebook", 1), ("tablet", 2))
    result = replay([session("JDOE", 1, 2)], one_server(servers(2)), RULES, leases=held)
    assert _refused(result) == {PERIOD: 1, BLOCK: 1}


def test_a_lost_server_cuts_its_sessions_and_they_start_again_elsewhere() -> None:
    """The cut session is the last contact with the lost machine."""
    after = servers(6)[1:]
    change = Change(NOW + 2 * HOUR, lambda _leases: one_server(after), frozenset({"ctx1"}))
    work = [session("a", 0, 5), session("b", 3, 4)]
    result = replay(work, one_server(servers(6)), RULES, changes=[change])
    assert result.starts == 3
    before, then = result.loads
    assert before.hours["CTX1"] == pytest.approx(2.0)
    assert then.hours["CTX2"] == pytest.approx(3.0 + 1.0)
    assert "CTX1" not in then.hours


def test_a_drained_server_lets_its_sessions_end() -> None:
    """They renew its lease until then; the new plan sees what is held at the change."""
    seen: list[tuple[str, str, datetime | None]] = []

    def place(held: HeldLeases) -> Placement:
        seen.extend(
            (user, lease.machine, lease.last_contact) for user in held for lease in held[user]
        )
        return one_server(servers(6)[1:])

    result = replay(
        [session("a", 0, 5)],
        one_server(servers(6)),
        RULES,
        changes=[Change(NOW + 2 * HOUR, place)],
    )
    assert result.starts == 1
    assert seen == [("a", "ctx1", NOW + 2 * HOUR)]


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ([], "there are no sessions"),
        ([session("a", 2, 1)], "the end must come after the start"),
        ([session("a", 1, 1)], "the end must come after the start"),
        ([session(" ", 1, 2)], "has no user"),
        ([Session("a", NOW.replace(tzinfo=None), NOW)], "has no time zone"),
    ],
)
def test_sessions_that_can_not_be_are_refused(work: list[Session], says: str) -> None:
    """With a sentence that names the session."""
    with pytest.raises(ValueError, match=says):
        replay(work, one_server(servers(2)), RULES)


@given(st.data(), st.permutations(NAMES))
@settings(deadline=None)
def test_the_order_of_sessions_does_not_matter(data: st.DataObject, order: list[str]) -> None:
    """The replay sorts them."""
    work = data.draw(working_hours(NAMES))
    place = split_by_hand(servers(3), order)
    assert replay(work, place, RULES) == replay(reversed(work), place, RULES)


@given(st.data(), SERVERS)
@settings(deadline=None)
def test_affinity_never_refuses_anybody(data: st.DataObject, farm: list[FarmServer]) -> None:
    """From a farm without leases, under both readings, whatever the users do."""
    plan = make_plan(NAMES, farm, rules=RULES, now=NOW).plan
    result = replay(data.draw(working_hours(NAMES)), affinity(plan), RULES)
    assert _refused(result) == {PERIOD: 0, BLOCK: 0}


ANY_RULES = st.builds(
    LeaseRules,
    machines_per_user=st.integers(1, 3),
    period=st.integers(1, 40).map(lambda days: timedelta(days=days)),
    block=st.integers(0, 60).map(lambda hours: timedelta(hours=hours)),
)


@given(st.data(), SERVERS, ANY_RULES)
@settings(max_examples=200, deadline=None)
def test_a_plan_on_top_of_leases_refuses_only_users_who_must_wait(
    data: st.DataObject, farm: list[FarmServer], rules: LeaseRules
) -> None:
    """Whatever they hold, on the farm and elsewhere: the others always have a server that is ready.

    And those who wait are let in from when the result says, under the reading that it says. Who
    holds more leases than the rules allow shows that the rules are others, and is left out.
    """
    held = data.draw(held_leases(NAMES, most=rules.machines_per_user))
    result = make_plan(NAMES, farm, rules=rules, now=NOW, leases=held)
    waits = {wait.user: wait.until for wait in result.waits}
    work = data.draw(working_hours(NAMES))
    replayed = replay(work, affinity(result.plan), rules, leases=held)
    for reading, found in replayed.refusals.items():
        for refusal in found.refused:
            assert refusal.at < waits[refusal.user][reading]


@given(st.data(), st.integers(3, 6).map(servers), st.booleans())
@settings(max_examples=150, deadline=None)
def test_changes_on_the_way_refuse_only_users_who_must_wait(
    data: st.DataObject, farm: list[FarmServer], lose: bool
) -> None:
    """A server is added, drained at night or lost at work; a month later the plan is made anew."""
    work = data.draw(working_hours(NAMES))
    at = NOW + data.draw(st.integers(1, 40)) * 24 * HOUR
    if not lose:  # a drain is planned when the last session is over
        work = [s for s in work if not s.start < at < s.end] or [session(NAMES[0], 0, 1)]
    add = (FarmServer("NEW"),) if data.draw(st.booleans()) else ()
    plan, later = make_plan(NAMES, farm, rules=RULES, now=NOW).plan, at + timedelta(days=20)
    reading = data.draw(st.sampled_from(SlotReading))
    made: list[PlanResult] = []
    changed = Change(
        at,
        lambda held: _put(made, plan, at, held, add, {"CTX1"}),
        frozenset({"CTX1"} if lose else ()),
    )
    again = Change(later, lambda held: _put(made, made[-1].plan, later, held))
    result = replay(work, affinity(plan), RULES, readings=(reading,), changes=[changed, again])
    waiting = {wait.user for planned in made for wait in planned.waits}
    assert set(result.refusals[reading].by_user) <= waiting
    assert not made[0].waits


def _put(
    made: list[PlanResult],
    plan: FarmPlan,
    now: datetime,
    held: HeldLeases,
    add: tuple[FarmServer, ...] = (),
    remove: Collection[str] = (),
) -> Placement:
    made.append(changed_plan(plan, rules=RULES, now=now, leases=held, add=add, remove=remove))
    return affinity(made[-1].plan)


def test_free_balancing_refuses_where_affinity_does_not() -> None:
    """The test above could not fail if nothing ever were refused."""
    work = [session("jdoe", at, at + 1) for at in range(0, 60, 2)]
    assert _refused(replay(work, free_balancing(servers(6)), RULES))[PERIOD] > 0


def test_the_longest_session_of_a_day_sets_its_end() -> None:
    """Sessions of a user may overlap in a list that somebody exported."""
    work = [session("a", 8, 18), session("a", 9, 10)]
    result = replay(work, one_session_a_day(servers(2)), RULES)
    assert result.starts == 1
    assert sum(result.load.hours.values()) == pytest.approx(10.0)


def test_a_session_that_starts_at_the_change_starts_under_the_new_placement() -> None:
    """And one that ends then has ended."""
    change = Change(NOW + HOUR, lambda _leases: one_server(servers(2)[1:]), frozenset({"CTX1"}))
    work = [session("a", 0, 1), session("b", 1, 2)]
    result = replay(work, one_server(servers(2)), RULES, changes=[change])
    assert result.starts == 2
    assert result.load.hours == {"CTX2": pytest.approx(1.0)}
