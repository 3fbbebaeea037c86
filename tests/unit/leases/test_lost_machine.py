"""The notebook question: a machine is lost, and its user wants to work."""

from datetime import datetime, timedelta

from hypothesis import given

from shared.domain.leases.lost_machine import LostMachine, if_lost
from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.leases.slots import ByReading
from shared.domain.leases.start import would_start
from shared.domain.leases.start_answer import Verdict
from shared.domain.leases.user_leases import user_leases
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import JOHN, a_config, a_lease, a_server, hours_ago, rules, several


def told(found: LostMachine) -> str:
    """All advice."""
    return " ".join(found.advice)


def in_days(days: float) -> datetime:
    """That many days after NOW."""
    return days_ago(-days)


def test_with_a_slot_free_the_user_starts_elsewhere_at_once() -> None:
    """One lease, on the notebook: another machine gets the second slot now."""
    found = if_lost(a_server(a_lease("NB-7 4C4C")), JOHN, "nb-7")
    assert found.held is not None
    assert found.works_on == ()
    assert found.works_from == ByReading(NOW, NOW)
    assert found.new_machine.outcomes.period.verdict is Verdict.GRANTED
    assert "Personal Edition" not in told(found)
    assert "AJAX" not in told(found)


def test_with_both_slots_taken_the_other_machine_still_works() -> None:
    """A third one waits, and is told for which slot."""
    server = a_server(a_lease("NB-7", used=hours_ago(10)), a_lease("CTX01"))
    found = if_lost(server, JOHN, "NB-7")
    assert [held.machine_name for held in found.works_on] == ["CTX01"]
    assert found.works_from == ByReading(NOW, NOW)
    assert found.lost_slot_frees == ByReading(
        hours_ago(10) + timedelta(days=30), hours_ago(10) + timedelta(hours=24)
    )
    assert found.new_machine.outcomes.block.from_when == found.lost_slot_frees.block
    for words in (
        "can work at once on CTX01",
        "slot of the lost machine frees at 2026-12-21 16:30 UTC after the lease period",
        "or at 2026-11-22 16:30 UTC after the block hours",
        "No lease can be taken back or moved",
        "removing the named CAL does not end one",
        "the AJAX client in a browser works, for it needs no lease",
    ):
        assert words in told(found)
    assert "start the client there once" not in told(found)


def test_the_slot_that_frees_first_may_be_the_wrong_one() -> None:
    """When the lost machine was used last, the other would lose its slot: start it once."""
    server = a_server(a_lease("NB-7"), a_lease("CTX01", used=days_ago(3)))
    found = if_lost(server, JOHN, "NB-7")
    assert found.lost_slot_frees.block == NOW + timedelta(hours=23)
    assert found.new_machine.outcomes.block.from_when == NOW
    assert "that of CTX01, which is not the lost one" in told(found)
    assert "start the client there once" in told(found)


def test_with_one_machine_allowed_its_user_waits() -> None:
    """Nothing else to work on, until the slot of the lost machine frees."""
    server = a_server(a_lease("NB-7", used=days_ago(2)), rules=LeaseRules(machines_per_user=1))
    found = if_lost(server, JOHN, "NB-7")
    assert found.works_on == ()
    assert found.works_from == ByReading(in_days(28), NOW)
    assert found.works_from == found.lost_slot_frees


def test_a_machine_without_a_lease_takes_no_slot() -> None:
    """Said, and the rest is as if nothing was lost."""
    found = if_lost(a_server(a_lease("A")), JOHN, "NB-7")
    assert found.held is None
    assert found.lost_slot_frees == ByReading(None, None)
    assert "holds no active lease on that machine" in told(found)


def test_a_user_without_a_cal_is_told_so() -> None:
    """Waiting for a slot would not help."""
    found = if_lost(user_leases(a_config([], []), LeaseRules(), NOW), JOHN, "NB-7")
    assert found.works_from == ByReading(None, None)
    assert "no named CAL" in told(found)
    assert "frees at" not in told(found)


@given(several, rules)
def test_nobody_works_sooner_for_having_lost_a_machine(
    rows: list[Lease], given_rules: LeaseRules
) -> None:
    """Others are those that are left, and a new machine is asked like any other."""
    server = user_leases(a_config(rows), given_rules, NOW)
    user = server.of(JOHN)
    for lost in user.active:
        found = if_lost(server, JOHN, lost.lease.machine)
        assert found.new_machine == would_start(server, JOHN)
        assert found.held is None or found.held not in found.works_on
        assert len(found.works_on) + (found.held is not None) == len(user.active)
        for held in found.works_on:
            verdict = would_start(server, JOHN, held.lease.machine).outcomes.period.verdict
            assert verdict is Verdict.RENEWED or not held.lease.machine
        new, at = found.new_machine.outcomes, found.works_from
        assert at.period == (NOW if found.works_on else new.period.from_when)
        assert at.block == (NOW if found.works_on else new.block.from_when)
