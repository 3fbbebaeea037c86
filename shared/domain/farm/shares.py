"""How many bindings each server should have: its fair share, and the room beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from shared.domain.farm.model import FarmServer
from shared.domain.never_release import fold

TOLERANCE = 1.05
_ROUNDING = 1e-9  # a share of 200.00000000001 is 200


@dataclass(frozen=True, slots=True)
class Share:
    """How many users should be bound to a server.

    Attributes:
        fair: its part of all bindings, by weight; at most all users.
        at_least: `fair`, rounded down: what a server that is added gets.
        target: `fair`, rounded up: a server with fewer is filled first.
        room: 5 % and one more than the fair share. A server with more is over-full; up to here
            users stay where they are, so that small changes move nobody.
    """

    fair: float
    at_least: int
    target: int
    room: int


def fair_shares(servers: Sequence[FarmServer], users: int, each: int) -> dict[str, Share]:
    """The share of each server by its folded name.

    A server whose part is more than all users gets all of them, and the others share the rest.

    Args:
        servers: the farm, at least `each` servers.
        users: how many users there are.
        each: to how many different servers each of them is bound.
    """
    open_, rest = list(servers), float(users * each)
    fair: dict[str, float] = {}
    while open_:
        per_weight = rest / sum(server.weight for server in open_)
        full = [server for server in open_ if server.weight * per_weight >= users]
        if not full:
            fair |= {fold(server.name): server.weight * per_weight for server in open_}
            break
        fair |= {fold(server.name): float(users) for server in full}
        rest -= users * len(full)
        open_ = [server for server in open_ if server not in full]
    return {name: _share(part, users) for name, part in fair.items()}


def _share(fair: float, users: int) -> Share:
    return Share(
        fair=fair,
        at_least=floor(fair + _ROUNDING),
        target=ceil(fair - _ROUNDING),
        room=min(users, ceil(fair * TOLERANCE - _ROUNDING) + 1),
    )
