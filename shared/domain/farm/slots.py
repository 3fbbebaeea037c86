"""What the leases of one user mean for the next start: which slots are taken, and until when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.farm.model import FarmServer
from shared.domain.leases.machines import MachineNames
from shared.domain.leases.model import Lease, LeaseRules, SlotReading
from shared.domain.leases.moments import after
from shared.domain.leases.slots import ByReading, free_at
from shared.domain.leases.user_leases import HeldLease, one_a_machine
from shared.domain.never_release import fold


@dataclass(frozen=True, slots=True)
class TakenSlot:
    """A slot with an active lease: its last contact, and from when it is free if unused."""

    contact: datetime
    frees: ByReading[datetime]


def slot_hold(rules: LeaseRules, reading: SlotReading) -> timedelta:
    """How long after its last contact a slot can't go to another machine."""
    if reading is SlotReading.PERIOD:
        return rules.period
    return min(rules.block, rules.period)  # a lease that ran out holds nothing


def farm_names(servers: Iterable[FarmServer], rules: LeaseRules) -> MachineNames:
    """Which machine ids mean which servers: the farm's own names, and those of the settings."""
    return MachineNames({server.name: server.name for server in servers} | dict(rules.farm))


def slots_by_user(
    leases: Mapping[str, Iterable[Lease]], rules: LeaseRules, names: MachineNames, now: datetime
) -> dict[str, dict[str, TakenSlot]]:
    """The active leases of all users, by folded user; see `taken_slots`."""
    by_user: dict[str, list[Lease]] = defaultdict(list)
    for user, held in leases.items():
        by_user[fold(user)] += held
    return {user: taken_slots(held, rules, names, now) for user, held in by_user.items()}


def taken_slots(
    leases: Iterable[Lease], rules: LeaseRules, names: MachineNames, now: datetime
) -> dict[str, TakenSlot]:
    """The active leases of one user by folded machine name.

    A lease without any date may be fresh, so it counts as used now; without a machine, as one on a
    machine of its own.

    Args:
        leases: of one user.
        rules: the rules of leases.
        names: of machines, see `farm_names`.
        now: the time of the leases.
    """
    dated = [x if x.last_contact else replace(x, last_used=now) for x in leases]
    taken: dict[str, TakenSlot] = {}
    for number, lease in enumerate(one_a_machine(dated)):
        contact = lease.last_contact or now
        expires_at = after(contact, rules.period)
        name = names.name_of(lease.machine)
        held = HeldLease(lease, name, expires_at, active=now < expires_at)
        frees = ByReading(*(free_at(held, r, rules) or expires_at for r in SlotReading))
        key = fold(name) or f"(machine {number}, not told)"
        # Two ids of one machine: the later contact counts, and one_a_machine puts it last.
        if held.active:
            taken[key] = TakenSlot(contact, frees)
    return taken


def ready_times(
    servers: Sequence[str],
    taken: Mapping[str, TakenSlot],
    rules: LeaseRules,
    reading: SlotReading,
) -> dict[str, datetime]:
    """From when a user who starts on these servers only is let in on each; no entry: at once.

    A lease on one of the servers keeps its slot. The others take what is free, in the order given,
    and then wait for the leases elsewhere, one each. This holds whatever the user does on these
    servers; a client that goes on running elsewhere keeps its slot for longer. Of a user who holds
    more leases than the rules allow, nothing is certain: the rules must be others.

    Args:
        servers: folded names, at most as many as the user has slots.
        taken: the active leases, see `taken_slots`.
        rules: the rules of leases.
        reading: when a slot becomes free.
    """
    here = [server for server in servers if server in taken]
    new = [server for server in servers if server not in taken]
    frees = sorted(slot.frees.of(reading) for name, slot in taken.items() if name not in here)
    spare = rules.machines_per_user - len(frees) - len(here)
    waiting = new[max(spare, 0) :]
    return dict(zip(waiting, frees[max(-spare, 0) :], strict=False))


def lets_in(servers: Iterable[str], taken: Mapping[str, TakenSlot], rules: LeaseRules) -> bool:
    """Whether a user could start now on one of these servers, or on any other server besides."""
    return len(taken) < rules.machines_per_user or any(server in taken for server in servers)
