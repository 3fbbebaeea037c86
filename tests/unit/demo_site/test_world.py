from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.demo_site.behaviour import Behaviour
from local.demo_site.license_pool import BrokenRulesError, Released
from local.demo_site.records import AccessLicense, LicenseType, User
from local.demo_site.world import World
from tests.demo_site_fixture import (
    NOW,
    ManualClock,
    a_license,
    a_user,
    populated_world,
    small_world,
)

ANALYZER = LicenseType.ANALYZER
DAY = timedelta(days=1)


def _one_user(
    last_used_days: float | None, clock: ManualClock | None = None
) -> tuple[World, User, AccessLicense]:
    user = a_user("LAB\\anna")
    used = None if last_used_days is None else NOW - last_used_days * DAY
    license_ = a_license(user, last_used=used)
    return small_world((user, license_), clock=clock), user, license_


def test_a_license_used_long_ago_or_never_is_free_at_once() -> None:
    """The record is gone and the pool has one more, and it is known what it was."""
    for days in (None, 7, 40):
        world, user, license_ = _one_user(days)
        assert world.release(ANALYZER, license_.id) is Released.REMOVED
        assert world.held(ANALYZER) == []
        assert world.counts()[ANALYZER].available == 10
        (deletion,) = world.deleted
        assert (deletion.license_id, deletion.at, deletion.quarantined) == (license_.id, NOW, False)
        assert deletion.before.user == user


def test_a_license_used_in_the_last_seven_days_is_quarantined() -> None:
    """It stays until seven days after its last use, is not available, and then is gone."""
    clock = ManualClock()
    world, _, license_ = _one_user(2, clock)
    assert world.release(ANALYZER, license_.id) is Released.QUARANTINED
    (held,) = world.held(ANALYZER)
    assert held.license.quarantine_end == NOW + 5 * DAY
    counts = world.counts()[ANALYZER]
    assert (counts.held, counts.quarantined, counts.available) == (0, 1, 9)
    assert world.release(ANALYZER, license_.id) is Released.WAS_QUARANTINED
    assert len(world.deleted) == 1
    clock.move(5 * DAY)
    assert world.held(ANALYZER) == []
    assert world.counts()[ANALYZER].available == 10


def test_a_site_may_have_no_quarantine() -> None:
    """On a signed key a license may be free at once."""
    world, _, license_ = _one_user(1)
    world.behaviour = Behaviour(quarantine=False)
    assert world.release(ANALYZER, license_.id) is Released.REMOVED


def test_login_moves_the_dates_as_in_the_record() -> None:
    """The last use is now, modifiedDate 16 ms later, and the user himself is who changed it."""
    clock = ManualClock()
    world, user, _ = _one_user(40, clock)
    clock.move(DAY)
    used = world.login("lab\\ANNA")
    assert used is not None
    assert used.last_used == NOW + DAY
    assert used.modified == NOW + DAY + timedelta(milliseconds=16)
    assert used.modified_by == user.account


def test_login_without_a_license_depends_on_the_rule() -> None:
    """Without a rule the user is refused; with one he gets a license if one is free."""
    user, other = a_user("LAB\\ben"), a_user("LAB\\cleo")
    world = small_world((user, None), (other, None), total=1)
    assert world.login(user.account) is None
    world.license_rule = lambda _user: ANALYZER
    given_ = world.login(user.account)
    assert given_ is not None
    assert given_.created == NOW
    assert world.login(other.account) is None


def test_quarantined_inactive_and_blocked_users_do_not_get_in() -> None:
    """None of them moves lastUsed."""
    world, user, license_ = _one_user(2)
    world.change_user(user.account, inactive=True)
    assert world.login(user.account) is None
    world.change_user(user.account, inactive=False, blacklisted=True)
    assert world.login(user.account) is None
    world.change_user(user.account, blacklisted=False)
    world.release(ANALYZER, license_.id)
    assert world.login(user.account) is None


def test_allocation_is_refused_when_nothing_is_free() -> None:
    """So is a second license of the type, and one for nobody."""
    user, other = a_user("LAB\\anna"), a_user("LAB\\ben")
    world = small_world((user, a_license(user)), (other, None), total=1)
    for user_id in (user.id, other.id, "nobody"):
        with pytest.raises(BrokenRulesError):
            world.allocate(ANALYZER, user_id)


def test_allocating_to_a_quarantined_user_has_both_answers() -> None:
    """It gives the same license back, or is refused."""
    world, user, license_ = _one_user(2)
    world.release(ANALYZER, license_.id)
    world.behaviour = Behaviour(post_for_quarantined="refused")
    with pytest.raises(BrokenRulesError):
        world.allocate(ANALYZER, user.id)
    world.behaviour = Behaviour()
    back = world.allocate(ANALYZER, user.id).license
    assert back.id == license_.id
    assert not back.quarantined


def test_deleting_a_user_leaves_a_quarantined_license_without_user() -> None:
    """Only if he used it in the last seven days."""
    world, user, _ = _one_user(2)
    world.delete_user(user.account)
    (held,) = world.held(ANALYZER)
    assert held.user is None
    assert held.license.quarantined
    assert (held.license.deleted_user_directory, held.license.deleted_user_id) == ("LAB", "anna")
    world, user, _ = _one_user(8)
    world.delete_user(user.account)
    assert world.held(ANALYZER) == []
    assert world.find_user(user.account) is None


def test_tags_and_properties_come_and_go() -> None:
    """The same tag has the same id at every user; modifiedDate moves."""
    clock = ManualClock()
    anna, ben = a_user("LAB\\anna"), a_user("LAB\\ben")
    world = small_world((anna, None), (ben, None), clock=clock)
    clock.move(DAY)
    tagged = [world.tag(user.account, "Keep").tags[0] for user in (anna, ben)]
    assert tagged[0] == tagged[1]
    assert world.user("lab\\anna").modified == NOW + DAY
    assert world.untag(anna.account, "Keep").tags == ()
    changed = world.set_property(anna.account, "LicenseManage", "do-not-release")
    assert changed.properties[0].value == "do-not-release"


def test_excess_ends_where_there_is_room_again() -> None:
    """A shrunk pool has licenses in excess until enough are released."""
    world = populated_world(600)
    professional = LicenseType.PROFESSIONAL
    before = world.counts()[professional]
    assert before.excess > 0
    assert before.available == 0
    for held in world.held(professional)[: before.excess + before.quarantined + 20]:
        world.release(professional, held.license.id)
    after = world.counts()[professional]
    assert after.excess == 0
    assert not any(held.license.excess for held in world.held(professional))


def test_the_overview_has_both_readings_of_excess() -> None:
    """Excess licenses are among the allocated ones, or beside them."""
    world = populated_world(600)
    counts = world.counts()[LicenseType.PROFESSIONAL]
    with_excess = world.overview()["professionalAccess"]
    world.behaviour = Behaviour(excess_in_allocated=False)
    without = world.overview()["professionalAccess"]
    assert isinstance(with_excess, dict)
    assert isinstance(without, dict)
    assert with_excess["allocated"] == counts.held
    assert without["allocated"] == counts.held - counts.excess


@given(st.lists(st.tuples(st.sampled_from("rld"), st.integers(0, 9), st.floats(0, 3))))
def test_the_pool_always_adds_up(steps: list[tuple[str, int, float]]) -> None:
    """Whatever happens, every record is held or quarantined, and the rest is available."""
    clock = ManualClock()
    users = [a_user(f"LAB\\user{number}") for number in range(10)]
    pairs = [(user, a_license(user, last_used=NOW - i * DAY)) for i, user in enumerate(users)]
    world = small_world(*pairs, total=12, clock=clock)
    for what, number, days in steps:
        clock.move(days * DAY)
        user, license_ = pairs[number]
        if what == "r":
            world.release(ANALYZER, license_.id)
        elif what == "l":
            world.login(user.account)
        elif world.find_user(user.account) is not None and number % 2:
            pairs[number] = (world.user(user.account), license_)
            world.tag(user.account, "seen")
        counts, rows = world.counts()[ANALYZER], world.held(ANALYZER)
        assert counts.held + counts.quarantined == len(rows)
        assert counts.quarantined == sum(row.license.quarantined for row in rows)
        assert counts.available == 12 - len(rows)
