"""A believable farm: QlikView Servers whose users work by Citrix, some on notebooks too.

The leases come of a replay of some weeks of logons, by the lease rules of the demo. What it
shows is the problem of the thread (seeds: "Leased License and Citrix farm"): on the free load
balancing many users sit at their limit and are refused; on the other server all are pinned to
one Citrix server, whose leases grow.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from local.demo_qms.behaviour import Behaviour
from local.demo_qms.farm_users import FarmUser, farm_users
from local.demo_qms.lease_rules import LeaseRules
from local.demo_qms.records import Lease, NamedCal, Server
from local.demo_qms.world import World
from local.demo_site.people import Clock, utc_now

BALANCED = "QVS@qvs01"
PINNED = "QVS@qvs02"
EMPTY = "QVS@qvs03"
_OPENS = time(7, tzinfo=UTC)
_WORKDAY = timedelta(hours=11)
_SATURDAY = 5
_SPARE = 1.1
_AT_WORK = {"daily": 0.9, "now and then": 0.25}
_AT_WEEKENDS = 0.3
_ON_NOTEBOOK = 0.4


@dataclass(frozen=True, slots=True, order=True)
class _Logon:
    at: datetime
    user: str
    machine: str
    server: str


def farm_machines(servers: int) -> list[str]:
    """The machine ids of the Citrix servers: CTX01, CTX02 and so on."""
    return [f"CTX{number:02d}" for number in range(1, servers + 1)]


def default_farm(
    users: int = 500,
    servers: int = 6,
    *,
    days: int = 21,
    seed: int = 1,
    now: datetime | None = None,
    clock: Clock = utc_now,
    behaviour: Behaviour | None = None,
    rules: LeaseRules | None = None,
) -> World:
    """Make a farm; the same arguments make the same farm.

    Args:
        users: how many named CALs it has, with those in quarantine.
        servers: how many Citrix servers.
        days: how many days of logons are replayed.
        seed: for all that is random.
        now: when the replay ends, UTC; by the clock when not given.
        clock: the world's clock.
        behaviour: how QMS answers.
        rules: how leases are given.

    Raises:
        ValueError: without a server or a day there is no farm.
    """
    if servers < 1 or days < 1 or users < 0:
        raise ValueError("a farm has at least one Citrix server and one day of logons")
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    end = now or clock()
    people = farm_users(users, rng)
    world = World(clock=clock, behaviour=behaviour, rules=rules)
    for name in (BALANCED, PINNED, EMPTY):
        _add_server(world, name, people, rng)
    for user in people:
        _give_cal(world, user, end, rng)
    since = end - timedelta(days=days)
    machines = farm_machines(servers)
    for logon in sorted(x for u in people for x in _logons(u, machines, since, end, rng)):
        world.open_in_server(logon.user, logon.machine, logon.at, logon.server)
    return world


def big_world(
    cals: int = 50_000,
    leases_per_user: int = 2,
    *,
    now: datetime | None = None,
    clock: Clock = utc_now,
) -> World:
    """Make one server with so many named CALs, each leased to so many machines.

    It is for measuring: it is made in no time, and no two leases are older than a month.
    """
    end = now or clock()
    world = World(clock=clock)
    world.new_server(BALANCED, cals)
    hours = (end - timedelta(hours=number % 600) for number in range(cals))
    used = [NamedCal(f"ACME\\user{n:06d}", at) for n, at in enumerate(hours)]
    world.put_cals(used)
    world.put_leases(
        Lease(cal.user, f"CTX{(n + k) % 100:02d}", cal.last_used or end, cal.last_used or end)
        for n, cal in enumerate(used)
        for k in range(leases_per_user)
    )
    return world


def _add_server(world: World, name: str, people: list[FarmUser], rng: random.Random) -> None:
    host = name.partition("@")[2]
    cals = sum(_server_of(user) == name for user in people)
    guid = str(UUID(int=rng.getrandbits(128), version=4))
    world.add_server(Server(guid, name, f"http://{host}:4747/", round(cals * _SPARE) + 10))


def _server_of(user: FarmUser) -> str:
    return PINNED if user.pinned else BALANCED


def _give_cal(world: World, user: FarmUser, now: datetime, rng: random.Random) -> None:
    server = _server_of(user)
    if user.habit == "not any more":
        used = now - timedelta(days=rng.uniform(31, 400))
        world.assign_cal(user.name, server, last_used=used)
    elif user.habit == "left":
        gone = world.behaviour.quarantine * rng.uniform(0.1, 0.9)
        used = now - gone - timedelta(days=rng.uniform(1, 40))
        world.assign_cal(user.name, server, last_used=used)
        world.remove_cal(user.name, server, at=now - gone)
    else:
        world.assign_cal(user.name, server)


def _logons(
    user: FarmUser, machines: list[str], since: datetime, end: datetime, rng: random.Random
) -> Iterator[_Logon]:
    first = since + (end - since) * user.begins
    day = since.astimezone(UTC).date()
    while day <= end.astimezone(UTC).date():
        share = _AT_WORK.get(user.habit, 0.0)
        share *= _AT_WEEKENDS if day.weekday() >= _SATURDAY else 1
        sessions = rng.choice((1, 2, 3)) if rng.random() < share else 0
        for _ in range(sessions):
            at = datetime.combine(day, _OPENS) + _WORKDAY * rng.random()
            machine = _machine(user, machines, rng)
            if first <= at <= end:
                whole = at.replace(microsecond=0)
                yield _Logon(whole, user.name, machine, _server_of(user))
        day += timedelta(days=1)


def _machine(user: FarmUser, machines: list[str], rng: random.Random) -> str:
    if user.notebook and rng.random() < _ON_NOTEBOOK:
        return user.notebook
    return machines[0] if user.pinned else rng.choice(machines)
