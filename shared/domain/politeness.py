"""How many requests QRS gets at once, over all instances: shares of a limit that adapts.

The state lives in the ledger, because instances share no memory. Each instance (a worker process)
holds a share of the limit for as long as it works, and sends no more requests at once than that. A
share that is not renewed ends by itself, so nothing is lost with an instance that dies.

The limit halves when QRS has trouble, and grows by one after a quiet stretch: the rule that shares
the Internet's links (additive increase, multiplicative decrease). "Trouble" is what a request met
that was sent after the last cut: what was sent before tells nothing of the new limit, so a burst of
failures, seen by however many instances, halves it once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

LEASE = timedelta(seconds=30)  # how long a share outlives the instance that holds it
QUIET = timedelta(seconds=10)  # before the limit grows by one
PROBE = timedelta(seconds=60)  # the same, where the next limit is one that was too many before
SLOW_SECONDS = 1.0  # an answer within this time is never called slow
_SLOW_FACTOR = 3
_ENOUGH_TIMES = 8


@dataclass(frozen=True, slots=True)
class Share:
    """What an instance may use until `until`; with 0 slots it waits for some.

    `wants` is the most requests that it would send at once.
    """

    holder: str
    wants: int
    slots: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Politeness:
    """The limit of a site and who holds which share of it, in order of arrival.

    `limit` is None while nothing limits but the setting. `cuts` counts how often it was lowered,
    `too_many` is the limit under which the last trouble came, until that many went well again.
    """

    limit: int | None = None
    cuts: int = 0
    too_many: int | None = None
    changed_at: datetime | None = None
    shares: tuple[Share, ...] = ()

    def limit_now(self, most: int) -> int:
        """The limit that holds; `most` is the setting."""
        return most if self.limit is None else min(self.limit, most)

    def slots_of(self, holder: str) -> int:
        """The slots that an instance holds; 0 for one that waits, or is not known."""
        return sum(share.slots for share in self.shares if share.holder == holder)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What an instance saw since it looked last.

    `running` requests are under way, of `at_most` that may be. `full`: it used all that it may, so
    the limit was put to the test. `troubled`: QRS had trouble with a request that was sent when
    `cut` was the last cut.
    """

    running: int
    at_most: int
    full: bool
    troubled: bool
    cut: int


def renewed(
    state: Politeness, holder: str, *, wants: int, in_use: int, now: datetime, most: int
) -> Politeness:
    """After an instance asked for a share, or renewed its own.

    Slots are dealt one by one in order of arrival, so one more instance makes the others' shares
    smaller when they renew. No more are given than nobody holds. What is `in_use` is kept until it
    is free: only a cut of the limit, or a lease that ran out, leaves more than the limit in use.
    """
    live = _live(state.shares, now)
    held = next((share.slots for share in live if share.holder == holder), 0)
    own = Share(holder, wants, held, now + LEASE)
    shares = _with(live, own)
    limit = state.limit_now(most)
    free = limit - sum(share.slots for share in live if share.holder != holder)
    slots = min(_dealt(limit, shares)[holder], max(free, held))
    own = replace(own, slots=max(slots, in_use))
    return replace(state, shares=_with(shares, own))


def due(state: Politeness, holder: str, most: int) -> int:
    """The slots that an instance is to come down to: its part of the limit, if it has as many."""
    return min(_dealt(state.limit_now(most), state.shares).get(holder, 0), state.slots_of(holder))


def given_back(state: Politeness, holder: str, now: datetime) -> Politeness:
    """After an instance gave its share back, or stopped waiting for one."""
    others = tuple(share for share in _live(state.shares, now) if share.holder != holder)
    return replace(state, shares=others)


def without(state: Politeness, has_ended: Callable[[str], bool]) -> Politeness:
    """Without the shares of instances that are known to have ended."""
    return replace(state, shares=tuple(x for x in state.shares if not has_ended(x.holder)))


def observed(state: Politeness, pulse: Pulse, *, now: datetime, most: int) -> Politeness:
    """After an instance told what it saw."""
    if pulse.troubled:
        return troubled(state, pulse.cut, now=now, most=most)
    return eased(state, now=now, most=most) if pulse.full else state


def troubled(state: Politeness, cut: int, *, now: datetime, most: int) -> Politeness:
    """After trouble with a request that was sent when `cut` was the last cut."""
    if cut < state.cuts:
        return state
    limit = state.limit_now(most)
    return replace(state, limit=max(1, limit // 2), cuts=cut + 1, too_many=limit, changed_at=now)


def eased(state: Politeness, *, now: datetime, most: int) -> Politeness:
    """After requests went well while the limit was put to the test: it may grow by one."""
    limit = state.limit_now(most) + 1
    if state.limit is None or limit > most:
        return state
    probes = state.too_many is not None and limit >= state.too_many
    if state.changed_at is not None and now - state.changed_at < (PROBE if probes else QUIET):
        return state
    too_many = None if probes else state.too_many
    return replace(state, limit=limit, too_many=too_many, changed_at=now)


def is_slow(latest: Sequence[float], quickest: float) -> bool:
    """Whether QRS is so busy that its answers take long: the latest times against the quickest.

    Times are in seconds, of requests that take as long each time on a site at rest.
    """
    if len(latest) < _ENOUGH_TIMES:
        return False
    return median(latest) > max(SLOW_SECONDS, _SLOW_FACTOR * quickest)


def _live(shares: Iterable[Share], now: datetime) -> tuple[Share, ...]:
    return tuple(share for share in shares if now < share.until)


def _with(shares: Sequence[Share], own: Share) -> tuple[Share, ...]:
    """The shares with an instance's own in its place; a new one comes last."""
    if any(share.holder == own.holder for share in shares):
        return tuple(own if share.holder == own.holder else share for share in shares)
    return (*shares, own)


def _dealt(limit: int, shares: Sequence[Share]) -> dict[str, int]:
    """The limit dealt like cards, one slot at a time, to those who want more."""
    hands = {share.holder: 0 for share in shares}
    while limit > 0:
        hungry = [share.holder for share in shares if hands[share.holder] < share.wants][:limit]
        if not hungry:
            break
        for holder in hungry:
            hands[holder] += 1
        limit -= len(hungry)
    return hands
