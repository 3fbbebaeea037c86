"""Moves in a draft: a server that was added gets its share, and over-full ones get rid of users."""

from collections.abc import Callable

from shared.domain.farm.draft import Draft, Person


def fill_added(draft: Draft) -> None:
    """Give each added server its fair share of bindings; users leave one of theirs for it.

    Those come whom it suits best by rendezvous, and they leave the server that suits them less.
    Over-full servers give first, then those above their share. Where there is a choice, users leave
    servers on which they hold no lease: they can start on the new one at once.
    """
    for server in draft.added:
        share, moves = draft.shares[server].at_least, _moves_to(draft, server)
        _move(draft, server, moves, share, lambda giver: draft.excess(giver) > 0)
        _move(draft, server, moves, share, lambda g: draft.count[g] > draft.shares[g].at_least)
        _move(draft, server, moves, share, lambda _: True)
    for server in draft.added:
        room, moves = draft.shares[server].room, _moves_to(draft, server)
        _move(draft, server, moves, room, lambda giver: draft.excess(giver) > 0)


def empty_over_full(draft: Draft) -> None:
    """Move users away from over-full servers until they have room, the most over-full one first.

    First go users to whom the plan in force doesn't give this server, then those without a lease on
    it, then those whom it suits least. Nobody goes who could start nowhere then, or for whom no
    other server has room.
    """
    leaving = {server: _leaving(draft, server) for server in draft.farm if draft.excess(server)}
    while leaving:
        server = max(leaving, key=lambda s: (draft.excess(s) / draft.shares[s].fair, s))
        if not draft.excess(server) or not leaving[server]:
            del leaving[server]
            continue
        person = leaving[server].pop()
        other = draft.best_for(person)
        if draft.has_room(other) and draft.can_go(person, server):
            draft.take_away(person, server)
            draft.bind(person, other)


def _moves_to(draft: Draft, server: str) -> list[tuple[Person, str]]:
    """(user, the server that the user would leave), the best move first."""
    moves = [
        (person, giver)
        for person in draft.people
        if server not in person.bound
        for giver in person.bound
        if giver not in draft.added
    ]

    def key(move: tuple[Person, str]) -> tuple[bool, float, str, str]:
        person, giver = move
        gain = draft.score(person, server) / draft.score(person, giver)
        return giver in person.taken, -gain, person.key, giver

    return sorted(moves, key=key)


def _move(
    draft: Draft,
    server: str,
    moves: list[tuple[Person, str]],
    goal: int,
    gives: Callable[[str], bool],
) -> None:
    for person, giver in moves:
        if draft.count[server] >= goal:
            return
        moved = server in person.bound
        if not moved and gives(giver) and draft.can_go(person, giver):
            draft.take_away(person, giver)
            draft.bind(person, server)


def _leaving(draft: Draft, server: str) -> list[Person]:
    """The users of a server; who should leave it first is last."""

    def key(person: Person) -> tuple[bool, bool, float, str]:
        known = person.before is not None and server in person.before
        return known, server in person.taken, draft.score(person, server), person.key

    return sorted((p for p in draft.people if server in p.bound), key=key, reverse=True)
