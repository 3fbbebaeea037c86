"""Leases by user: what each user of a server holds, and how many slots that takes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.leases.machines import MachineNames, is_same_machine, machine_names
from shared.domain.leases.model import CalConfiguration, Lease, LeaseRules, NamedCal
from shared.domain.leases.moments import after
from shared.domain.never_release import fold

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease with what follows from it.

    Attributes:
        lease: as the server tells it.
        machine_name: the farm's name of its machine, else the machine id; empty when not told.
        expires_at: computed, for no server tells it: last contact plus the lease period; None when
            no contact is told.
        active: it has not expired. Without a contact nobody can say that it ended, so it counts.
    """

    lease: Lease
    machine_name: str
    expires_at: datetime | None
    active: bool


@dataclass(frozen=True, slots=True)
class UserLeases:
    """What one user holds on one QlikView Server.

    Attributes:
        user: as the server writes it, on the CAL before the leases.
        cal: the assigned named CAL, if there is one.
        removed_cal: the user's CAL that was removed and is told to be in quarantine.
        leases: one for each machine, the one used longest ago first and unknown contacts last.
        slots: on how many machines a user can hold a lease.
    """

    user: str
    cal: NamedCal | None
    removed_cal: NamedCal | None
    leases: tuple[HeldLease, ...]
    slots: int

    @property
    def active(self) -> tuple[HeldLease, ...]:
        """The leases that take a slot."""
        return tuple(held for held in self.leases if held.active)

    @property
    def slots_free(self) -> int:
        """On how many more machines a lease would be given."""
        return max(0, self.slots - len(self.active))

    @property
    def at_limit(self) -> bool:
        """True when all slots are taken."""
        return self.slots_free == 0

    @property
    def over_limit(self) -> bool:
        """True when more is held than the rules allow, so the rules can't be those of the server.

        Then either the setting of machines per user is too low, or a slot is given to another
        machine before its lease expires and both are listed.
        """
        return len(self.active) > self.slots

    @property
    def unclear(self) -> bool:
        """True when a lease has no machine: it counts as a slot, and may be one counted twice."""
        return any(not fold(held.lease.machine) for held in self.leases)


@dataclass(frozen=True, slots=True)
class ServerLeases:
    """The users of one QlikView Server at one moment, and what was asked.

    Attributes:
        config: what the server told.
        rules, names, now: by which it was read.
        users: those who hold a lease or a CAL, by their folded name.
        nameless: leases without a user; they belong to somebody, and nobody knows to whom.
    """

    config: CalConfiguration
    rules: LeaseRules
    names: MachineNames
    now: datetime
    users: Mapping[str, UserLeases]
    nameless: tuple[HeldLease, ...]

    def of(self, user: str) -> UserLeases:
        """What a user holds, by the name in any case; one who is not there holds nothing."""
        nothing = UserLeases(user.strip(), None, None, (), self.rules.machines_per_user)
        return self.users.get(fold(user)) or nothing

    def called(self, text: str) -> tuple[UserLeases, ...]:
        """Users of this name, with the domain; else those of this account name in any domain."""
        asked = fold(text)
        if asked in self.users:
            return (self.users[asked],)
        return tuple(u for key, u in sorted(self.users.items()) if key.split("\\")[-1] == asked)

    def held_on(self, user: UserLeases, machine: str) -> tuple[HeldLease, ...]:
        """The user's leases on a machine, given as its id, its name or the host name in its id.

        Empty when the user has none there, or when it could be several machines.
        """
        if not fold(machine):
            return ()
        wanted = {fold(machine), fold(self.names.name_of(machine))}
        exact = tuple(
            held
            for held in user.leases
            if fold(held.lease.machine) in wanted or fold(held.machine_name) in wanted
        )
        alike = tuple(held for held in user.leases if is_same_machine(held.lease.machine, machine))
        return exact or (alike if len(alike) == 1 else ())


def user_leases(
    config: CalConfiguration, rules: LeaseRules, now: datetime, names: MachineNames | None = None
) -> ServerLeases:
    """The leases of a server by user, in one pass.

    Args:
        config: what the server told; leases or CALs that it did not tell are as if none.
        rules: of leases.
        now: leases expire by it.
        names: of machines; by default those of the rules, or the machines shared by several.
    """
    names = names or machine_names(rules, [config])
    by_user: dict[str, list[Lease]] = defaultdict(list)
    for lease in config.leases or ():
        by_user[fold(lease.user)].append(lease)
    nameless = tuple(_held(_in_order(by_user.pop("", [])), rules, names, now))
    cals, removed = _by_user(config.assigned_cals), _by_user(config.removed_cals)
    users = {
        key: UserLeases(
            _spelled(cals.get(key), by_user.get(key, ()), removed.get(key)),
            cals.get(key),
            removed.get(key),
            tuple(_held(one_a_machine(by_user.get(key, ())), rules, names, now)),
            rules.machines_per_user,
        )
        for key in sorted(by_user.keys() | cals.keys() | removed.keys())
    }
    return ServerLeases(config, rules, names, now, users, nameless)


def one_a_machine(leases: Iterable[Lease]) -> list[Lease]:
    """One user's leases, of those on the same machine the one with the latest contact.

    Leases without a machine can't be told apart and each stays. In order, longest unused first.
    """
    ordered = _in_order(leases)
    if len(ordered) < 2:
        return ordered
    unknown_first = sorted(ordered, key=lambda lease: lease.last_contact is not None)
    kept = {machine: x for x in unknown_first if (machine := fold(x.machine))}
    return _in_order([*kept.values(), *(x for x in ordered if not fold(x.machine))])


def _in_order(leases: Iterable[Lease]) -> list[Lease]:
    return sorted(leases, key=_longest_unused_first)


def _longest_unused_first(
    lease: Lease,
) -> tuple[bool, datetime, str, datetime, datetime, str, str]:
    # Down to the last value, so that what the server lists first makes no difference.
    contact = lease.last_contact
    return (
        contact is None,
        contact or _NEVER,
        fold(lease.machine),
        lease.leased_at or _NEVER,
        lease.quarantined_until or _NEVER,
        lease.machine,
        lease.user,
    )


def _held(
    leases: Iterable[Lease], rules: LeaseRules, names: MachineNames, now: datetime
) -> Iterator[HeldLease]:
    for lease in leases:
        contact = lease.last_contact
        expires_at = after(contact, rules.period) if contact else None
        active = expires_at is None or now < expires_at
        yield HeldLease(lease, names.name_of(lease.machine), expires_at, active)


def _by_user(cals: Iterable[NamedCal] | None) -> dict[str, NamedCal]:
    """CALs by folded user; CALs of machines have none. Of two the one used last."""
    found: dict[str, NamedCal] = {}
    for cal in sorted(cals or (), key=_last_used):
        if key := fold(cal.user):
            found[key] = cal
    return found


def _last_used(cal: NamedCal) -> tuple[datetime, datetime, str, str]:
    return (cal.last_used or _NEVER, cal.quarantined_until or _NEVER, cal.user, cal.machine)


def _spelled(cal: NamedCal | None, leases: Iterable[Lease], removed: NamedCal | None) -> str:
    written = cal or min(leases, key=lambda lease: lease.user, default=removed)
    return written.user.strip() if written else ""
