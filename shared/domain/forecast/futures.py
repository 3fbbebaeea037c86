"""Futures drawn from the trend: on which day does each one use up what is available?

The draws are the same in every forecast. So the result depends on the history alone, and when it
differs from yesterday's it is the history that changed, not the dice.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, inf, sqrt
from statistics import NormalDist

from shared.domain.forecast.trend import Trend
from shared.domain.forecast.weekly import WeeklyShape

FUTURES = 300
DAILY = 28  # days that are drawn one by one; after that week by week
WEEK = 7
SEED = 1753


def days_until_empty(
    found: Sequence[Trend], ahead: WeeklyShape, headroom: Sequence[float], horizon: int
) -> list[float]:
    """For each future the days from the last reading until nothing is available, sorted.

    Args:
        found: the weighed trends.
        ahead: what the weekly shape adds 0 to 6 days after the last reading.
        headroom: what demand may grow by until nothing is available, by days ahead; the last
            entry holds from then on.
        horizon: days; a future that gets this far without running out is infinity.
    """
    futures = _futures(found, horizon)
    return sorted(_one_future(trend, own, ahead, headroom, horizon) for trend, own in futures)


def left_ahead(
    found: Sequence[Trend],
    ahead: WeeklyShape,
    headroom: Sequence[float],
    horizon: int,
    shares: Sequence[float],
) -> list[tuple[int, list[float]]]:
    """What is left on the days ahead, of the same futures.

    A future that has run out stays at zero, so the lowest share reaches zero on the very day by
    which that share of the futures has run out.

    The arguments are those of `days_until_empty`; `shares`: of the futures in which there is as
    much or less, each 0 to 1.

    Returns:
        (days ahead, what is left for each share).
    """
    paths = [
        _until_empty(_steps(trend, own, ahead, headroom, horizon))
        for trend, own in _futures(found, horizon)
    ]
    days = [day for day, _ in paths[0]]
    lefts = (sorted(path[index][1] for path in paths) for index in range(len(days)))
    places = [int(share * len(paths)) for share in shares]
    return [(day, [left[place] for place in places]) for day, left in zip(days, lefts, strict=True)]


def _until_empty(steps: Iterator[tuple[int, float]]) -> list[tuple[int, float]]:
    path, empty = [], False
    for day, left in steps:
        empty = empty or left <= 0
        path.append((day, 0.0 if empty else left))
    return path


def _futures(found: Sequence[Trend], horizon: int) -> Iterator[tuple[Trend, Iterator[float]]]:
    """Each future's trend, as often as it weighs, and its draws."""
    each, draws = _draws(horizon)
    cumulated = list(accumulate(trend.weight for trend in found))
    for number in range(FUTURES):
        share = (number + 0.5) / FUTURES * cumulated[-1]
        trend = found[min(bisect(cumulated, share), len(found) - 1)]
        yield trend, iter(draws[number * each : (number + 1) * each])


@lru_cache(maxsize=8)
def _draws(horizon: int) -> tuple[int, Sequence[float]]:
    """How many draws a future needs at most, and those of all futures, one after the other."""
    steps = min(horizon, DAILY) + ceil(max(0, horizon - DAILY) / WEEK)
    each = 2 + 2 * steps
    return each, NormalDist().samples(FUTURES * each, seed=SEED)


def _one_future(
    trend: Trend,
    draws: Iterator[float],
    ahead: WeeklyShape,
    headroom: Sequence[float],
    horizon: int,
) -> float:
    """Follow one future; in a step of a week the crossing is where a straight line has it."""
    before_day, before = 0, headroom[0]
    for day, left in _steps(trend, draws, ahead, headroom, horizon):
        if left <= 0:
            crossed = before_day + (day - before_day) * before / (before - left)
            return crossed if crossed <= horizon else inf
        before_day, before = day, left
    return inf


def _steps(
    trend: Trend,
    draws: Iterator[float],
    ahead: WeeklyShape,
    headroom: Sequence[float],
    horizon: int,
) -> Iterator[tuple[int, float]]:
    """One future as (days ahead, what is left then), daily at first and weekly later on."""
    deviation = sqrt(trend.variance) * exp(next(draws) / sqrt(2 * trend.changes))
    slope = trend.slope + deviation * sqrt(trend.uncertainty) * next(draws)
    drift = deviation * sqrt(trend.drift)
    grown, day = 0.0, 0
    while day < horizon:
        step = 1 if day < DAILY else WEEK
        day += step
        root = sqrt(step)
        grown += step * slope + deviation * root * next(draws)
        slope += drift * root * next(draws)
        yield day, headroom[min(day, len(headroom) - 1)] - grown - ahead[day % WEEK]
