"""When a slot frees for another machine, by each reading of the open question.

No source settles it (facts, part 6), so everything that depends on it is said twice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.leases.model import LeaseRules, SlotReading
from shared.domain.leases.moments import after
from shared.domain.leases.user_leases import HeldLease, UserLeases

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ByReading[T]:
    """The same answer by each reading."""

    period: T
    block: T

    def of(self, reading: SlotReading) -> T:
        """The answer by this reading."""
        return self.period if reading is SlotReading.PERIOD else self.block

    @property
    def agree(self) -> bool:
        """True when it does not matter which reading holds."""
        return self.period == self.block


@dataclass(frozen=True, slots=True)
class NextSlot:
    """The next free slot of a user.

    Attributes:
        at: from when another machine gets it, provided that no machine renews its lease until
            then; not before now, and None when it is not known.
        held: the lease that must go; None when a slot is free anyway, or when nobody knows which.
    """

    at: datetime | None
    held: HeldLease | None


def free_at(held: HeldLease, reading: SlotReading, rules: LeaseRules) -> datetime | None:
    """When the slot of a lease is free for another machine; None when no contact is told.

    By the block hours a lease's own `quarantined_until` postpones it, in case that is what the
    server means by it. A lease that has expired holds no slot, so neither reading goes beyond.
    """
    contact = held.lease.last_contact
    if contact is None or held.expires_at is None:
        return None
    if reading is SlotReading.PERIOD:
        return held.expires_at
    blocked = after(contact, rules.block)
    return min(max(blocked, held.lease.quarantined_until or blocked), held.expires_at)


def next_slot(user: UserLeases, reading: SlotReading, rules: LeaseRules, now: datetime) -> NextSlot:
    """When a machine without a lease gets one, and whose slot it takes.

    Who holds more leases than there are slots must wait for several to go.
    """
    active = user.active
    if len(active) < user.slots:
        return NextSlot(now, None)
    free = [(at, x) for x in active if (at := free_at(x, reading, rules)) is not None]
    # Of slots that are free already, the one used longest ago goes first.
    ordered = sorted(
        ((max(at, now), x.lease.last_contact or _NEVER, x.lease.machine, x) for at, x in free),
        key=lambda each: each[:3],
    )
    too_many = len(active) - user.slots
    if too_many >= len(ordered):
        return NextSlot(None, None)
    at, _, _, held = ordered[too_many]
    return NextSlot(at, held)


def next_slots(user: UserLeases, rules: LeaseRules, now: datetime) -> ByReading[NextSlot]:
    """The next free slot by each reading; by the block hours never later than by the period."""
    return ByReading(
        next_slot(user, SlotReading.PERIOD, rules, now),
        next_slot(user, SlotReading.BLOCK, rules, now),
    )
