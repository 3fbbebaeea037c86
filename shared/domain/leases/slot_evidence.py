"""What a site's own history says about the open question when a slot frees."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.leases.changes import leases_by_user
from shared.domain.leases.history import ChangeKind, LeaseChange, LeaseLook
from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.leases.moments import after
from shared.domain.never_release import fold


class Move(StrEnum):
    """What a lease that moved says.

    EARLY: all slots were taken and the older lease had not expired: only the block reading allows
        it. LATE: it had expired: both readings allow it. UNCLEAR: the looks are too far apart, or
        no contact was told. SLOT_FREE: not all slots were known to be taken, so another machine
        would have got a lease anyway.
    """

    EARLY = "early"
    LATE = "late"
    UNCLEAR = "unclear"
    SLOT_FREE = "slot_free"


@dataclass(frozen=True, slots=True)
class SlotEvidence:
    """How often leases moved to another machine, and what that says.

    Attributes:
        early, late, unclear, slot_free: moves by what they say, see `Move`.
        vanished_early: leases that vanished before they expired, for information only: a CAL that
            was removed explains them as well.
        soonest: of the early moves the shortest time from the last contact that was seen to the
            move; the real one may be shorter.
        sentence: what it comes to, with care.
    """

    early: int
    late: int
    unclear: int
    slot_free: int
    vanished_early: int
    soonest: timedelta | None
    sentence: str


def slot_evidence(
    changes: Iterable[LeaseChange], rules: LeaseRules, look: LeaseLook
) -> SlotEvidence:
    """Weigh the moves of a site.

    Args:
        changes: all that were seen since some time and up to `look`; what is missing in between
            makes the count of taken slots wrong.
        rules: of leases.
        look: the last look. From it the changes are undone one by one, which tells what each user
            held at the time of each move.
    """
    counted: Counter[Move] = Counter()
    early: list[timedelta] = []
    vanished = 0
    for change, taken in _with_taken_slots(changes, rules, look):
        if change.kind is ChangeKind.VANISHED:
            vanished += _is_early(change, rules) is True
        if change.kind is not ChangeKind.MOVED:
            continue
        move = _weighed(change, rules, taken)
        counted[move] += 1
        contact = change.before.last_contact if change.before else None
        if move is Move.EARLY and contact:
            early.append(max(timedelta(0), _window(change)[1] - contact))
    return SlotEvidence(
        counted[Move.EARLY],
        counted[Move.LATE],
        counted[Move.UNCLEAR],
        counted[Move.SLOT_FREE],
        vanished,
        min(early, default=None),
        _sentence(counted, min(early, default=None)),
    )


def _with_taken_slots(
    changes: Iterable[LeaseChange], rules: LeaseRules, look: LeaseLook
) -> Iterator[tuple[LeaseChange, int]]:
    """Each change with the slots that were taken before it, the latest changes first."""
    groups: dict[tuple[datetime, str, str], list[LeaseChange]] = defaultdict(list)
    for change in changes:
        groups[change.seen_at, change.server, fold(change.user)].append(change)
    wanted = {(server, user) for _, server, user in groups}
    held = {
        (config.server.id, user): dict(leases)
        for config in look.servers
        for user, leases in leases_by_user(config).items()
        if (config.server.id, user) in wanted
    }
    for (_, server, user), group in sorted(groups.items(), key=lambda x: x[0], reverse=True):
        leases = held.setdefault((server, user), {})
        _undo(leases, group)
        for change in group:
            yield change, _taken(leases.values(), rules, _window(change)[0])


def _undo(leases: dict[str, Lease], group: Iterable[LeaseChange]) -> None:
    for change in group:
        if change.after:
            leases.pop(fold(change.after.machine), None)
    for change in group:
        if change.before:
            leases[fold(change.before.machine)] = change.before


def _taken(leases: Iterable[Lease], rules: LeaseRules, at: datetime) -> int:
    """How many had not expired, as far as is known, or had been renewed since."""
    expiries = (after(x.last_contact, rules.period) if x.last_contact else None for x in leases)
    return sum(expires_at is None or expires_at > at for expires_at in expiries)


def _weighed(change: LeaseChange, rules: LeaseRules, taken: int) -> Move:
    early = _is_early(change, rules)
    if early is None:
        return Move.UNCLEAR
    if not early:
        return Move.LATE
    return Move.EARLY if taken >= rules.machines_per_user else Move.SLOT_FREE


def _is_early(change: LeaseChange, rules: LeaseRules) -> bool | None:
    """Whether it happened before the older lease expired; None when it can't be said."""
    contact = change.before.last_contact if change.before else None
    if contact is None:
        return None
    expires_at = after(contact, rules.period)
    first, last = _window(change)
    if last < expires_at:
        return True
    return False if first >= expires_at else None


def _window(change: LeaseChange) -> tuple[datetime, datetime]:
    """Between which moments it happened: when the new lease was given, else between the looks."""
    given = change.after.leased_at if change.after else None
    if given and change.since <= given <= change.seen_at:
        return given, given
    return change.since, change.seen_at


def _sentence(counted: Counter[Move], soonest: timedelta | None) -> str:
    early, late = counted[Move.EARLY], counted[Move.LATE]
    if early:
        hours = (
            f" (once {soonest / timedelta(hours=1):.0f} hours after the last contact that was seen)"
            if soonest is not None
            else ""
        )
        return (
            f"{_times(early)} a lease moved to another machine before the older one expired"
            f"{hours}, though all slots were taken. That speaks for"
            " slots that free after the block hours; each case can have another cause, such as a"
            " CAL that was removed and assigned again."
        )
    if late:
        return (
            f"{_times(late)} a lease moved to another machine, each time after the older one had"
            " expired. Both readings allow that: nobody need have tried sooner."
        )
    return "No lease moved with all slots taken, so this site's history says nothing yet."


def _times(number: int) -> str:
    return "Once" if number == 1 else f"{number} times"
