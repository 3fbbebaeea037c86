"""On which server of the farm a session starts: what the forum thread proposed, and affinity.

The thread (seed 3) names free load balancing, one or two servers for everybody, users split by
hand, and one session a day. Affinity binds each user to two servers (see `plan`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.farm.model import FarmPlan, FarmServer
from shared.domain.farm.rendezvous import hash_share
from shared.domain.never_release import fold

type Choose = Callable[[str, datetime, Mapping[str, int]], str]
"""(user, start, running sessions by server name) -> the name of the server."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How sessions are placed.

    Attributes:
        name: as a table shows it.
        servers: the whole farm, over which the load should be even.
        choose: where a session starts.
        one_session_a_day: each user keeps the first session of a day until the end of the last.
    """

    name: str
    servers: tuple[FarmServer, ...]
    choose: Choose
    one_session_a_day: bool = False


def free_balancing(servers: Iterable[FarmServer]) -> Placement:
    """Every session goes to the least loaded server of all."""
    farm = tuple(servers)
    return Placement("free load balancing", farm, _least_loaded_of(farm))


def one_session_a_day(servers: Iterable[FarmServer]) -> Placement:
    """The same, but users stay in one session from their first start of the day to the last end."""
    farm = tuple(servers)
    return Placement("one session a day", farm, _least_loaded_of(farm), one_session_a_day=True)


def one_server(servers: Iterable[FarmServer]) -> Placement:
    """Everybody starts on the farm's first server."""
    farm = tuple(servers)
    return Placement("one server for everybody", farm, _least_loaded_of(farm[:1]))


def two_servers(servers: Iterable[FarmServer]) -> Placement:
    """Everybody starts on the less loaded of the farm's first two servers."""
    farm = tuple(servers)
    return Placement("two servers for everybody", farm, _least_loaded_of(farm[:2]))


def split_by_hand(servers: Iterable[FarmServer], users: Iterable[str]) -> Placement:
    """Each user has one server: the list of users by name, cut into pieces by weight."""
    farm = tuple(servers)
    names = sorted({fold(user) for user in users})
    total = sum(server.weight for server in farm)
    server_of: dict[str, str] = {}
    first, weight = 0, 0.0
    for server in farm:
        weight += server.weight
        last = round(len(names) * weight / total)
        server_of |= dict.fromkeys(names[first:last], server.name)
        first = last
    return Placement(
        "users split by hand", farm, lambda user, _at, _running: _known(server_of, user)
    )


def affinity(plan: FarmPlan) -> Placement:
    """Each session goes to the less loaded of the user's two servers.

    A server that isn't ready for the user yet is left out. If none is, the one that is ready first
    is tried.
    """
    servers = {fold(server.name): server for server in plan.servers}
    bound = {
        fold(binding.user): (
            tuple(servers[fold(name)] for name in binding.servers),
            {fold(name): at for name, at in binding.ready_at.items()},
        )
        for binding in plan.bindings
    }

    def choose(user: str, at: datetime, running: Mapping[str, int]) -> str:
        pair, ready_at = _known(bound, user)
        if ready_at:
            waits = {s.name: ready_at.get(fold(s.name), at) for s in pair}
            ready = tuple(server for server in pair if waits[server.name] <= at)
            pair = ready or (min(pair, key=lambda server: waits[server.name]),)
        return _least_loaded(pair, user, at, running)

    return Placement("two-server affinity", plan.servers, choose)


def _least_loaded_of(servers: Sequence[FarmServer]) -> Choose:
    return lambda user, at, running: _least_loaded(servers, user, at, running)


def _least_loaded(
    servers: Sequence[FarmServer], user: str, at: datetime, running: Mapping[str, int]
) -> str:
    loads = [running[server.name] / server.weight for server in servers]
    lowest = min(loads)
    tied = [server.name for server, load in zip(servers, loads, strict=True) if load == lowest]
    if len(tied) == 1:
        return tied[0]
    return min(tied, key=lambda name: hash_share(user, at.isoformat(), name))


def _known[T](by_user: Mapping[str, T], user: str) -> T:
    found = by_user.get(user) or by_user.get(fold(user))
    if found is None:
        raise ValueError(f"no server is planned for {user}: make the plan with this user")
    return found
