"""The changes of demand from day to day; spikes and one-off jumps are told from the trend."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from itertools import pairwise
from math import sqrt
from statistics import median

from shared.domain.forecast.model import Dropped, Observation
from shared.domain.forecast.readings import demand, hides_demand

OUTLYING = 5.0  # times the usual spread of a day's change
SMALLEST_JUMP = 3.0  # in the pool's unit, and ...
SMALLEST_JUMP_SHARE = 0.02  # ... as a share of the pool: less is nothing that stands out
JUMP_LASTS_DAYS = 5  # changes that stand out for longer are no one-off but a new pace
DAYS_PER_JUMP = 60  # jumps that come more often are the pool's normal way to grow


@dataclass(frozen=True, slots=True)
class Change:
    """How demand changed over the `days` days that end with the day `until`.

    `usual` is False for a change that says nothing about the trend: a one-off jump, or a time in
    which the pool was empty and demand could not show.
    """

    until: date
    days: int
    amount: float
    usual: bool = True


def without_spikes(readings: Sequence[Observation], dropped: Counter[Dropped]) -> list[Observation]:
    """The daily readings less those that are far off and back at once; these are counted."""
    far = _far(changes_of(readings), readings[-1].total)
    kept = list(readings[:1])
    for reading, after in pairwise(readings[1:]):
        up, down = demand(reading) - demand(kept[-1]), demand(after) - demand(reading)
        step = min(abs(up), abs(down))
        if up * down < 0 and step > far and abs(up + down) < step / 2:
            dropped[Dropped.SPIKE] += 1
        else:
            kept.append(reading)
    return [*kept, readings[-1]]


def changes_of(readings: Sequence[Observation], *, renews_monthly: bool = False) -> list[Change]:
    """The changes between daily readings, oldest first.

    With `renews_monthly` the pool is filled up at the start of each month: a change over a month's
    end says nothing about the trend.
    """
    changes = []
    for before, after in pairwise(readings):
        first, last = before.at.astimezone(UTC).date(), after.at.astimezone(UTC).date()
        hidden = hides_demand(before) or hides_demand(after)
        renewed = renews_monthly and (first.year, first.month) != (last.year, last.month)
        changes.append(
            Change(
                until=last,
                days=(last - first).days,
                amount=demand(after) - demand(before),
                usual=not (hidden or renewed),
            )
        )
    return changes


def mark_jumps(changes: Sequence[Change], total: float) -> tuple[list[Change], int]:
    """Mark the one-off jumps as not usual; returns the changes and the number of jumps.

    A merger adds many users once, a clean-up takes many away once. Both stand out, last a few
    days and are rare. Changes that stand out often or for long are how this pool grows.
    """
    far = _far(changes, total)
    pace = _pace(changes)
    jumps: list[list[int]] = []
    for index, change in enumerate(changes):
        if not change.usual or abs(change.amount - pace * change.days) <= far * sqrt(change.days):
            continue
        if jumps and (change.until - changes[jumps[-1][-1]].until).days <= JUMP_LASTS_DAYS:
            jumps[-1].append(index)
        else:
            jumps.append([index])
    jumps = [jump for jump in jumps if _lasts(jump, changes) <= JUMP_LASTS_DAYS]
    span = sum(change.days for change in changes)
    if len(jumps) > max(1, span // DAYS_PER_JUMP):
        return list(changes), 0
    marked = {index for jump in jumps for index in jump}
    return [
        replace(change, usual=False) if index in marked else change
        for index, change in enumerate(changes)
    ], len(jumps)


def _lasts(jump: Sequence[int], changes: Sequence[Change]) -> int:
    return (changes[jump[-1]].until - changes[jump[0]].until).days + 1


def _pace(changes: Sequence[Change]) -> float:
    """The middle change per day."""
    return median([c.amount / c.days for c in changes if c.usual] or [0.0])


def _far(changes: Sequence[Change], total: float) -> float:
    """From which size on a day's change stands out.

    The spread is the larger of two robust measures: the middle deviation is zero for a pool that
    is quiet on most days, the 80th percentile is not.
    """
    pace = _pace(changes)
    off = sorted(abs(c.amount - pace * c.days) / sqrt(c.days) for c in changes if c.usual)
    if not off:
        return SMALLEST_JUMP
    spread = max(1.4826 * median(off), off[int(0.8 * len(off))] / 1.2816)
    return max(OUTLYING * spread, SMALLEST_JUMP, SMALLEST_JUMP_SHARE * total)
