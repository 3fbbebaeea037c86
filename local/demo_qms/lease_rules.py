"""How the demo's servers give leases.

This is written apart from the rules of the app, so that each is a second opinion on the other.
No source settles when a slot is free again (QlikView facts, part 6): both readings can be had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.demo_qms.records import Lease

type Outcome = Literal["granted", "renewed", "refused"]


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """The rules of one world.

    Attributes:
        machines: on how many machines a user may hold a lease (fact 3.4).
        period: how long a lease lasts after the last contact (fact 3.3).
        block: how long a slot is held at least after the last contact.
        reading: "period": a slot is free when the period is over. "block": a slot may also be
            taken for another machine when its block is over; the one used longest ago goes.
    """

    machines: int = 2
    period: timedelta = timedelta(days=30)
    block: timedelta = timedelta(hours=24)
    reading: Literal["period", "block"] = "period"


@dataclass(frozen=True, slots=True)
class Start:
    """What came of a start with "Open in Server".

    Attributes:
        outcome: refused means that the client stays a Personal Edition, without any message.
        reason: why.
        lease: the lease that the client has now; None when it was refused.
        replaced: a lease that had to go for it.
    """

    outcome: Outcome
    reason: str
    lease: Lease | None = None
    replaced: Lease | None = None


def lasts(lease: Lease, at: datetime, rules: LeaseRules) -> bool:
    """Whether the lease's period isn't over at that moment."""
    return at < lease.last_used + rules.period


def start(held: Sequence[Lease], user: str, machine: str, at: datetime, rules: LeaseRules) -> Start:
    """Decide on a start of a user who has a named CAL.

    Args:
        held: all leases of that user that the server knows.
        user: who starts.
        machine: where.
        at: when, UTC.
        rules: the rules.
    """
    current = [lease for lease in held if lasts(lease, at, rules)]
    for lease in current:
        if lease.machine.casefold() == machine.casefold():
            renewed = Lease(lease.user, lease.machine, lease.leased_at, max(at, lease.last_used))
            return Start("renewed", "it has a lease on this machine", renewed)
    new = Lease(user, machine, at, at)
    if len(current) < rules.machines:
        return Start("granted", "a slot is free", new)
    oldest = min(current, key=lambda lease: lease.last_used, default=None)
    if oldest is not None and rules.reading == "block" and at >= oldest.last_used + rules.block:
        return Start("granted", f"the block on {oldest.machine} is over", new, oldest)
    return Start("refused", "all slots are taken by other machines")
