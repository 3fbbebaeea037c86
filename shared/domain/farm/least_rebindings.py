"""How many re-bindings a change of the farm needs at least, whatever the method."""

from collections import Counter

from shared.domain.farm.draft import Draft, Person


def least_rebindings(draft: Draft) -> int:
    """How many re-bindings any plan with the same balance needs.

    The same balance: no server is fuller than its room, or than in this plan where that is more,
    and an added server has its fair share (rounded down), or what this plan gives it if less.

    Each re-binding gives one user of the plan in force one server. There are at least as many as
    1. servers that users lost, plus what the others have more than they may keep: everybody who
       loses a server needs another;
    2. bindings that the added servers must have and new users can't fill: nobody was there before.
    """
    known = [person for person in draft.people if person.before is not None]
    kept = {person.key: kept_servers(draft, person) for person in known}
    lost = sum(draft.each - len(servers) for servers in kept.values())
    most = {server: max(share.room, draft.count[server]) for server, share in draft.shares.items()}
    bound = Counter(
        s for p in known if p.before and len(p.before) <= draft.each for s in kept[p.key]
    )
    excess = sum(max(0, bound[server] - most[server]) for server in draft.farm)
    wanted = sum(min(draft.shares[server].at_least, draft.count[server]) for server in draft.added)
    by_new_users = draft.each * (len(draft.people) - len(known))
    return max(lost + excess, wanted - by_new_users, 0) if known else 0


def kept_servers(draft: Draft, person: Person) -> list[str]:
    """What the farm still has of the user's servers in force, the most suitable first."""
    kept = [server for server in person.before or () if server in draft.farm]
    kept.sort(key=lambda server: (-draft.score(person, server), server))
    return kept[: draft.each]
