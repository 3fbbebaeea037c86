from datetime import timedelta

import pytest

from local.demo_site.population import SERVICE_ACCOUNTS, make_population
from local.demo_site.records import AccessLicense, User
from local.demo_site.world import World
from tests.demo_site_fixture import NOW, ManualClock

DAY = timedelta(days=1)


def _population(users: int = 2000) -> tuple[list[User], list[AccessLicense]]:
    made = make_population(users, seed=1, now=NOW)
    return list(made.users), list(made.licenses)


def test_the_same_seed_makes_the_same_site() -> None:
    """And another seed another one."""
    first, again = (make_population(50, seed=3, now=NOW) for _ in range(2))
    assert first == again
    assert first != make_population(50, seed=4, now=NOW)


def test_every_rule_of_the_policy_meets_somebody() -> None:
    """The population has users for each never-release rule, and for its misreadings."""
    users, _ = _population()
    accounts = {(user.directory, user.user_id) for user in users}
    assert accounts.issuperset(SERVICE_ACCOUNTS)
    tags = {tag.name for user in users for tag in user.tags}
    assert {"License do not release", "some other tag", "license DO NOT release"} <= tags
    properties = {(x.definition.name, x.value) for user in users for x in user.properties}
    assert ("LicenseManage", "do-not-release") in properties
    assert ("LicenseManage", "may-release") in properties
    assert ("Department", "do-not-release") in properties
    assert {"INTERNAL", "ADMIN", "Admin", "LAB"} <= {user.directory for user in users}
    assert any(user.inactive for user in users)
    assert any(user.blacklisted for user in users)
    assert any(user.removed_externally for user in users)
    assert any(not user.user_id.isascii() for user in users)
    assert any("'" in user.user_id for user in users)


def test_every_state_of_a_license_is_there() -> None:
    """Never used and old, never used and new, active, idle, quarantined, orphaned, excess."""
    _, licenses = _population()
    never = [x for x in licenses if x.last_used is None]
    used = [x.last_used for x in licenses if x.last_used is not None]
    assert any(x.created < NOW - 30 * DAY for x in never)
    assert any(x.created > NOW - 30 * DAY for x in never)
    assert sum(x > NOW - 30 * DAY for x in used) > len(licenses) / 2
    assert sum(x < NOW - 30 * DAY for x in used) > len(licenses) / 10
    assert any(x.quarantined and x.user_id is not None for x in licenses)
    assert any(x.user_id is None and x.deleted_user_id for x in licenses)
    assert any(x.excess for x in licenses)


@pytest.mark.parametrize("users", [4, 5, 50, 2000])
def test_the_site_makes_sense(users: int) -> None:
    """Ids are unique, nobody is used before he was assigned, and quarantine lies ahead."""
    people, licenses = _population(users)
    assert len(people) == users
    assert len({user.id for user in people}) == users
    assert len({user.account.casefold() for user in people}) == users
    assert len({x.id for x in licenses}) == len(licenses)
    for license_ in licenses:
        assert license_.created <= NOW
        assert license_.last_used is None or license_.created <= license_.last_used <= NOW
        assert license_.quarantine_end is None or license_.quarantine_end > NOW
    world = World(make_population(users, seed=1, now=NOW), clock=ManualClock())
    for kind, counts in world.counts().items():
        assert counts.held + counts.quarantined == sum(x.type is kind for x in licenses)
        assert counts.excess == max(0, counts.held + counts.quarantined - counts.total)


def test_too_few_users_are_refused() -> None:
    """The service accounts must have room."""
    with pytest.raises(ValueError, match="at least 4"):
        make_population(3, now=NOW)
