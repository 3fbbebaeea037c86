"""A plan in the making: who is bound where so far, and how full each server is."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from shared.domain.farm.model import FarmServer
from shared.domain.farm.rendezvous import folded_score, hash_share
from shared.domain.farm.shares import Share, fair_shares
from shared.domain.farm.slots import TakenSlot, lets_in
from shared.domain.leases.model import LeaseRules
from shared.domain.never_release import fold


@dataclass(slots=True)
class Person:
    """A user in the making of a plan. All names of servers and machines are folded.

    Attributes:
        name: as given.
        key: folded.
        taken: active leases by machine.
        before: the servers in the plan in force, on this farm or not, with their names as given
            there; None for a new user.
        bound: the servers so far.
    """

    name: str
    key: str
    taken: Mapping[str, TakenSlot]
    before: Mapping[str, str] | None
    bound: list[str] = field(default_factory=list)
    _scores: dict[str, float] = field(default_factory=dict)

    def score(self, server: str, weight: float) -> float:
        """See `rendezvous.score`."""
        if server not in self._scores:
            self._scores[server] = folded_score(self.key, server, weight)
        return self._scores[server]


class Draft:
    """Bindings that are still being moved around.

    Attributes:
        farm: the servers by folded name, in the order of these names.
        added: those of them that the plan in force doesn't know.
        people: the users in an order that depends on their names, but not by the alphabet.
        each: to how many servers everybody is bound in the end.
        shares: how many bindings each server should have.
        count: how many it has so far.
    """

    def __init__(
        self,
        servers: Iterable[FarmServer],
        people: Iterable[Person],
        rules: LeaseRules,
        added: Collection[str] = (),
    ) -> None:
        """A draft without any binding."""
        self.farm = {fold(server.name): server for server in servers}
        self.added = sorted(added)
        self.people = sorted(people, key=lambda person: (hash_share(person.key), person.key))
        self.each = min(2, len(self.farm), rules.machines_per_user)
        self.shares: dict[str, Share] = fair_shares(
            list(self.farm.values()), len(self.people), self.each
        )
        self.count: Counter[str] = Counter(dict.fromkeys(self.farm, 0))
        self.rules = rules

    def score(self, person: Person, server: str) -> float:
        """How well the server suits the user."""
        return person.score(server, self.farm[server].weight)

    def bind(self, person: Person, server: str) -> None:
        """Give the user a server."""
        person.bound.append(server)
        self.count[server] += 1

    def take_away(self, person: Person, server: str) -> None:
        """Take a server from the user."""
        person.bound.remove(server)
        self.count[server] -= 1

    def has_room(self, server: str) -> bool:
        """Whether one more user may be bound to the server."""
        return self.count[server] < self.shares[server].room

    def excess(self, server: str) -> int:
        """By how many users the server is over-full."""
        return max(0, self.count[server] - self.shares[server].room)

    def can_go(self, person: Person, server: str) -> bool:
        """Whether the user can do without this server: nobody may have to wait because of it."""
        others = [name for name in person.bound if name != server]
        return lets_in(others, person.taken, self.rules) or not lets_in(
            person.bound, person.taken, self.rules
        )

    def fill(self) -> None:
        """Give everybody who has too few servers the best that have room."""
        short = [person for person in self.people if len(person.bound) < self.each]
        for done, person in enumerate(short):
            while len(person.bound) < self.each:
                self.bind(person, self.best_for(person, still_short=len(short) - done))

    def best_for(self, person: Person, still_short: int | None = None) -> str:
        """One more server for the user.

        It is a machine with a lease and room. Then come servers that miss their fair share unless
        everybody who is left goes there, then added servers, then others below their fair share,
        then those with room; among these, by rendezvous. If there is no room anywhere, it is the
        least full one.

        Args:
            person: who has too few servers, or is to leave one.
            still_short: how many users have too few servers; None when this isn't about them.
        """
        free = [server for server in self.farm if server not in person.bound]
        leased = [s for s in free if s in person.taken]
        leased.sort(key=lambda s: (person.taken[s].contact, s))
        for server in reversed(leased):
            if self.has_room(server):
                return server
        ranked = sorted(free, key=lambda s: (-self.score(person, s), s))
        count, shares = self.count, self.shares
        least_full = min(ranked, key=lambda s: (count[s] / shares[s].fair, s))
        missing = {s: shares[s].at_least - count[s] for s in ranked}
        choices = chain(
            (s for s in ranked if still_short and missing[s] >= still_short),
            (s for s in ranked if s in self.added and missing[s] > 0),
            (s for s in ranked if count[s] < shares[s].target),
            (s for s in ranked if self.has_room(s)),
        )
        return next(choices, least_full)
