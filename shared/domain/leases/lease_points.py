"""Points of named CALs and leases. Numbers are floats; what is unknown is left out.

Personal names are only written where a setting says so. Else a user is a pseudonym, and so is a
machine that is not of the farm: its id may name its owner (fact 3.5).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from shared.domain.holders import NONE
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.leases.user_leases import HeldLease
from shared.domain.never_release import fold
from shared.domain.own_points import OTHER
from shared.domain.points import Point
from shared.domain.pseudonym import pseudonym
from shared.domain.tag_values import tag_value

CAL = "qlikview_cal"
LEASE = "qlikview_lease"
LEASE_MACHINE = "qlikview_lease_machine"

_COUNTS = (
    "in_license",
    "assigned",
    "limit",
    "leased",
    "leases",
    "quarantined",
    "unused_30_days",
    "users_at_limit",
    "users_blocked",
    "users_next_refused",
)


def cal_points(
    surveys: Sequence[LeaseSurvey], tags: Mapping[str, str], at: datetime
) -> Iterator[Point]:
    """A point a server with the counts that are known; `tags` hold the site and static tags."""
    for one, server_tags in _with_tags(surveys, tags):
        counts = {name: getattr(one.counts, name) for name in _COUNTS}
        fields = {name: float(number) for name, number in counts.items() if number is not None}
        if fields:
            yield Point(CAL, server_tags, fields, at)


def machine_points(
    surveys: Sequence[LeaseSurvey],
    tags: Mapping[str, str],
    at: datetime,
    *,
    personal_names: bool,
    most_others: int = 50,
) -> Iterator[Point]:
    """A point for each machine of the farm and the busiest others; the rest is `(other)`.

    `users` of the rest counts a user once a machine.
    """
    for one, server_tags in _with_tags(surveys, tags):
        if one.counts.leases is None:
            continue
        farm, others = _loads(one, tags["site"], personal_names=personal_names)
        for is_farm, loads in ((True, farm), (False, dict(_busiest(others, most_others)))):
            for name, load in loads.items():
                machine = {"machine": name, "farm": "true" if is_farm else "false"}
                fields = {key: float(load[key]) for key in ("leases", "users")}
                yield Point(LEASE_MACHINE, {**server_tags, **machine}, fields, at)


def lease_points(
    surveys: Sequence[LeaseSurvey],
    tags: Mapping[str, str],
    at: datetime,
    *,
    personal_names: bool,
) -> Iterator[Point]:
    """A point for each active lease, one by one; of leases without a user one a machine."""
    site = tags["site"]
    for one, server_tags in _with_tags(surveys, tags):
        for user in one.server.users.values():
            who = tag_value(user.user) if personal_names else pseudonym(user.user, site)
            free = {"slots_free": float(user.slots_free)}
            for name, held in _by_machine(one, user.active, site, personal_names=personal_names):
                fields = {**free, **_times(held, at)}
                yield Point(LEASE, {**server_tags, "user": who, "machine": name}, fields, at)
        nameless = [held for held in one.server.nameless if held.active]
        for name, held in _by_machine(one, nameless, site, personal_names=personal_names):
            if fields := _times(held, at):
                yield Point(LEASE, {**server_tags, "user": NONE, "machine": name}, fields, at)


def _with_tags(
    surveys: Sequence[LeaseSurvey], tags: Mapping[str, str]
) -> Iterator[tuple[LeaseSurvey, Mapping[str, str]]]:
    """Each survey with the tags of its server; servers of one name are told apart by their id."""
    servers = [one.server.config.server for one in surveys]
    known = Counter(tag_value(server.name) for server in servers)
    for one, server in zip(surveys, servers, strict=True):
        name = tag_value(server.name)
        alone = known[name] == 1 and name != NONE
        yield one, {**tags, "server": name if alone else tag_value(f"{name} {server.id}")}


def _loads(
    one: LeaseSurvey, site: str, *, personal_names: bool
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """The leases and users of the farm's machines and of others, by tag value."""
    farm: dict[str, Counter[str]] = {}
    others: dict[str, Counter[str]] = {}
    for name, load in one.machines.items():
        tag = _machine(name, site, named=personal_names or load.farm)
        counts = (farm if load.farm else others).setdefault(tag, Counter())
        counts.update(leases=load.leases, users=load.users)
    return farm, others


def _busiest(loads: dict[str, Counter[str]], most: int) -> Iterator[tuple[str, Counter[str]]]:
    rest = loads.pop(OTHER, Counter())  # a machine may be called that
    ranked = sorted(loads.items(), key=lambda item: (-item[1]["leases"], item[0]))
    for _, counts in ranked[most:]:
        rest.update(counts)
    yield from ranked[:most]
    if rest:
        yield OTHER, rest


def _by_machine(
    one: LeaseSurvey, leases: Iterable[HeldLease], site: str, *, personal_names: bool
) -> Iterator[tuple[str, HeldLease]]:
    """One lease for each tag value of a machine: of two the later contact, which comes last."""
    farm = one.server.names
    found = {
        _machine(x.machine_name, site, named=personal_names or farm.is_farm(x.lease.machine)): x
        for x in leases
    }
    yield from found.items()


def _machine(name: str, site: str, *, named: bool) -> str:
    return tag_value(name) if named or not fold(name) else pseudonym(name, site)


def _times(held: HeldLease, at: datetime) -> dict[str, float]:
    contact = held.lease.last_contact
    if contact is None or held.expires_at is None:
        return {}
    return {
        "hours_since_contact": (at - contact) / timedelta(hours=1),
        "days_left": (held.expires_at - at) / timedelta(days=1),
    }
