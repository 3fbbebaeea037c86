"""What the ledger remembers of leases: the last look, counts over time, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.leases.model import CalConfiguration, Lease


@dataclass(frozen=True, slots=True)
class LeaseLook:
    """Everything that one look at the servers saw; the next look is compared with it.

    A server that could not be read keeps the part of the look before, so `read_at` may be older
    than `taken_at` for it.
    """

    site: str
    taken_at: datetime
    servers: tuple[CalConfiguration, ...]
    read_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServerCounts:
    """The counts of one QlikView Server at one look; None is "not told".

    Attributes:
        server: its name.
        in_license: named CALs that the license has.
        assigned: how many are assigned.
        limit: how many may be assigned at most.
        quarantined: removed CALs whose quarantine has not ended.
        unused_30_days: assigned CALs not used for 30 days or more.
        leased: users who hold at least one active lease.
        leases: active leases.
        users_at_limit: users all of whose slots are taken.
        users_blocked: of these, whom another machine would refuse whichever reading holds.
        users_next_refused: users at the limit who start on the farm and hold no lease on some of
            its machines, so that a balanced start may be refused.
    """

    server: str
    in_license: int | None
    assigned: int | None
    limit: int | None
    quarantined: int | None
    unused_30_days: int | None
    leased: int | None
    leases: int | None
    users_at_limit: int | None
    users_blocked: int | None
    users_next_refused: int | None


@dataclass(frozen=True, slots=True)
class LeaseCounts:
    """The counts of one look, for charts and trends.

    Attributes:
        site: the site's name.
        taken_at: when the look was taken, UTC.
        servers: the counts of each QlikView Server by its id.
        machines: active leases of each farm machine (by name) and of the busiest others.
    """

    site: str
    taken_at: datetime
    servers: Mapping[str, ServerCounts]
    machines: Mapping[str, int]


class ChangeKind(StrEnum):
    """What happened to a user's leases between two looks."""

    APPEARED = "appeared"
    MOVED = "moved"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class LeaseChange:
    """A lease that appeared, moved to another machine, or vanished between two looks.

    Attributes:
        kind: what happened.
        server: the id of the QlikView Server.
        user: as the server writes it.
        seen_at: when the look that noticed it was taken.
        since: when the look before was taken; it happened between the two.
        before: the lease that went; None when one only appeared.
        after: the lease that came; None when one only vanished.
    """

    kind: ChangeKind
    server: str
    user: str
    seen_at: datetime
    since: datetime
    before: Lease | None
    after: Lease | None
