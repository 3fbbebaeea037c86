"""A Citrix farm, who works on it when, and the plan that binds each user to two servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FarmServer:
    """A Citrix server: its name, and its weight relative to the others (a capacity, above 0)."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Session:
    """A user works with the QlikView client from `start` to `end` (UTC, end after start)."""

    user: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Binding:
    """A user's servers in a plan.

    Attributes:
        user: as the server or the CSV file writes it.
        servers: the two servers, in the farm's order; one, on a farm of one server.
        ready_at: for servers on which a start would be refused today: from when it is granted
            under both readings of the lease rules. Until then the user is sent to the other one.
    """

    user: str
    servers: tuple[str, ...]
    ready_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FarmPlan:
    """Who is bound to which servers; `bindings` are sorted by the folded user name."""

    servers: tuple[FarmServer, ...]
    bindings: tuple[Binding, ...]
