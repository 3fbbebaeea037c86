"""How far off a forecast was, and whether its interval held the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

from bench.forecast.cases import Case
from bench.forecast.demand import FUTURE_DAYS
from bench.forecast.references import last_change, last_value, straight_line
from shared.domain.forecast import RunOut, forecast_run_out

METHODS = ("ours", "last value", "last four weeks", "straight line", "straight line, demand")


@dataclass(frozen=True, slots=True)
class Scored:
    """One case with the absolute errors of all methods, in days.

    `covered`: the 80 % interval holds the truth. `quiet`: it says "not within the horizon", and
    that was right: covered, but not much of a feat.
    """

    case: Case
    errors: tuple[float, ...]
    covered: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the table. Coverage in percent; `telling` leaves the quiet cases out."""

    cases: int
    ran_out: int
    median_errors: tuple[float, ...]
    mean_errors: tuple[float, ...]
    coverage: float
    telling: int
    telling_coverage: float


def scored(case: Case) -> Scored:
    """Make the forecasts of one case and compare.

    Raises:
        TypeError: the forecast refuses; a backtest case has enough history.
    """
    ours = forecast_run_out(case.observations, case.now, FUTURE_DAYS)
    if not isinstance(ours, RunOut):
        raise TypeError(ours.why)
    truth = _within(case.truth)
    days = (
        _days(ours.median, case),
        last_value(case),
        last_change(case),
        straight_line(case),
        straight_line(case, without_our_releases=True),
    )
    earliest, latest = _within(_days(ours.earliest, case)), _within(_days(ours.latest, case))
    return Scored(
        case,
        tuple(abs(_within(day) - truth) for day in days),
        earliest <= truth <= latest,
        ours.earliest is None and case.truth is None,
    )


def summary(results: Sequence[Scored]) -> Summary:
    """The figures of some cases together."""
    telling = [result.covered for result in results if not result.quiet]
    by_method = list(zip(*(result.errors for result in results), strict=True))
    return Summary(
        cases=len(results),
        ran_out=sum(result.case.truth is not None for result in results),
        median_errors=tuple(median(errors) for errors in by_method),
        mean_errors=tuple(fmean(errors) for errors in by_method),
        coverage=100 * fmean(result.covered for result in results),
        telling=len(telling),
        telling_coverage=100 * fmean(telling) if telling else float("nan"),
    )


def _within(days: float | None) -> float:
    """Days as they are scored: the horizon stands for everything at or beyond it."""
    return FUTURE_DAYS if days is None else min(days, FUTURE_DAYS)


def _days(day: date | None, case: Case) -> int | None:
    return None if day is None else (day - case.now.date()).days
