"""What the leases of a server come to: counts, machines, and who is refused next."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.leases.cal_pool import assigned_cals, is_unused, quarantined_cals
from shared.domain.leases.history import LeaseCounts, ServerCounts
from shared.domain.leases.machines import MachineNames, machine_names
from shared.domain.leases.model import CalConfiguration, LeaseRules, NamedCal
from shared.domain.leases.slots import ByReading, next_slots
from shared.domain.leases.user_leases import HeldLease, ServerLeases, UserLeases, user_leases
from shared.domain.never_release import fold


@dataclass(frozen=True, slots=True)
class AtLimit:
    """A user all of whose slots are taken.

    Attributes:
        holder: the user and the leases.
        slot_frees: when the next slot frees for another machine; None for unknown.
        blocked: another machine is refused now, whichever reading holds.
        refusing_share: which share of the farm's machines would refuse a start now, 0 to 1; 0 for
            a user who does not work on the farm.
    """

    holder: UserLeases
    slot_frees: ByReading[datetime | None]
    blocked: bool
    refusing_share: ByReading[float]

    @property
    def next_refused(self) -> bool:
        """True when the user works on the farm and some of its machines may refuse a start."""
        return self.refusing_share.period > 0


@dataclass(frozen=True, slots=True)
class MachineLoad:
    """The active leases on a machine, of how many users, and whether it is one of the farm."""

    leases: int
    users: int
    farm: bool


@dataclass(frozen=True, slots=True)
class LeaseSurvey:
    """What the leases of one QlikView Server come to.

    Attributes:
        server: the leases by user, and what was asked.
        counts: the numbers; None where the server did not tell.
        never_used: of the unused CALs those that were never used.
        machines: by name; those of the farm all, also with nothing on them. Leases without a
            machine are under the empty name.
        at_limit: users all of whose slots are taken, by name.
        without_user, without_machine: active leases that lack it; they are counted all the same.
    """

    server: ServerLeases
    counts: ServerCounts
    never_used: int | None
    machines: Mapping[str, MachineLoad]
    at_limit: tuple[AtLimit, ...]
    without_user: int
    without_machine: int

    @property
    def blocked(self) -> tuple[AtLimit, ...]:
        """Users whom another machine refuses now, whichever reading holds."""
        return tuple(one for one in self.at_limit if one.blocked)

    @property
    def next_refused(self) -> tuple[AtLimit, ...]:
        """Users whose next start on the farm may be refused."""
        return tuple(one for one in self.at_limit if one.next_refused)

    @property
    def over_limit(self) -> tuple[AtLimit, ...]:
        """Users who hold more than the rules allow, which says that the rules are others."""
        return tuple(one for one in self.at_limit if one.holder.over_limit)


def survey(
    config: CalConfiguration, rules: LeaseRules, now: datetime, names: MachineNames | None = None
) -> LeaseSurvey:
    """The survey of a server, in one pass over its leases.

    Give `names` of all servers together (`machine_names`) when there are several and the farm has
    to be inferred: a machine may be shared by users of different servers.
    """
    server = user_leases(config, rules, now, names or machine_names(rules, [config]))
    held = [(key, x) for key, user in server.users.items() for x in user.active]
    held += [("", x) for x in server.nameless if x.active]
    farm = frozenset(server.names.farm)
    at_limit = tuple(
        _at_limit(user, server, farm) for user in server.users.values() if _is_full(user)
    )
    return LeaseSurvey(
        server,
        _counts(server, len(held), at_limit),
        _never_used(config),
        _machines(held, server.names),
        at_limit,
        sum(not user for user, _ in held),
        sum(not fold(x.lease.machine) for _, x in held),
    )


def unused_cals(config: CalConfiguration, now: datetime) -> tuple[NamedCal, ...]:
    """Assigned CALs not used for 30 days or more: the never used first, then the longest unused."""
    found = [cal for cal in config.assigned_cals or () if is_unused(cal, now)]
    return tuple(sorted(found, key=lambda c: (c.last_used is not None, c.last_used or now, c.user)))


def lease_counts(
    site: str, taken_at: datetime, surveys: Iterable[LeaseSurvey], most_others: int = 50
) -> LeaseCounts:
    """The counts of a look over all servers; of machines not of the farm only the busiest."""
    surveys = tuple(surveys)
    servers = {one.server.config.server.id: one.counts for one in surveys}
    total: Counter[str] = Counter()
    farm: set[str] = set()
    for one in surveys:
        for name, load in one.machines.items():
            total[name] += load.leases
            if load.farm:
                farm.add(name)
    others = sorted((n for n in total if n and n not in farm), key=lambda n: (-total[n], n))
    kept = [*sorted(farm), *others[:most_others]]
    return LeaseCounts(site, taken_at, servers, {name: total[name] for name in kept})


def _is_full(user: UserLeases) -> bool:
    return user.at_limit and bool(user.active)


def _at_limit(user: UserLeases, server: ServerLeases, farm: frozenset[str]) -> AtLimit:
    slots = next_slots(user, server.rules, server.now)
    frees = ByReading(slots.period.at, slots.block.at)
    blocked = frees.block is None or frees.block > server.now
    share = _share_without(user, farm)
    return AtLimit(user, frees, blocked, ByReading(share, share if blocked else 0.0))


def _share_without(user: UserLeases, farm: frozenset[str]) -> float:
    """The share of the farm on which a user of the farm has no lease; 0 for other users."""
    held = farm & {held.machine_name for held in user.active}
    return len(farm - held) / len(farm) if held else 0.0


def _counts(server: ServerLeases, leases: int, at_limit: tuple[AtLimit, ...]) -> ServerCounts:
    config, now = server.config, server.now
    told = config.leases is not None
    cals = config.assigned_cals
    return ServerCounts(
        server=config.server.name,
        in_license=config.in_license,
        assigned=assigned_cals(config),
        limit=config.limit,
        quarantined=quarantined_cals(config, now),
        unused_30_days=None if cals is None else sum(is_unused(cal, now) for cal in cals),
        leased=sum(bool(user.active) for user in server.users.values()) if told else None,
        leases=leases if told else None,
        users_at_limit=len(at_limit) if told else None,
        users_blocked=sum(one.blocked for one in at_limit) if told else None,
        users_next_refused=sum(one.next_refused for one in at_limit) if told else None,
    )


def _never_used(config: CalConfiguration) -> int | None:
    if config.assigned_cals is None:
        return None
    return sum(cal.last_used is None for cal in config.assigned_cals)


def _machines(
    held: Iterable[tuple[str, HeldLease]], names: MachineNames
) -> Mapping[str, MachineLoad]:
    leases: Counter[str] = Counter()
    users: dict[str, set[str]] = defaultdict(set)
    spelled = {fold(name): name for name in names.farm}
    farm = set(spelled)
    for user, lease in held:
        key = fold(lease.machine_name)
        leases[key] += 1
        if user:
            users[key].add(user)
        if key not in farm:  # of several spellings the first in order
            spelled[key] = min(lease.machine_name, spelled.get(key, lease.machine_name))
    return {
        name: MachineLoad(leases[key], len(users.get(key, ())), key in farm)
        for key, name in sorted(spelled.items())
    }
