"""The farm that the demo QMS serves."""

from collections import Counter
from datetime import timedelta
from typing import Literal

import pytest

from local.demo_qms.farm_population import (
    BALANCED,
    EMPTY,
    PINNED,
    big_world,
    default_farm,
    farm_machines,
)
from local.demo_qms.lease_rules import LeaseRules
from local.demo_qms.world import World
from tests.demo_site_fixture import NOW

DAY = timedelta(days=1)


def _farm(seed: int = 1, reading: Literal["period", "block"] = "period") -> World:
    return default_farm(now=NOW, clock=lambda: NOW, seed=seed, rules=LeaseRules(reading=reading))


def test_the_same_seed_makes_the_same_farm() -> None:
    """To the last lease; another seed makes another."""
    one, same, other = _farm(), _farm(), _farm(seed=2)
    for name in (BALANCED, PINNED, EMPTY):
        assert one.cal_list(name) == same.cal_list(name)
    assert one.cal_list(BALANCED) != other.cal_list(BALANCED)


@pytest.mark.parametrize("reading", ["period", "block"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_the_balanced_farm_many_are_at_the_limit(
    seed: int, reading: Literal["period", "block"]
) -> None:
    """Spread over all six, none much more than the others; some are refused until tomorrow."""
    leases = _farm(seed, reading).cal_list(BALANCED).leases
    held = Counter(lease.user for lease in leases)
    assert max(held.values()) == 2
    at_limit = {user for user, count in held.items() if count == 2}
    assert len(at_limit) > 150
    old = {lease.user for lease in leases if lease.last_used <= NOW - DAY}
    assert 3 <= len(at_limit - old) < len(at_limit)
    machines = Counter(lease.machine for lease in leases)
    assert set(farm_machines(6)) < set(machines)
    farm = [machines[machine] for machine in farm_machines(6)]
    assert max(farm) / min(farm) < 2
    assert any(machine.startswith("NB-") for machine in machines)


def test_on_the_other_server_all_are_pinned_to_one_machine_that_grows() -> None:
    """CTX01 and notebooks only, and week by week there are more."""
    leases = _farm().cal_list(PINNED).leases
    pinned = [lease for lease in leases if lease.machine == "CTX01"]
    assert {lease.machine[:3] for lease in leases} == {"CTX", "NB-"}
    assert len(pinned) > 4 * (len(leases) - len(pinned))
    weeks = Counter((NOW - lease.leased_at).days // 7 for lease in pinned)
    assert min(weeks[0], weeks[1], weeks[2]) > 20


def test_cals_are_unused_never_used_and_in_quarantine() -> None:
    """A part of each on both servers with users, and 500 in all; the third server is empty."""
    world = _farm()
    lists = [world.cal_list(name) for name in (BALANCED, PINNED)]
    for cals in lists:
        used = [cal.last_used for cal in cals.assigned]
        assert used.count(None) > 5
        assert sum(at is not None and at <= NOW - 30 * DAY for at in used) > 10
        assert len(cals.removed) > 2
        assert all(NOW < (x.quarantined_until or NOW) < NOW + 7 * DAY for x in cals.removed)
        assert len(cals.assigned) + len(cals.removed) < cals.server.in_license
        assert max(at for at in used if at is not None) <= NOW
    assert sum(len(cals.assigned) + len(cals.removed) for cals in lists) == 500
    assert world.cal_list(EMPTY).rows == 0


def test_a_farm_has_servers_and_days() -> None:
    """Nonsense is refused; a farm without users is none."""
    for wrong in ({"servers": 0}, {"days": 0}, {"users": -1}):
        with pytest.raises(ValueError, match="at least one Citrix server"):
            default_farm(**wrong)  # type: ignore[arg-type]
    assert default_farm(users=0, now=NOW, clock=lambda: NOW).cal_list(BALANCED).rows == 0


def test_a_big_world_has_as_many_as_asked_for() -> None:
    """Each named CAL with its leases, none over."""
    cals = big_world(3000, 2, now=NOW, clock=lambda: NOW).cal_list()
    assert (len(cals.assigned), len(cals.leases), len(cals.removed)) == (3000, 6000, 0)
    assert len({(lease.user, lease.machine) for lease in cals.leases}) == 6000
