"""History by ticks in memory: what the ledger does with its rows, said in another way."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from shared.adapters.ledger.ticks import SAME_TICK


class Taken(Protocol):
    """A record of a tick."""

    @property
    def taken_at(self) -> datetime:
        """When."""
        ...


type Ticks = dict[datetime, datetime]  # when the first record of a tick was taken, by the last's


def with_tick[T: Taken](there: Sequence[T], ticks: Ticks, new: T) -> list[T]:
    """The records with a new one, which takes the place of an earlier one of the same tick."""
    first = {x.taken_at: ticks.get(x.taken_at, x.taken_at) for x in there}
    same = [x for x in there if abs(first[x.taken_at] - new.taken_at) <= SAME_TICK][-1:]
    ticks[new.taken_at] = first[same[0].taken_at] if same else new.taken_at
    return [*(x for x in there if x not in same), new]


def taken_since[T: Taken](there: Sequence[T], since: datetime) -> list[T]:
    """The records from then on, oldest first."""
    return sorted((x for x in there if x.taken_at >= since), key=lambda x: x.taken_at)


def thinned[T: Taken](there: Sequence[T], ticks: Ticks, first_whole: date) -> list[T]:
    """The records without all but the last of each day before `first_whole`."""
    first = {x.taken_at: ticks.get(x.taken_at, x.taken_at) for x in there}
    old = sorted(tick for tick in first.values() if tick.date() < first_whole)
    spare = set(old) - set({tick.date(): tick for tick in old}.values())
    return [x for x in there if first[x.taken_at] not in spare]
