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
    each, draws = _draws(horizon)
    cumulated = list(accumulate(trend.weight for trend in found))
    results = []
    for number in range(FUTURES):
        share = (number + 0.5) / FUTURES * cumulated[-1]
        trend = found[min(bisect(cumulated, share), len(found) - 1)]
        own = iter(draws[number * each : (number + 1) * each])
        results.append(_one_future(trend, own, ahead, headroom, horizon))
    return sorted(results)


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
    deviation = sqrt(trend.variance) * exp(next(draws) / sqrt(2 * trend.changes))
    slope = trend.slope + deviation * sqrt(trend.uncertainty) * next(draws)
    drift = deviation * sqrt(trend.drift)
    grown, day, before = 0.0, 0, headroom[0]
    while day < horizon:
        step = 1 if day < DAILY else WEEK
        day += step
        root = sqrt(step)
        grown += step * slope + deviation * root * next(draws)
        slope += drift * root * next(draws)
        left = headroom[min(day, len(headroom) - 1)] - grown - ahead[day % WEEK]
        if left <= 0:
            crossed = day - step + step * before / (before - left)
            return crossed if crossed <= horizon else inf
        before = left
    return inf
