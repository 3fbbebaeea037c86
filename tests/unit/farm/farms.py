"""Farms, leases and sessions for the tests, and what to draw them from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.domain.farm.model import FarmPlan, FarmServer, Session
from shared.domain.leases.model import Lease, LeaseRules

NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULES = LeaseRules()
HOUR = timedelta(hours=1)


def users(count: int) -> list[str]:
    """`user000`, `user001`, ..."""
    return [f"user{number:03}" for number in range(count)]


def servers(count: int, *weights: float) -> list[FarmServer]:
    """`CTX1`, `CTX2`, ...; of weight 1 unless given."""
    given = [*weights, *[1.0] * count][:count]
    return [FarmServer(f"CTX{number}", weight) for number, weight in enumerate(given, 1)]


def lease(user: str, machine: str, hours_ago: float = 1.0) -> Lease:
    """A lease whose last contact was so long ago."""
    return Lease(user, machine, last_used=NOW - hours_ago * HOUR)


def leases(names: Iterable[str], *held: tuple[str, float]) -> dict[str, list[Lease]]:
    """The same leases for everybody: (machine, hours since the last contact)."""
    return {user: [lease(user, machine, ago) for machine, ago in held] for user in names}


def working_by(plan: FarmPlan, hours_ago: float = 1.0) -> dict[str, list[Lease]]:
    """Leases of users who all work on both of their servers."""
    return {b.user: [lease(b.user, name, hours_ago) for name in b.servers] for b in plan.bindings}


def session(user: str, start: float, end: float) -> Session:
    """A session by hours from now."""
    return Session(user, NOW + start * HOUR, NOW + end * HOUR)


def bindings(plan: FarmPlan) -> Counter[str]:
    """How many users are bound to each server."""
    return Counter(name for binding in plan.bindings for name in binding.servers)


def pairs(plan: FarmPlan) -> Mapping[str, set[str]]:
    """The servers of each user."""
    return {binding.user: set(binding.servers) for binding in plan.bindings}


WEIGHTS = st.sampled_from([0.5, 1.0, 1.0, 1.0, 2.0, 3.0])
SERVERS = st.lists(WEIGHTS, min_size=2, max_size=7).map(lambda ws: servers(len(ws), *ws))
EQUAL_SERVERS = st.integers(2, 8).map(servers)
USERS = st.integers(1, 60).map(users)
MACHINES = st.sampled_from([*(f"CTX{number}" for number in range(1, 9)), "notebook", "tablet"])


@st.composite
def held_leases(draw: st.DrawFn, names: list[str], most: int = 2) -> dict[str, list[Lease]]:
    """Leases of some users: on farm machines, some of which may be gone, and on others."""
    held = {}
    for user in draw(st.lists(st.sampled_from(names), unique=True)):
        machines = draw(st.lists(MACHINES, unique=True, max_size=most))
        ages = st.floats(0, 40 * 24)
        held[user] = [lease(user, machine, draw(ages)) for machine in machines]
    return held


@st.composite
def working_hours(draw: st.DrawFn, names: list[str], days: int = 70) -> list[Session]:
    """Sessions of these users at any time, overlapping ones too."""
    found = []
    for _ in range(draw(st.integers(1, 40))):
        start = draw(st.floats(0, days * 24))
        length = draw(st.floats(0.01, 30))
        found.append(session(draw(st.sampled_from(names)), start, start + length))
    return found
