"""What happened to leases between two looks."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leases.changes import changes_between, leases_by_user
from shared.domain.leases.history import ChangeKind, LeaseChange
from shared.domain.leases.model import CalConfiguration, Lease, QlikViewServer
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import JOHN, a_config, a_lease, a_look, hours_ago, several

BEFORE = hours_ago(1)
OTHER_SERVER = QlikViewServer("6b", "QVS@QV2")


def changes(before: CalConfiguration, after: CalConfiguration) -> list[LeaseChange]:
    """The changes between two looks at one server, an hour apart."""
    return changes_between(a_look(before, at=BEFORE), a_look(after))


def kinds(found: list[LeaseChange]) -> list[tuple[str, str, str]]:
    """Each change with the machines before and after."""
    return [
        (x.kind.value, x.before.machine if x.before else "", x.after.machine if x.after else "")
        for x in found
    ]


def test_a_lease_appears_and_vanishes() -> None:
    """With the moments between which it happened."""
    lease = a_lease()
    assert changes(a_config(), a_config([lease])) == [
        LeaseChange(ChangeKind.APPEARED, "5a0c", JOHN, NOW, BEFORE, None, lease)
    ]
    assert changes(a_config([lease]), a_config()) == [
        LeaseChange(ChangeKind.VANISHED, "5a0c", JOHN, NOW, BEFORE, lease, None)
    ]


def test_a_renewed_lease_is_no_change() -> None:
    """Nor is another spelling of user or machine."""
    before = a_config([a_lease("CTX01", used=days_ago(3))])
    assert changes(before, a_config([a_lease("ctx01 ", JOHN.upper())])) == []


def test_one_gone_and_one_come_of_a_user_is_a_move() -> None:
    """What stays is no part of it; other users' leases are none of theirs."""
    before = a_config([a_lease("A"), a_lease("B", used=days_ago(2)), a_lease("N", "ann")])
    after = a_config([a_lease("A"), a_lease("C"), a_lease("M", "eve")])
    assert kinds(changes(before, after)) == [
        ("moved", "B", "C"),
        ("vanished", "N", ""),
        ("appeared", "", "M"),
    ]


def test_the_longest_unused_moved_to_the_newest() -> None:
    """Of several; what is left over vanished or appeared."""
    before = a_config([a_lease("A"), a_lease("B", used=days_ago(9))])
    rows = [a_lease(m, leased=days_ago(d)) for m, d in (("C", 2), ("D", 1), ("E", 3))]
    assert kinds(changes(before, a_config(rows))) == [
        ("moved", "B", "D"),
        ("moved", "A", "C"),
        ("appeared", "", "E"),
    ]


def test_a_server_that_did_not_tell_or_is_new_has_no_changes() -> None:
    """Not told is not vanished, and a first look is no appearance."""
    full = a_config([a_lease()])
    assert changes(full, a_config(None)) == []
    assert changes(a_config(None), full) == []
    other = replace(full, server=OTHER_SERVER)
    assert changes_between(a_look(full), a_look(full, other)) == []
    assert changes_between(a_look(full, other), a_look(other)) == []


def test_a_server_has_the_times_of_its_own_reading() -> None:
    """One that could not be read in between was last seen earlier."""
    before = a_look(a_config(), at=BEFORE, read_at={"5a0c": days_ago(2)})
    found = changes_between(before, a_look(a_config([a_lease()]), read_at={"5a0c": hours_ago(0.5)}))
    assert [(x.since, x.seen_at) for x in found] == [(days_ago(2), hours_ago(0.5))]


def test_leases_without_user_or_machine_are_not_followed() -> None:
    """They could be anybody's."""
    rows = [a_lease(""), a_lease(user="")]
    assert changes(a_config(rows), a_config()) == []


@given(several)
def test_the_same_look_has_no_changes(rows: list[Lease]) -> None:
    """Whatever it saw."""
    look = a_look(a_config(rows))
    assert changes_between(look, look) == []


@given(several, several)
def test_changes_applied_to_the_look_before_give_the_look_after(
    rows: list[Lease], later: list[Lease]
) -> None:
    """By user and machine: nothing is missed, nothing told twice, and moves stay with a user."""
    before, after = a_config(rows), a_config(later)
    held = {(u, m) for u, leases in leases_by_user(before).items() for m in leases}
    for change in changes(before, after):
        for lease in (change.before, change.after):
            assert lease is None or lease.user.upper() == change.user.upper()
        if change.before:
            held.remove((change.user.casefold(), change.before.machine.casefold()))
    for change in changes(before, after):
        if change.after:
            added = (change.user.casefold(), change.after.machine.casefold())
            assert added not in held
            held.add(added)
    assert held == {(u, m) for u, leases in leases_by_user(after).items() for m in leases}


@given(several, several, st.randoms())
def test_the_order_of_leases_and_servers_does_not_matter(
    rows: list[Lease], later: list[Lease], random: Random
) -> None:
    """The same changes in the same order."""
    expected = changes(a_config(rows), a_config(later))
    for each in (rows, later):
        random.shuffle(each)
    assert changes(a_config(rows), a_config(later)) == expected


@given(several, several)
def test_backwards_the_changes_are_undone(rows: list[Lease], later: list[Lease]) -> None:
    """As many moves, and appearances for what vanished."""
    there = changes(a_config(rows), a_config(later))
    back = changes(a_config(later), a_config(rows))
    for one, other in (
        (ChangeKind.MOVED, ChangeKind.MOVED),
        (ChangeKind.APPEARED, ChangeKind.VANISHED),
        (ChangeKind.VANISHED, ChangeKind.APPEARED),
    ):
        assert sum(x.kind is one for x in there) == sum(x.kind is other for x in back)
