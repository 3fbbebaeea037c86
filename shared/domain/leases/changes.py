"""What happened to leases between two looks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import zip_longest

from shared.domain.leases.history import ChangeKind, LeaseChange, LeaseLook
from shared.domain.leases.model import CalConfiguration, Lease
from shared.domain.leases.user_leases import one_a_machine
from shared.domain.never_release import fold

_NEVER = datetime.min.replace(tzinfo=UTC)

type _Held = Mapping[str, Mapping[str, Lease]]


def changes_between(before: LeaseLook, now_look: LeaseLook) -> list[LeaseChange]:
    """The leases that appeared, moved or vanished from one look to the next.

    A lease is known again by its user and its machine, so a renewed one is no change, and one
    without user or machine can't be followed. Of a user's changes on a server a lease that went
    and one that came are a move: the longest unused went for the newest, and so on. A server that
    is in one look only, or whose leases were not told in one, has no changes.

    Returns:
        The changes by server, then by user, moves first; the same for leases in any order.
    """
    earlier = {config.server.id: config for config in before.servers}
    return [
        change
        for config in sorted(now_look.servers, key=lambda config: config.server.id)
        if (old := earlier.get(config.server.id))
        for change in _of_server(old, config, before, now_look)
    ]


def _of_server(
    old: CalConfiguration, new: CalConfiguration, before: LeaseLook, now_look: LeaseLook
) -> Iterator[LeaseChange]:
    if old.leases is None or new.leases is None:
        return
    server = new.server.id
    since = before.read_at.get(server, before.taken_at)
    seen_at = now_look.read_at.get(server, now_look.taken_at)
    held, holds = leases_by_user(old), leases_by_user(new)
    for user in sorted(held.keys() | holds.keys()):
        for went, came in _pairs(held.get(user, {}), holds.get(user, {})):
            written = came.user if came else went.user if went else ""
            yield LeaseChange(_kind(went, came), server, written, seen_at, since, went, came)


def leases_by_user(config: CalConfiguration) -> _Held:
    """The leases that can be followed: by folded user, then by folded machine."""
    by_user: dict[str, list[Lease]] = defaultdict(list)
    for lease in config.leases or ():
        by_user[fold(lease.user)].append(lease)
    by_user.pop("", None)
    return {
        user: {key: x for x in one_a_machine(leases) if (key := fold(x.machine))}
        for user, leases in by_user.items()
    }


def _pairs(
    held: Mapping[str, Lease], holds: Mapping[str, Lease]
) -> Iterator[tuple[Lease | None, Lease | None]]:
    if held.keys() == holds.keys():
        return
    went = [held[key] for key in held.keys() - holds.keys()]
    came = [holds[key] for key in holds.keys() - held.keys()]
    went.sort(key=lambda lease: (lease.last_contact or _NEVER, fold(lease.machine)))
    came.sort(key=lambda lease: fold(lease.machine))
    came.sort(key=lambda lease: lease.leased_at or lease.last_contact or _NEVER, reverse=True)
    yield from zip_longest(went, came)


def _kind(went: Lease | None, came: Lease | None) -> ChangeKind:
    if went and came:
        return ChangeKind.MOVED
    return ChangeKind.VANISHED if went else ChangeKind.APPEARED
