"""The demo's own lease rules."""

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.demo_qms.lease_rules import LeaseRules, lasts, start
from local.demo_qms.records import Lease
from tests.demo_site_fixture import NOW

ANNA = "ACME\\anna"
READINGS: tuple[Literal["period", "block"], ...] = ("period", "block")


def _lease(machine: str, hours_ago: float) -> Lease:
    at = NOW - timedelta(hours=hours_ago)
    return Lease(ANNA, machine, at, at)


@pytest.mark.parametrize("reading", READINGS)
def test_two_machines_get_a_lease_and_a_third_does_not(reading: str) -> None:
    """Both slots were used today: whichever reading holds, the third is refused."""
    rules = LeaseRules(reading="block" if reading == "block" else "period")
    held: list[Lease] = []
    for machine in ("CTX01", "CTX02"):
        granted = start(held, ANNA, machine, NOW, rules)
        assert granted.outcome == "granted"
        assert granted.lease is not None
        held.append(granted.lease)
    refused = start(held, ANNA, "CTX03", NOW + timedelta(hours=23, minutes=59), rules)
    assert (refused.outcome, refused.lease) == ("refused", None)


def test_a_start_on_a_machine_with_a_lease_renews_it() -> None:
    """Whatever the case of the machine's name; the day of the grant stays."""
    outcome = start([_lease("CTX01", 300), _lease("CTX02", 1)], ANNA, "ctx01", NOW, LeaseRules())
    assert outcome.outcome == "renewed"
    assert outcome.lease == Lease(ANNA, "CTX01", NOW - timedelta(hours=300), NOW)


def test_when_a_slot_is_free_again_is_the_difference_of_the_readings() -> None:
    """After a day the slot that was used longest ago, or only after the period."""
    held = [_lease("CTX01", 24), _lease("CTX02", 100)]
    assert start(held, ANNA, "CTX03", NOW, LeaseRules()).outcome == "refused"
    moved = start(held, ANNA, "CTX03", NOW, LeaseRules(reading="block"))
    assert (moved.outcome, moved.replaced) == ("granted", held[1])
    over = [_lease("CTX01", 24), _lease("CTX02", 30 * 24)]
    granted = start(over, ANNA, "CTX03", NOW, LeaseRules())
    assert (granted.outcome, granted.replaced) == ("granted", None)


def test_the_edges_are_exact() -> None:
    """The period and the block are over to the second, not before."""
    rules = LeaseRules(reading="block")
    lease = _lease("CTX01", 0)
    second = timedelta(seconds=1)
    assert lasts(lease, NOW + rules.period - second, rules)
    assert not lasts(lease, NOW + rules.period, rules)
    held = [lease, lease]
    before = start(held, ANNA, "X", NOW + rules.block - second, rules)
    assert before.outcome == "refused"
    assert start(held, ANNA, "X", NOW + rules.block, rules).outcome == "granted"


@given(
    steps=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=60),
    machines=st.integers(0, 3),
    reading=st.sampled_from(READINGS),
)
def test_nobody_ever_has_more_leases_than_slots(
    steps: list[tuple[int, int]], machines: int, reading: Literal["period", "block"]
) -> None:
    """Nor two on one machine, however they start; time goes on by hours."""
    rules = LeaseRules(machines, reading=reading)
    held: list[Lease] = []
    at = NOW
    for hours, machine in steps:
        at += timedelta(hours=hours)
        outcome = start(held, ANNA, f"M{machine}", at, rules)
        if outcome.lease is not None:
            name = outcome.lease.machine
            kept = [x for x in held if x != outcome.replaced and x.machine != name]
            held = [x for x in kept if lasts(x, at, rules)] + [outcome.lease]
        assert len(held) <= machines
        assert len({x.machine for x in held}) == len(held)
