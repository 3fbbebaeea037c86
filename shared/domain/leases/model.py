"""Named CALs and license leases of a QlikView Server, as its management service tells them.

Every value may be missing: versions differ in what they tell (QlikView facts 2.4 and 2.5), so
None means "not told", which is never the same as none or zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class QlikViewServer:
    """A QlikView Server of the service: its id (a GUID) and the name that people know it by."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedCal:
    r"""A named CAL that is assigned, or that was removed and waits for its quarantine to end.

    Attributes:
        user: as the server writes it, usually `DOMAIN\user`; empty when it is not told.
        machine: the machine it is bound to, when CALs are identified by machine; else empty.
        last_used: UTC; None for never or not told.
        quarantined_until: UTC; None for not in quarantine or not told.
    """

    user: str
    machine: str = ""
    last_used: datetime | None = None
    quarantined_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A license lease: one machine that a user has taken the license to.

    Attributes:
        user: as the server writes it; empty when it is not told.
        machine: the machine's id, opaque (fact 3.5); empty when it is not told.
        leased_at: when the lease was given, UTC.
        last_used: the last contact with the server, UTC.
        quarantined_until: told by the server since version 11; what it means for a lease is open.
    """

    user: str
    machine: str
    leased_at: datetime | None = None
    last_used: datetime | None = None
    quarantined_until: datetime | None = None

    @property
    def last_contact(self) -> datetime | None:
        """The later of being leased and being used: the lease was renewed then (fact 3.3)."""
        return max((t for t in (self.leased_at, self.last_used) if t), default=None)


@dataclass(frozen=True, slots=True)
class CalConfiguration:
    """The named CALs of one server and their leases.

    Attributes:
        server: whose they are; CALs are tied to the license of one server (fact 3.10).
        in_license: named CALs that the license has.
        assigned: how many are assigned, by the server's own count.
        limit: how many may be assigned at most.
        allow_lease: whether the server gives leases at all.
        allow_dynamic: whether a user without a CAL gets one by connecting.
        identification: `UserName` or `MachineName`.
        assigned_cals: None when they were not told, which is not the same as none.
        leases: the same.
        removed_cals: removed CALs in quarantine; None where the version doesn't tell them.
    """

    server: QlikViewServer
    in_license: int | None = None
    assigned: int | None = None
    limit: int | None = None
    allow_lease: bool | None = None
    allow_dynamic: bool | None = None
    identification: str = ""
    assigned_cals: tuple[NamedCal, ...] | None = None
    leases: tuple[Lease, ...] | None = None
    removed_cals: tuple[NamedCal, ...] | None = None


class SlotReading(StrEnum):
    """When a lease slot becomes free for another machine; no source settles it (facts, part 6).

    PERIOD: when the lease period has passed since the last contact, and not before.
    BLOCK: already when the block hours have passed since the last contact; of several such slots
        the one used longest ago goes first.
    """

    PERIOD = "period"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """The rules of leases, which differ between QlikView versions; all come from settings.

    Attributes:
        machines_per_user: how many machines a user can hold a lease on at the same time.
        period: how long a lease lasts after the last contact.
        block: how long a slot is held at least after the last contact (see `SlotReading.BLOCK`).
        farm: names of the Citrix farm's machines by their machine ids; empty when not given.
    """

    machines_per_user: int = 2
    period: timedelta = timedelta(days=30)
    block: timedelta = timedelta(hours=24)
    farm: Mapping[str, str] = field(default_factory=dict)
