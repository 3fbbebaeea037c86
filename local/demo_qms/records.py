"""What a QlikView Server knows of its named CALs and license leases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class NamedCal:
    """A named CAL, assigned or removed; times in UTC, None stands for never."""

    user: str
    last_used: datetime | None = None
    quarantined_until: datetime | None = None
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """A user's license on one machine; `last_used` is the last contact from there."""

    user: str
    machine: str
    leased_at: datetime
    last_used: datetime


@dataclass(frozen=True, slots=True)
class Server:
    """A QlikView Server and what its license says.

    Attributes:
        id: a GUID.
        name: as the console shows it, e.g. `QVS@qvs01`.
        address: where QMS reaches it.
        in_license: named CALs in the license.
        limit: how many may be assigned; None for all of them.
        reachable: False: QMS lists it, but can't ask it anything.
        allow_lease: whether it leases licenses.
        allow_dynamic: whether who connects without a CAL gets one.
        identification: by what its named CALs know their user.
    """

    id: str
    name: str
    address: str
    in_license: int
    limit: int | None = None
    reachable: bool = True
    allow_lease: bool = True
    allow_dynamic: bool = False
    identification: Literal["UserName", "MachineName"] = "UserName"

    @property
    def may_assign(self) -> int:
        """How many named CALs may be assigned at most."""
        return self.in_license if self.limit is None else min(self.limit, self.in_license)


@dataclass(frozen=True, slots=True)
class CalList:
    """The named CALs and leases of one server as they are at one moment."""

    server: Server
    assigned: tuple[NamedCal, ...]
    leases: tuple[Lease, ...]
    removed: tuple[NamedCal, ...]

    @property
    def rows(self) -> int:
        """How many rows an answer with all of it has."""
        return len(self.assigned) + len(self.leases) + len(self.removed)
