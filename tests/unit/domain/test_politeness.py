"""How many requests QRS gets at once: the limit, and how instances share it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.politeness import (
    LEASE,
    PROBE,
    QUIET,
    SLOW_SECONDS,
    Politeness,
    Pulse,
    Share,
    due,
    eased,
    given_back,
    is_slow,
    observed,
    renewed,
    troubled,
)
from tests.unit.build import NOW

MOST = 8
SECOND = timedelta(seconds=1)


def take(state: Politeness, holder: str, *, wants: int = MOST, in_use: int = 0) -> Politeness:
    """Ask for a share, or renew it."""
    return renewed(state, holder, wants=wants, in_use=in_use, now=NOW, most=MOST)


def test_the_first_instance_gets_all_that_it_wants() -> None:
    """Nobody else is there; what is over stays free."""
    assert take(Politeness(), "a").slots_of("a") == MOST
    assert take(Politeness(), "a", wants=3).slots_of("a") == 3


def test_the_next_instance_waits_until_the_first_has_made_room() -> None:
    """At its next renewal the first comes down to its part; then the other one has its own."""
    state = take(take(Politeness(), "a"), "b")
    assert (state.slots_of("a"), state.slots_of("b")) == (8, 0)
    state = take(state, "a", in_use=6)
    assert (state.slots_of("a"), due(state, "a", MOST)) == (6, 4)
    state = take(take(state, "a", in_use=4), "b")
    assert (state.slots_of("a"), state.slots_of("b")) == (4, 4)


def test_what_nobody_else_wants_is_not_kept_from_those_who_do() -> None:
    """One who wants a single request leaves the rest to the other."""
    state = take(take(Politeness(), "timer", wants=1), "a")
    assert state.slots_of("a") == 7


def test_more_instances_than_slots_wait_in_order_of_arrival() -> None:
    """The first of them get one each."""
    state = Politeness(limit=2)
    for holder in "abc":
        state = take(state, holder)
    state = take(take(take(state, "a", in_use=1), "b"), "c")
    assert [state.slots_of(holder) for holder in "abc"] == [1, 1, 0]
    state = take(given_back(state, "a", NOW), "c")
    assert [state.slots_of(holder) for holder in "abc"] == [0, 1, 1]


def test_the_share_of_an_instance_that_died_ends() -> None:
    """Not before its lease is over, and then all of it is free."""
    state = take(Politeness(), "dead")

    def ask(after: timedelta) -> int:
        return renewed(state, "b", wants=MOST, in_use=0, now=NOW + after, most=MOST).slots_of("b")

    assert ask(LEASE - SECOND) == 0
    assert ask(LEASE) == MOST


def test_trouble_halves_the_limit_and_a_burst_of_it_halves_once() -> None:
    """However many requests failed that were sent before the cut, by whichever instance."""
    state = Politeness()
    for _ in range(5):
        state = troubled(state, 0, now=NOW, most=MOST)
    assert (state.limit_now(MOST), state.cuts) == (4, 1)
    assert troubled(state, 1, now=NOW, most=MOST).limit_now(MOST) == 2


def test_one_request_at_a_time_is_always_allowed() -> None:
    """Trouble can't bring the work to a stop: that is the breaker's part."""
    state = Politeness()
    for cut in range(10):
        state = troubled(state, cut, now=NOW, most=MOST)
    assert state.limit_now(MOST) == 1


def test_a_state_that_was_reset_by_hand_takes_trouble_as_it_comes() -> None:
    """An instance may know of cuts that the state has forgotten."""
    assert troubled(Politeness(), 7, now=NOW, most=MOST) == Politeness(4, 8, 8, NOW)


def test_the_limit_grows_by_one_after_each_quiet_stretch() -> None:
    """And no sooner."""
    state = Politeness(limit=2, cuts=1, too_many=8, changed_at=NOW)
    assert eased(state, now=NOW + QUIET - SECOND, most=MOST) == state
    grown = eased(state, now=NOW + QUIET, most=MOST)
    assert grown == replace(state, limit=3, changed_at=NOW + QUIET)
    assert eased(grown, now=NOW + QUIET, most=MOST) == grown


def test_a_number_that_was_too_many_is_tried_again_much_later() -> None:
    """What went well for long is not held against it any more."""
    state = Politeness(limit=3, cuts=1, too_many=4, changed_at=NOW)
    assert eased(state, now=NOW + PROBE - SECOND, most=MOST) == state
    tried = eased(state, now=NOW + PROBE, most=MOST)
    assert (tried.limit, tried.too_many) == (4, None)


def test_the_limit_does_not_grow_over_the_setting_nor_without_having_been_cut() -> None:
    """A setting that was lowered since holds at once."""
    assert eased(Politeness(), now=NOW, most=MOST) == Politeness()
    full = Politeness(limit=MOST, changed_at=NOW)
    assert eased(full, now=NOW + PROBE, most=MOST) == full
    assert Politeness(limit=6).limit_now(2) == 2


def test_only_a_limit_that_was_put_to_the_test_grows() -> None:
    """One request at a time says nothing of eight."""
    state = Politeness(limit=4, changed_at=NOW)
    later = NOW + PROBE
    idle = Pulse(running=1, at_most=4, full=False, troubled=False, cut=0)
    assert observed(state, idle, now=later, most=MOST) == state
    assert observed(state, replace(idle, full=True), now=later, most=MOST).limit == 5
    both = replace(idle, full=True, troubled=True)
    assert observed(state, both, now=later, most=MOST).limit == 2


@pytest.mark.parametrize(
    ("latest", "quickest", "slow"),
    [
        ([SLOW_SECONDS * 4] * 8, 0.5, True),
        ([SLOW_SECONDS * 4] * 7, 0.5, False),
        ([SLOW_SECONDS] * 8, 0.01, False),
        ([SLOW_SECONDS * 4] * 8, SLOW_SECONDS * 2, False),
        ([SLOW_SECONDS * 4] * 4 + [0.1] * 5, 0.1, False),
    ],
)
def test_answers_are_slow_against_the_quickest_one_and_by_the_clock(
    latest: list[float], quickest: float, slow: bool
) -> None:
    """Some late answers, a site that is always slow, and one that is quick enough are not."""
    assert is_slow(latest, quickest) is slow


moments = st.integers(0, 90).map(lambda seconds: NOW + timedelta(seconds=seconds))
holders = st.sampled_from("abcd")
numbers = st.integers(1, 10)
shares = st.builds(Share, holders, numbers, st.integers(0, 8), moments)
states = st.builds(
    Politeness,
    limit=st.none() | numbers,
    cuts=st.integers(0, 5),
    too_many=st.none() | numbers,
    changed_at=st.none() | moments,
    shares=st.lists(shares, max_size=4, unique_by=lambda share: share.holder).map(tuple),
)


@given(states, st.integers(0, 6), moments, numbers)
def test_trouble_never_raises_the_limit_and_quiet_never_lowers_it(
    state: Politeness, cut: int, now: datetime, most: int
) -> None:
    """Nor does either touch a share."""
    lower = troubled(state, cut, now=now, most=most)
    higher = eased(state, now=now, most=most)
    assert 1 <= lower.limit_now(most) <= state.limit_now(most) <= higher.limit_now(most) <= most
    assert lower.shares == higher.shares == state.shares


@given(states, holders, numbers, st.integers(0, 3), moments, numbers)
def test_a_share_never_takes_what_another_one_holds(
    state: Politeness, holder: str, wants: int, in_use: int, now: datetime, most: int
) -> None:
    """Nothing is granted beyond the limit, but what one has already may be kept for a while."""
    before = given_back(state, "", now)
    after = renewed(before, holder, wants=wants, in_use=in_use, now=now, most=most)
    others = sum(share.slots for share in before.shares if share.holder != holder)
    own, held = after.slots_of(holder), before.slots_of(holder)
    assert own <= max(wants, in_use)
    assert own <= max(in_use, held) or own + others <= state.limit_now(most)
    assert own >= in_use
    assert due(after, holder, most) <= min(own, wants)
    assert [s for s in after.shares if s.holder != holder] == [
        s for s in before.shares if s.holder != holder
    ]


@given(states, holders, numbers, moments, numbers)
def test_who_wants_more_never_gets_less(
    state: Politeness, holder: str, wants: int, now: datetime, most: int
) -> None:
    """Asking for more can't cost anything."""

    def ask(wants: int) -> int:
        after = renewed(state, holder, wants=wants, in_use=0, now=now, most=most)
        return after.slots_of(holder)

    assert ask(wants) <= ask(wants + 1)
