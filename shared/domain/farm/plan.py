"""The plan: each user is bound to two servers of the farm, and to no other.

Two machines are what a user may hold leases on, so nobody is refused whatever the reading of the
rules; and two servers to choose from at each logon are enough for an even load.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from shared.domain.farm.draft import Draft, Person
from shared.domain.farm.least_rebindings import kept_servers
from shared.domain.farm.model import FarmPlan, FarmServer
from shared.domain.farm.outcome import plan_result
from shared.domain.farm.plan_result import PlanResult
from shared.domain.farm.rebalance import empty_over_full, fill_added
from shared.domain.farm.slots import farm_names, lets_in, slots_by_user
from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.never_release import fold

_LIGHTEST, _HEAVIEST = 0.001, 1_000_000  # further apart, shares would be nothing but rounding


def make_plan(
    users: Iterable[str],
    servers: Iterable[FarmServer],
    *,
    rules: LeaseRules,
    now: datetime,
    in_force: FarmPlan | None = None,
    leases: Mapping[str, Sequence[Lease]] | None = None,
) -> PlanResult:
    """Bind users to servers.

    Users keep the servers of the plan in force. Users who are not in it keep the farm's machines on
    which they hold leases, the last used first, where there is room. All else goes by weighted
    rendezvous hashing, the servers below their fair share first. A server that was added gets its
    fair share; an over-full one loses users until it has room. Nobody loses the last server that
    lets them in today: then a server stays over-full, and the result says so.

    With one server, or where the rules allow one machine, everybody is bound to one.

    Args:
        users: who works on the farm. Order doesn't matter, here and below.
        servers: the farm as it will be.
        rules: the rules of leases; its `farm` names machines by their ids.
        now: the time of the leases.
        in_force: the plan that holds until now.
        leases: all leases of the users, on other machines too: these take slots as well. A client
            that goes on running there keeps its slot for longer than `ready_at` can know, so make
            the plan anew as long as there are such.

    Raises:
        ValueError: no servers, a name that is empty or comes twice (in any case of letters), a
            weight outside 0.001 to 1,000,000, or rules that allow no machine at all.
    """
    if rules.machines_per_user < 1:
        raise ValueError("the rules must allow a user at least one machine")
    farm = _checked_servers(servers)
    held = slots_by_user(leases or {}, rules, farm_names(farm, rules), now)
    before = _servers_before(in_force)
    people = [
        Person(name, key, held.get(key, {}), before.get(key))
        for key, name in _by_key(users, "user").items()
    ]
    draft = Draft(farm, people, rules, _added(farm, in_force))
    _bind_all(draft)
    return plan_result(draft, now)


def _bind_all(draft: Draft) -> None:
    for person in draft.people:
        for server in _claims(draft, person):
            draft.bind(person, server)
    if any(person.before is not None for person in draft.people):
        draft.fill()
        fill_added(draft)
    empty_over_full(draft)
    draft.fill()


def _claims(draft: Draft, person: Person) -> list[str]:
    """The servers that the user has, or works on, by right of the past."""
    leased = [server for server in person.taken if server in draft.farm]
    leased.sort(key=lambda server: (person.taken[server].contact, server), reverse=True)
    if person.before is None:
        return leased[: draft.each]
    kept = kept_servers(draft, person)
    if leased and not lets_in(kept, person.taken, draft.rules):
        return [leased[0], *kept][: draft.each]
    return kept


def _servers_before(in_force: FarmPlan | None) -> dict[str, dict[str, str]]:
    bindings = in_force.bindings if in_force else ()
    by_user = _by_key(bindings, "user of the plan in force", lambda binding: binding.user)
    return {
        user: {fold(server): server for server in binding.servers}
        for user, binding in by_user.items()
    }


def _added(farm: Iterable[FarmServer], in_force: FarmPlan | None) -> set[str]:
    if in_force is None:
        return set()
    known = {fold(server.name) for server in in_force.servers}
    bound = {fold(name) for binding in in_force.bindings for name in binding.servers}
    return {fold(server.name) for server in farm} - known - bound


def _checked_servers(servers: Iterable[FarmServer]) -> list[FarmServer]:
    farm = _by_key(servers, "server", lambda server: server.name)
    if not farm:
        raise ValueError("the farm has no servers: name at least one")
    for server in farm.values():
        if not _LIGHTEST <= server.weight <= _HEAVIEST:
            raise ValueError(
                f"the weight of server {server.name} is {server.weight}: "
                f"it must lie between {_LIGHTEST} and {_HEAVIEST:,}"
            )
    return [farm[key] for key in sorted(farm)]


def _by_key[T](items: Iterable[T], what: str, name_of: Callable[[T], str] = str) -> dict[str, T]:
    """The items by folded name."""
    found: dict[str, T] = {}
    for item in items:
        name = name_of(item)
        key = fold(name)
        if not key:
            raise ValueError(f"a {what} has no name: give it one or leave it out")
        if key in found:
            raise ValueError(f"the {what} {name} is named twice: keep one of them")
        found[key] = item
    return found
