"""The state of the demo's QlikView Servers."""

import dataclasses
import threading
from datetime import timedelta

import pytest

from local.demo_qms.accounts import Accounts
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.lease_rules import LeaseRules
from local.demo_qms.records import Lease
from tests.demo_site_fixture import NOW, ManualClock
from tests.qms_fixture import small_farm

ANNA = "ACME\\anna"


def test_who_has_no_named_cal_gets_no_lease() -> None:
    """Nor does anybody on a server that does not lease; the license is used all the same."""
    world = small_farm(ANNA)
    assert world.open_in_server("ACME\\bo", "CTX01").outcome == "refused"
    world.change_server(None, lambda s: dataclasses.replace(s, allow_lease=False))
    assert world.open_in_server(ANNA, "CTX01").outcome == "refused"
    assert world.cal_list().leases == ()
    assert [cal.last_used for cal in world.cal_list().assigned] == [NOW]


def test_a_cal_is_assigned_by_itself_where_that_is_allowed() -> None:
    """As long as there is one."""
    world = small_farm(in_license=1)
    world.change_server(None, lambda s: dataclasses.replace(s, allow_dynamic=True))
    assert world.open_in_server(ANNA, "CTX01").outcome == "granted"
    assert world.open_in_server("ACME\\bo", "CTX01").outcome == "refused"
    assert [cal.user for cal in world.cal_list().assigned] == [ANNA]


def test_users_are_known_in_any_case() -> None:
    """One user, one CAL, one lease."""
    world = small_farm(ANNA)
    for user in (ANNA, "acme\\ANNA"):
        assert world.open_in_server(user, "CTX01").lease is not None
    assert [lease.user for lease in world.cal_list().leases] == [ANNA]


@pytest.mark.parametrize(("version", "days"), [("11.20", 1), ("12.00", 7), ("12.70", 7)])
def test_a_removed_cal_that_was_used_is_in_quarantine(version: str, days: int) -> None:
    """For a day on old versions and a week on newer ones; its leases last on."""
    clock = ManualClock()
    world = small_farm(ANNA, in_license=1, clock=clock)
    world.behaviour = Behaviour(version)
    world.open_in_server(ANNA, "CTX01")
    world.remove_cal(ANNA)
    (gone,) = world.cal_list().removed
    assert gone.quarantined_until == NOW + timedelta(days=days)
    with pytest.raises(ValueError, match="no named CAL left for ACME"):
        world.assign_cal("ACME\\bo")
    clock.move(timedelta(days=days))
    assert len(world.cal_list().leases) == 1
    assert world.cal_list().removed == ()
    world.assign_cal("ACME\\bo")


def test_a_removed_cal_that_was_never_used_is_free_at_once() -> None:
    """It needs no quarantine."""
    world = small_farm(ANNA, in_license=1)
    world.remove_cal(ANNA)
    assert world.cal_list().removed == ()
    world.assign_cal("ACME\\bo")


def test_a_cal_in_quarantine_can_be_given_back() -> None:
    """To the user who had it, who keeps the day of the last use."""
    world = small_farm(ANNA, in_license=1)
    world.open_in_server(ANNA, "CTX01")
    world.remove_cal(ANNA)
    world.assign_cal(ANNA)
    assert [cal.last_used for cal in world.cal_list().assigned] == [NOW]
    assert world.cal_list().removed == ()


def test_a_lease_that_is_over_goes_from_the_list() -> None:
    """Unless the server is one that goes on listing it."""
    clock = ManualClock()
    world = small_farm(ANNA, clock=clock)
    world.open_in_server(ANNA, "CTX01")
    clock.move(timedelta(days=30))
    assert world.cal_list().leases == ()
    world.behaviour = Behaviour(lists_expired=True)
    assert len(world.cal_list().leases) == 1
    world.open_in_server(ANNA, "CTX02")
    assert [lease.machine for lease in world.cal_list().leases] == ["CTX02"]


def test_rules_can_change_while_it_runs() -> None:
    """One machine only: the second is refused."""
    world = small_farm(ANNA)
    world.rules = LeaseRules(machines=1)
    assert [world.open_in_server(ANNA, m).outcome for m in ("A", "B")] == ["granted", "refused"]


def test_an_old_start_does_not_turn_the_clock_back() -> None:
    """A start that is noted late leaves the last use where it is."""
    world = small_farm(ANNA)
    world.open_in_server(ANNA, "CTX01", NOW)
    world.open_in_server(ANNA, "CTX01", NOW - timedelta(days=1))
    assert [lease.last_used for lease in world.cal_list().leases] == [NOW]
    assert [cal.last_used for cal in world.cal_list().assigned] == [NOW]


def test_servers_are_found_by_id_or_name() -> None:
    """In any case; one that is not there is an error."""
    world = small_farm()
    server = world.new_server("QVS@two")
    assert world.server(server.id.upper()) == world.server("qvs@TWO") == server
    with pytest.raises(KeyError):
        world.server("QVS@three")


def test_what_is_written_down_needs_no_rule() -> None:
    """For a test that wants a certain state."""
    world = small_farm()
    world.put_leases(Lease(ANNA, f"M{n}", NOW, NOW) for n in range(3))
    assert len(world.cals_of(ANNA).leases) == 3


def test_it_may_be_used_from_many_threads() -> None:
    """No start is lost."""
    users = [f"ACME\\u{n}" for n in range(40)]
    world = small_farm(*users, in_license=40)

    def work(part: list[str]) -> None:
        for user in part:
            world.open_in_server(user, "CTX01")
            world.cal_list()

    threads = [threading.Thread(target=work, args=[users[n::4]]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.cal_list().leases) == 40


@pytest.mark.parametrize(
    ("user", "password"),
    [("anna", "x"), ("\\a", "x"), ("A\\b", ""), ("A\\b", "x:y"), ("A\\b", "\n")],
)
def test_an_account_that_the_library_could_not_keep_is_refused(user: str, password: str) -> None:
    """Without a domain, or with a character that ends a field of its file."""
    with pytest.raises(ValueError, match=r"DOMAIN|colon"):
        Accounts().add(user, password)


@pytest.mark.parametrize("version", ["13.0", "10.1", "12", "12.x", ""])
def test_a_version_that_there_is_not_is_refused(version: str) -> None:
    """One sentence that shows what is meant."""
    with pytest.raises(ValueError, match=r"11\.20 or 12\.70"):
        Behaviour(version)
