"""What a plan comes with: what it changes, and for whom it is not yet enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.farm.model import FarmPlan
from shared.domain.leases.model import SlotReading


@dataclass(frozen=True, slots=True)
class Rebinding:
    """A user of the plan in force gets a server.

    Attributes:
        user: who.
        left: the server given up for it; None when the user had too few.
        joined: the new server.
    """

    user: str
    left: str | None
    joined: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A user whom no server of the new plan lets in now.

    Attributes:
        user: who.
        until: from when one does, by reading; a reading under which it does now is missing.
    """

    user: str
    until: Mapping[SlotReading, datetime]


@dataclass(frozen=True, slots=True)
class OverFull:
    """A server that keeps more users than it should, as any other server would refuse them now.

    Make the plan again as their leases elsewhere run out.
    """

    server: str
    bindings: int
    room: int


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan and what it means.

    Attributes:
        plan: the plan.
        rebindings: the difference to the plan in force, for users who were in it.
        least_rebindings: how many any plan with the same balance needs, see `least_rebindings`.
        waits: users who are let in nowhere yet; sorted by name, like all of these.
        over_full: servers with more bindings than their room.
    """

    plan: FarmPlan
    rebindings: tuple[Rebinding, ...]
    least_rebindings: int
    waits: tuple[Wait, ...]
    over_full: tuple[OverFull, ...]
