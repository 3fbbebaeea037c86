"""Makes a farm plan from what is known and what was asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from local.farm.errors import FarmError
from local.farm.known_leases import KnownLeases
from local.farm.server_list import NamedServer, weighed
from shared.domain.farm.model import Binding, FarmPlan, FarmServer
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult
from shared.domain.farm.shares import Share, fair_shares
from shared.domain.never_release import fold


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is made from.

    Attributes:
        known: leases and rules.
        now: the time of the plan.
        users: whom to plan; None for everybody who holds a lease, and for users of the plan in
            force who still have a named CAL.
        servers: the farm; None for that of the settings, else for that of the plan in force.
        in_force: the plan in force.
    """

    known: KnownLeases
    now: datetime
    users: Sequence[str] | None
    servers: Sequence[NamedServer] | None
    in_force: FarmPlan | None


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A plan with what it was made from.

    Attributes:
        asked: that.
        result: the plan and what it means.
        new: users who are not in the plan in force.
        left_out: users of the plan in force who are not in the new one.
    """

    asked: Asked
    result: PlanResult
    new: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def shares(self) -> list[tuple[FarmServer, int, Share]]:
        """Each server, how many users are bound to it, and how many should be."""
        plan = self.result.plan
        bound = Counter(fold(name) for binding in plan.bindings for name in binding.servers)
        each = max(len(binding.servers) for binding in plan.bindings)
        shares = fair_shares(plan.servers, len(plan.bindings), each)
        return [(x, bound[fold(x.name)], shares[fold(x.name)]) for x in plan.servers]

    @property
    def one_at_first(self) -> list[Binding]:
        """Users with two servers of which one lets them in now, and the other later."""
        return [b for b in self.result.plan.bindings if 0 < len(b.ready_at) < len(b.servers)]

    @property
    def last_ready(self) -> datetime | None:
        """From when all servers let their users in; None for now."""
        times = (at for binding in self.result.plan.bindings for at in binding.ready_at.values())
        return max(times, default=None)


def make_farm_plan(asked: Asked) -> MadePlan:
    """Make the plan.

    Raises:
        FarmError: users or servers are missing, or can't be planned; says what to do.
    """
    users, servers = _users(asked), _servers(asked)
    try:
        result = make_plan(
            users,
            servers,
            rules=asked.known.rules,
            now=asked.now,
            in_force=asked.in_force,
            leases=asked.known.leases,
        )
    except ValueError as error:
        raise FarmError(str(error)) from error
    before = asked.in_force.bindings if asked.in_force else ()
    known, planned = {fold(binding.user) for binding in before}, {fold(user) for user in users}
    return MadePlan(
        asked,
        result,
        tuple(user for user in users if fold(user) not in known),
        tuple(binding.user for binding in before if fold(binding.user) not in planned),
    )


def _users(asked: Asked) -> Sequence[str]:
    if asked.users is not None:
        return asked.users
    users = {fold(user): user.strip() for user in asked.known.leases}
    for binding in asked.in_force.bindings if asked.in_force else ():
        if fold(binding.user) in asked.known.with_cal:
            users.setdefault(fold(binding.user), binding.user)
    if not users:
        raise FarmError(
            f"nobody holds a lease of {asked.known.server}: give the users in a file by --users"
        )
    return [users[key] for key in sorted(users)]


def _servers(asked: Asked) -> Sequence[FarmServer]:
    if asked.servers is not None:
        return weighed(asked.servers, asked.in_force)
    if asked.known.farm:
        return weighed(map(NamedServer, asked.known.farm), asked.in_force)
    if asked.in_force:
        return asked.in_force.servers
    hint = f" (users share these machines: {', '.join(asked.known.likely_farm)})"
    raise FarmError(
        "the servers of the farm are not known: name them by --servers CTX01,CTX02=2 or in the"
        f" setting LEASES__FARM{hint if asked.known.likely_farm else ''}"
    )
