"""The trend of demand: how fast it grows now, and how sure that is.

Demand moves each day by a trend and by chance, and the trend itself drifts: the "local linear
trend" of the time series textbooks (Harvey 1989; Durbin & Koopman 2012), without errors of
measurement, because the counts are exact. How much the trend drifts can't be seen directly. So
several drifts each run through a Kalman filter, and each counts as much as it foretold the changes
that then came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

from shared.domain.forecast.changes import Change

DRIFTS = ((0.0, 0.1), (0.01, 0.3), (0.03, 0.4), (0.08, 0.2))
"""How far the trend moves in a day (as a share of chance's deviation per day), and how common that
is before the history was seen. Chosen so that the interval holds the truth in four of five cases
of the backtest's seeds 0 to 7, which its tables leave out."""

NEGLIGIBLE = 0.01  # drifts with less than this share of the best one's weight are left out
SMALLEST_VARIANCE = 0.01  # the pool's unit squared: a quiet history is no promise
FIRST_UNCERTAINTY = 0.1  # of the trend before the first change


@dataclass(frozen=True, slots=True)
class Trend:
    """What one drift makes of the history. `weight` sums to 1 over the drifts.

    `slope` is the growth per day at the last reading, and `uncertainty` its variance; this and the
    `drift` (variance per day) are in units of `variance`, that of chance per day. `changes` is how
    many changes that was judged from.
    """

    weight: float
    slope: float
    uncertainty: float
    drift: float
    variance: float
    changes: int


def trends(changes: Sequence[Change]) -> list[Trend]:
    """What each drift says about the end of the history, weighed; none without a usual change."""
    if not any(change.usual for change in changes):
        return []
    fits = [_fit(deviation * deviation, prior, changes) for deviation, prior in DRIFTS]
    best = max(score for score, _ in fits)
    likely = [(exp(score - best), fit) for score, fit in fits if score > best + log(NEGLIGIBLE)]
    total = sum(weight for weight, _ in likely)
    return [replace(fit, weight=weight / total) for weight, fit in likely]


def _fit(drift: float, prior: float, changes: Sequence[Change]) -> tuple[float, Trend]:
    """Run the filter; returns the logarithm of prior times likelihood, and the result.

    One change at a time: foretell it, compare, correct. A change that is not usual only lets time
    pass.
    """
    usual = [change for change in changes if change.usual]
    slope = sum(c.amount for c in usual) / sum(c.days for c in usual)
    uncertainty, squares, logs = FIRST_UNCERTAINTY, 0.0, 0.0
    for change in changes:
        days = change.days
        if change.usual:
            surprise = change.amount - days * slope
            link = days * uncertainty + days * days * drift / 2
            expected = days + days * days * uncertainty + days**3 * drift / 3
            squares += surprise * surprise / expected
            logs += log(expected)
            slope += link / expected * surprise
            uncertainty -= link * link / expected
        uncertainty += days * drift
    variance = (squares + SMALLEST_VARIANCE) / len(usual)
    score = log(prior) - 0.5 * (len(usual) * log(variance) + logs)
    return score, Trend(1.0, slope, uncertainty, drift, variance, len(usual))
