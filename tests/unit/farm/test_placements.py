"""On which server a session starts."""

import pytest

from shared.domain.farm.model import Binding, FarmPlan
from shared.domain.farm.placements import (
    affinity,
    free_balancing,
    one_server,
    one_session_a_day,
    split_by_hand,
    two_servers,
)
from tests.unit.farm.farms import HOUR, NOW, servers, users

RUNNING = {"CTX1": 5, "CTX2": 3, "CTX3": 2, "CTX4": 4}


def test_free_balancing_takes_the_least_loaded_server() -> None:
    """Sessions per weight; ties go to each of them now and then, always the same way."""
    assert free_balancing(servers(4)).choose("jdoe", NOW, RUNNING) == "CTX3"
    heavy = free_balancing(servers(4, 5.0)).choose("jdoe", NOW, RUNNING)
    assert heavy == "CTX1"
    idle = dict.fromkeys(RUNNING, 0)
    place = free_balancing(servers(4))
    chosen = [place.choose("jdoe", NOW + n * HOUR, idle) for n in range(50)]
    assert set(chosen) == set(RUNNING)
    assert chosen == [place.choose("jdoe", NOW + n * HOUR, idle) for n in range(50)]


def test_specific_servers_for_everybody() -> None:
    """One, or the less loaded of two; the rest of the farm is idle, and counts."""
    assert one_server(servers(4)).choose("jdoe", NOW, RUNNING) == "CTX1"
    assert two_servers(servers(4)).choose("jdoe", NOW, RUNNING) == "CTX2"
    assert len(two_servers(servers(4)).servers) == 4


def test_users_split_by_hand_keep_one_server_each() -> None:
    """The list by name, cut by weight; case and order don't matter."""
    names = users(12)
    place = split_by_hand(servers(3, 1.0, 2.0, 1.0), reversed(names))
    chosen = [place.choose(name.upper(), NOW, RUNNING) for name in names]
    assert chosen == ["CTX1"] * 3 + ["CTX2"] * 6 + ["CTX3"] * 3


def test_one_session_a_day_is_free_balancing_of_fewer_sessions() -> None:
    """The sessions are merged by the replay."""
    place = one_session_a_day(servers(4))
    assert place.one_session_a_day
    assert place.choose("jdoe", NOW, RUNNING) == "CTX3"


def _bound(**ready_in: float) -> FarmPlan:
    ready_at = {name: NOW + hours * HOUR for name, hours in ready_in.items()}
    return FarmPlan(tuple(servers(4)), (Binding("jdoe", ("CTX1", "CTX4"), ready_at),))


def test_affinity_takes_the_less_loaded_of_two() -> None:
    """However idle the others are."""
    assert affinity(_bound()).choose("JDOE", NOW, RUNNING) == "CTX4"


def test_affinity_leaves_out_a_server_until_it_is_ready() -> None:
    """To the moment; if none is ready, the first to be is tried."""
    place = affinity(_bound(CTX4=2))
    assert place.choose("jdoe", NOW + 1.99 * HOUR, RUNNING) == "CTX1"
    assert place.choose("jdoe", NOW + 2 * HOUR, RUNNING) == "CTX4"
    neither = affinity(_bound(CTX1=3, CTX4=5))
    assert neither.choose("jdoe", NOW, RUNNING) == "CTX1"


def test_a_user_without_a_server_is_an_error() -> None:
    """Of a plan that was made for others."""
    with pytest.raises(ValueError, match="no server is planned for nobody"):
        affinity(_bound()).choose("nobody", NOW, RUNNING)
