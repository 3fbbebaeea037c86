"""Would a start on a machine be granted, renewed or refused, from when, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.leases.model import CalConfiguration, Lease, LeaseRules, SlotReading
from shared.domain.leases.slots import ByReading, NextSlot, free_at, next_slots
from shared.domain.leases.start import would_start
from shared.domain.leases.start_answer import Outcome, StartAnswer, StartReason, Verdict
from shared.domain.leases.user_leases import user_leases
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

GRANTED = Outcome(Verdict.GRANTED, NOW)
RENEWED = Outcome(Verdict.RENEWED, NOW)
REFUSED = Outcome(Verdict.REFUSED, None)


def asked(config: CalConfiguration, machine: str = "CTX03", user: str = JOHN) -> StartAnswer:
    """What a start does by the usual rules, now."""
    return would_start(user_leases(config, RULES, NOW), user, machine)


def both(answer: StartAnswer) -> Outcome:
    """The outcome, which must be the same by both readings."""
    assert answer.outcomes.agree
    return answer.outcomes.period


def test_stefan_one_machine_then_another_within_a_day_is_granted() -> None:
    """With one slot taken an hour ago, Citrix server B gets the second one."""
    answer = would_start(a_server(a_lease("A")), JOHN, "B")
    assert both(answer) == GRANTED
    assert (answer.reason, answer.certain) == (StartReason.SLOT_FREE, True)
    assert (
        "holds leases on 1 of 2 machines (A, last contact 2026-11-22 01:30 UTC" in answer.sentence
    )


def test_stefan_the_third_machine_is_refused() -> None:
    """Both slots were used today: refused either way, and told until when and by whom."""
    leases = (a_lease("A", used=hours_ago(5)), a_lease("B", used=hours_ago(2)))
    answer = would_start(a_server(*leases), JOHN, "C")
    assert answer.outcomes == ByReading(
        Outcome(Verdict.REFUSED, hours_ago(5) + timedelta(days=30)),
        Outcome(Verdict.REFUSED, hours_ago(5) + timedelta(hours=24)),
    )
    assert (answer.reason, answer.certain) == (StartReason.SLOTS_TAKEN, True)
    for words in (
        "A, last contact 2026-11-21 21:30 UTC, runs until 2026-12-21 21:30 UTC (computed)",
        "refused until 2026-12-21 21:30 UTC if a slot frees after the lease period",
        "refused until 2026-11-22 21:30 UTC if it frees after the block hours",
        "no message: the client just stays Personal Edition",
    ):
        assert words in answer.sentence


def test_the_readings_differ_after_the_block_hours() -> None:
    """A day later the third machine is granted by one reading only, so nothing is certain."""
    server = a_server(a_lease("A", used=hours_ago(24)), a_lease("B", used=hours_ago(2)))
    answer = would_start(server, JOHN, "C")
    assert answer.outcomes == ByReading(
        Outcome(Verdict.REFUSED, hours_ago(24) + timedelta(days=30)), GRANTED
    )
    assert not answer.certain
    assert "granted now if it frees after the block hours" in answer.sentence


def test_own_machine_is_renewed_even_with_all_slots_taken() -> None:
    """By its id, in any case, or by the farm's name."""
    server = a_server(a_lease("A"), a_lease("x ctx02"), rules=FARM)
    for machine in ("a", "X CTX02", "CTX02"):
        answer = would_start(server, JOHN.upper(), machine)
        assert both(answer) == RENEWED
        assert (answer.reason, answer.certain) == (StartReason.HOLDS_LEASE, True)


def test_an_expired_lease_leaves_its_machine_a_free_slot() -> None:
    """Granted anew; but with the slots taken by others it is refused like any machine."""
    old = a_lease("A", used=days_ago(31))
    assert both(would_start(a_server(old, a_lease("B")), JOHN, "A")) == GRANTED
    answer = would_start(a_server(old, a_lease("B"), a_lease("C")), JOHN, "A")
    assert answer.outcomes.period.verdict is Verdict.REFUSED


def test_the_servers_own_quarantine_postpones_by_the_block_hours_only() -> None:
    """At most until the lease expires, and not at all where slots are kept for the period."""
    for days, free in ((5, 5), (40, 30 - 2)):
        until = NOW + timedelta(days=days)
        held = a_lease("A", used=days_ago(2), quarantined_until=until)
        server = a_server(held, a_lease("B", quarantined_until=until))
        answer = would_start(server, JOHN, "C")
        assert answer.outcomes.period.from_when == NOW + timedelta(days=28)
        assert answer.outcomes.block.from_when == NOW + timedelta(days=free)


def test_a_lease_without_contact_makes_the_time_unknown_only_where_it_matters() -> None:
    """The other slot still frees; with two unknown ones nobody knows."""
    one = would_start(a_server(a_lease("A", contact=False), a_lease("B")), JOHN, "C")
    assert one.outcomes.period.from_when == hours_ago(1) + timedelta(days=30)
    two = [a_lease("A", contact=False), a_lease("B", contact=False)]
    answer = would_start(a_server(*two), JOHN, "C")
    assert both(answer) == REFUSED
    assert "refused until an unknown time" in answer.sentence
    assert "A, with no contact told" in answer.sentence


def test_who_holds_too_many_waits_for_several() -> None:
    """With three leases and two slots, two must go."""
    rows = [a_lease(name, used=hours_ago(h)) for name, h in (("A", 9), ("B", 5), ("C", 1))]
    answer = would_start(a_server(*rows), JOHN, "D")
    assert answer.outcomes.block.from_when == hours_ago(5) + timedelta(hours=24)
    assert answer.outcomes.period.from_when == hours_ago(5) + timedelta(days=30)


@pytest.mark.parametrize(
    ("config", "reason", "words"),
    [
        (a_config([], []), StartReason.NO_CAL, "has no named CAL"),
        (a_config([], allow_lease=False), StartReason.LEASES_OFF, "switched off"),
        (
            a_config([], [], removed=[a_cal(until=days_ago(-3))]),
            StartReason.CAL_REMOVED,
            "is in quarantine until 2026-11-25 02:30 UTC.",
        ),
        (a_config([], [], removed=[a_cal()]), StartReason.CAL_REMOVED, "is in quarantine."),
        (a_config([], [], removed=[a_cal(until=days_ago(3))]), StartReason.NO_CAL, "no named CAL"),
        (
            a_config([], [], allow_dynamic=True, in_license=3, limit=9, assigned=3),
            StartReason.NO_CAL_LEFT,
            "none is left",
        ),
    ],
)
def test_without_a_cal_or_leasing_every_machine_is_refused(
    config: CalConfiguration, reason: StartReason, words: str
) -> None:
    """Nobody knows until when; and a refusal shows no message."""
    answer = asked(config)
    assert both(answer) == REFUSED
    assert (answer.reason, answer.certain) == (reason, True)
    assert words in answer.sentence
    assert "stays Personal Edition" in answer.sentence


@pytest.mark.parametrize(
    "config",
    [a_config([a_lease("A")], []), a_config([a_lease("A")], allow_lease=False)],
)
def test_a_lease_outlives_the_cal(config: CalConfiguration) -> None:
    """On its machine the client works until it ends; it is not renewed."""
    answer = asked(config, "A")
    assert both(answer) == Outcome(Verdict.LASTS, None)
    assert not answer.certain
    assert "still runs until 2026-12-22 01:30 UTC (computed) and is not renewed" in answer.sentence


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (a_config([], [], allow_dynamic=True), "may be given one by connecting"),
        (a_config([], [], allow_dynamic=True, in_license=None, limit=None), "may be given one"),
        (a_config([], None, told=False), "Whether ACME\\john.doe has a named CAL was not told"),
        (replace(a_config([], []), identification="MachineName"), "was not told"),
        (a_config([], [a_cal(until=days_ago(-1))]), "as quarantined until 2026-11-23 02:30 UTC"),
        (a_config([a_lease("")]), "without a machine id"),
    ],
)
def test_what_else_is_open_is_said(config: CalConfiguration, words: str) -> None:
    """It is granted as far as one knows, and not called certain."""
    answer = asked(config)
    assert both(answer) == GRANTED
    assert not answer.certain
    assert words in answer.sentence


def test_leases_that_were_not_told_make_no_answer() -> None:
    """Neither granted nor refused."""
    answer = asked(a_config(None))
    assert both(answer) == Outcome(Verdict.UNKNOWN, None)
    assert (answer.reason, answer.certain) == (StartReason.LEASES_NOT_TOLD, False)


def test_any_other_machine_can_be_asked() -> None:
    """Without a machine the question is about one that has no lease."""
    answer = would_start(a_server(a_lease("A"), a_lease("B")), JOHN)
    assert answer.reason is StartReason.SLOTS_TAKEN
    assert "A start on another machine" in answer.sentence


machines = st.sampled_from(["CTX01", "ctx02", "CTX09", "NB-7", ""])


@given(several, rules, machines)
def test_granted_by_the_period_means_a_free_slot(
    rows: Sequence[Lease], given_rules: LeaseRules, machine: str
) -> None:
    """And renewed an active lease there; refused that neither is so."""
    server = user_leases(a_config(rows), given_rules, NOW)
    user = server.of(JOHN)
    verdict = would_start(server, JOHN, machine).outcomes.period.verdict
    own = any(held.active for held in server.held_on(user, machine))
    expected = Verdict.GRANTED if user.slots_free else Verdict.REFUSED
    assert verdict is (Verdict.RENEWED if own else expected)


@given(several, rules, machines)
def test_the_block_is_never_later_than_the_period(
    rows: Sequence[Lease], given_rules: LeaseRules, machine: str
) -> None:
    """A lease that has expired holds no slot, however long the block."""
    server = user_leases(a_config(rows), given_rules, NOW)
    outcomes = would_start(server, JOHN, machine).outcomes
    assert (outcomes.period.from_when is None) is (outcomes.block.from_when is None)
    if outcomes.period.from_when and outcomes.block.from_when:
        assert NOW <= outcomes.block.from_when <= outcomes.period.from_when


@given(several, rules, machines)
def test_when_the_time_has_come_the_start_is_granted_and_not_before(
    rows: Sequence[Lease], given_rules: LeaseRules, machine: str
) -> None:
    """With no contact in between, at `from_when` to the second."""
    config = a_config(rows)
    outcomes = would_start(user_leases(config, given_rules, NOW), JOHN, machine).outcomes
    for reading in SlotReading:
        outcome = outcomes.of(reading)
        if outcome.verdict is not Verdict.REFUSED or outcome.from_when is None:
            continue
        for moment, verdict in (
            (outcome.from_when, Verdict.GRANTED),
            (outcome.from_when - timedelta(seconds=1), Verdict.REFUSED),
        ):
            later = would_start(user_leases(config, given_rules, moment), JOHN, machine)
            assert later.outcomes.of(reading).verdict is verdict


@given(several, rules, st.integers(1, 2000))
def test_longer_rules_never_let_anybody_start_sooner(
    rows: Sequence[Lease], given_rules: LeaseRules, hours: int
) -> None:
    """On a machine without a lease; more machines a user never let anybody start later."""
    longer = timedelta(hours=hours)
    config = a_config(rows)
    outcomes = would_start(user_leases(config, given_rules, NOW), JOHN).outcomes
    assume(outcomes.period.verdict is Verdict.REFUSED)
    for changed, sooner in (
        (replace(given_rules, period=given_rules.period + longer), False),
        (replace(given_rules, block=given_rules.block + longer), False),
        (replace(given_rules, machines_per_user=given_rules.machines_per_user + 1), True),
    ):
        other = would_start(user_leases(config, changed, NOW), JOHN).outcomes
        for reading in SlotReading:
            one, two = outcomes.of(reading).from_when, other.of(reading).from_when
            if one and two:
                assert two <= one if sooner else two >= one


@given(several, rules)
def test_a_slot_frees_between_the_contact_and_the_end(
    rows: Sequence[Lease], given_rules: LeaseRules
) -> None:
    """Whatever the server says of quarantine."""
    for user in user_leases(a_config(rows), given_rules, NOW).users.values():
        for held in user.leases:
            block = free_at(held, SlotReading.BLOCK, given_rules)
            assert (block is None) is (held.expires_at is None)
            if block and held.expires_at and held.lease.last_contact:
                assert held.lease.last_contact <= block <= held.expires_at


def test_a_free_slot_is_free_now_and_takes_nobodys() -> None:
    """No lease must go for it, by either reading."""
    server = a_server(a_lease("A"))
    slots = next_slots(server.of(JOHN), RULES, NOW)
    assert slots == ByReading(NextSlot(NOW, None), NextSlot(NOW, None))
