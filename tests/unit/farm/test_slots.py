"""Which slots of a user are taken, and from when servers let the user in."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.farm.lease_book import LeaseBook
from shared.domain.farm.model import FarmServer
from shared.domain.farm.slots import farm_names, lets_in, ready_times, slots_by_user, taken_slots
from shared.domain.leases.model import (
    CalConfiguration,
    Lease,
    LeaseRules,
    QlikViewServer,
    SlotReading,
)
from shared.domain.leases.start import would_start
from shared.domain.leases.user_leases import user_leases
from tests.unit.farm.farms import NOW, RULES, held_leases, lease, servers

PERIOD, BLOCK = SlotReading.PERIOD, SlotReading.BLOCK
NAMES = farm_names(servers(3), LeaseRules(farm={"00-AA": "CTX2"}))
DAY = 24


def _ready(wanted: list[str], *held: Lease) -> tuple[dict[str, float], dict[str, float]]:
    """Days from now by server, by the period and by the block."""
    taken = taken_slots(held, RULES, NAMES, NOW)
    period, block = (
        {
            server: (at - NOW) / timedelta(days=1)
            for server, at in ready_times(wanted, taken, RULES, reading).items()
        }
        for reading in SlotReading
    )
    return period, block


def test_machine_ids_mean_servers() -> None:
    """By the settings, by the server's name, and by the host name in an id."""
    held = [lease("u", "00-aa", 1), lease("u", "ctx1.acme.example", 2), lease("u", "nb-17", 3)]
    assert list(taken_slots(held, RULES, NAMES, NOW)) == ["nb-17", "ctx1", "ctx2"]


def test_a_lease_takes_a_slot_until_its_period_is_over() -> None:
    """To the moment; one without a date counts as fresh, one without a machine as another."""
    held = [Lease("u", "CTX1", last_used=NOW - RULES.period), Lease("u", ""), Lease("u", "")]
    taken = taken_slots(held, RULES, NAMES, NOW)
    assert len(taken) == 2
    assert {slot.frees.period for slot in taken.values()} == {NOW + RULES.period}


def test_without_leases_both_servers_are_ready() -> None:
    """And so they are with leases on them."""
    assert _ready(["ctx1", "ctx2"]) == ({}, {})
    assert _ready(["ctx1", "ctx2"], lease("u", "CTX1"), lease("u", "CTX2")) == ({}, {})


def test_a_lease_elsewhere_makes_the_second_server_wait() -> None:
    """The first takes the free slot; with a lease on one of them, the other one waits."""
    notebook = lease("u", "notebook", 12)
    assert _ready(["ctx1", "ctx2"], notebook) == ({"ctx2": 29.5}, {"ctx2": 0.5})
    assert _ready(["ctx1", "ctx2"], notebook, lease("u", "CTX2")) == ({"ctx1": 29.5}, {"ctx1": 0.5})


def test_two_leases_elsewhere_make_both_wait() -> None:
    """One slot after the other, the one used longest ago first."""
    held = lease("u", "notebook", 12), lease("u", "gone", 5 * DAY)
    period, block = _ready(["ctx1", "ctx2"], *held)
    assert period == {"ctx1": 25.0, "ctx2": 29.5}
    assert block == {"ctx1": -4.0, "ctx2": 0.5}


def test_who_is_let_in() -> None:
    """A free slot, or a lease on one of the servers."""
    two = taken_slots([lease("u", "CTX1"), lease("u", "notebook")], RULES, NAMES, NOW)
    assert lets_in(["ctx1"], two, RULES)
    assert not lets_in(["ctx3"], two, RULES)
    assert lets_in([], {}, RULES)


@given(held_leases(["u"], most=3), st.sampled_from(SlotReading), st.sampled_from(servers(8)))
def test_the_lease_rules_say_the_same_about_a_start(
    held: dict[str, list[Lease]], reading: SlotReading, server: FarmServer
) -> None:
    """The farm's book and `leases explain` give the same verdict and the same time."""
    slots = slots_by_user(held, RULES, farm_names([], RULES), NOW)
    start = LeaseBook(RULES, reading, slots).start("u", server.name, NOW)
    config = CalConfiguration(QlikViewServer("1", "QVS"), leases=tuple(held.get("u", ())))
    told = would_start(user_leases(config, RULES, NOW), "u", server.name).outcomes.of(reading)
    assert told.verdict is start.verdict
    assert told.from_when == start.granted_from


def test_who_holds_too_many_leases_waits_for_several() -> None:
    """Three elsewhere where two are allowed: the first server waits for two of them to end."""
    held = [lease("u", machine, days * DAY) for machine, days in (("x", 9), ("y", 5), ("z", 2))]
    assert _ready(["ctx1", "ctx2"], *held)[0] == {"ctx1": 25.0, "ctx2": 28.0}
