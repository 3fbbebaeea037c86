"""Pools in the report: how they stand, their history and forecast as a chart, the run-out date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from shared.domain.early_warnings import Thresholds, days_until
from shared.domain.forecast import Ahead, Observation, RunOut, available_ahead, forecast_run_out
from shared.domain.outlook import in_words, observations
from shared.domain.pool_warnings import pool_findings
from shared.domain.pools import Pool, PoolName, pools_of, shown
from shared.domain.report.facts import ReportFacts
from shared.domain.report.series import Band, Mark, Meaning, Series, TimeChart, last_of_each_day
from shared.domain.report.words import day, ended

SHOWN_HISTORY = timedelta(days=180)
SHOWN_AHEAD = (60, 180)  # days, at least and at most
_FEW_DAYS = timedelta(days=10)  # of less history every reading is shown

_NAMES = {
    PoolName.PROFESSIONAL: "Professional",
    PoolName.ANALYZER: "Analyzer",
    PoolName.ANALYZER_CAPACITY: "Analyzer capacity",
    PoolName.TOKEN_USER: "User access tokens",
    PoolName.TOKEN_LOGIN: "Login access tokens",
    PoolName.TOKENS: "Tokens",
}


class Level(StrEnum):
    """How a pool stands."""

    FINE = "fine"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool; numbers are texts as people read them, empty when the site does not say.

    Attributes:
        name: for people.
        level: how it stands.
        status: the level in a word or two.
        available, total, unit: what is left of what.
        counts: the other counts by name.
        forecast: in a sentence; empty for pools that are not forecast.
        runs_out: the day by which it is empty with 50 %; empty when that is not foreseen.
        remark: why its numbers can't be read; else empty.
        chart: its history and forecast.
    """

    name: str
    level: Level
    status: str
    available: str
    total: str
    unit: str
    counts: tuple[tuple[str, str], ...]
    forecast: str
    runs_out: str
    remark: str
    chart: TimeChart | None


def pool_views(facts: ReportFacts) -> tuple[PoolView, ...]:
    """Every enabled pool of the last collection."""
    if not facts.history:
        return ()
    told = observations(facts.history, facts.releases)
    pools = pools_of(facts.history[-1].overview)
    return tuple(_view(pool, told.get(pool.name, []), facts) for pool in pools if pool.enabled)


def _view(pool: Pool, readings: Sequence[Observation], facts: ReportFacts) -> PoolView:
    renews = pool.name is PoolName.ANALYZER_CAPACITY
    forecast = forecast_run_out(readings, facts.now, renews_monthly=renews) if readings else None
    found = forecast if isinstance(forecast, RunOut) else None
    level, status = _level(pool, found, facts.thresholds, facts.now)
    ahead = available_ahead(readings, facts.now, renews_monthly=renews) if found else ()
    return PoolView(
        name=_NAMES[pool.name],
        level=level,
        status=status,
        available=_number(pool.available),
        total=_number(pool.total),
        unit=pool.unit.value,
        counts=tuple(_counts(pool)),
        forecast=_capital(ended(in_words(forecast))) if forecast else "",
        runs_out=day(found.median) if found else "",
        remark=pool.unreadable,
        chart=_chart(pool, readings, found, ahead, facts.now) if readings else None,
    )


def _level(
    pool: Pool, forecast: RunOut | None, thresholds: Thresholds, now: datetime
) -> tuple[Level, str]:
    if pool.unreadable:
        return Level.WARNING, "can't be read"
    if pool.excess:
        return Level.DANGER, "overdrawn"
    if pool.available is not None and pool.total and pool.available <= 0:
        return Level.DANGER, "empty"
    if list(pool_findings([pool], thresholds)):
        return Level.WARNING, "low"
    within = thresholds.run_out_days
    median = forecast.median if forecast else None
    if median and within is not None and days_until(median, now) <= within:
        return Level.WARNING, "runs out soon"
    return Level.FINE, "fine"


def _counts(pool: Pool) -> Iterator[tuple[str, str]]:
    named = {
        "allocated": pool.allocated,
        "used": pool.used,
        "quarantined": pool.quarantined,
        "in excess": pool.excess,
    }
    for name, number in named.items():
        if number is not None and (number or name == "allocated"):
            yield name, _number(number)


def _chart(
    pool: Pool,
    readings: Sequence[Observation],
    forecast: RunOut | None,
    ahead: Sequence[Ahead],
    now: datetime,
) -> TimeChart:
    seen = [(r.at, r.available) for r in readings if r.at >= now - SHOWN_HISTORY]
    few = not seen or seen[-1][0] - seen[0][0] <= _FEW_DAYS
    history = tuple(seen if few else last_of_each_day(seen))
    shown_ahead = _shown_ahead(ahead, forecast, now)
    start = history[-1:]
    series = [Series("available", Meaning.MAIN, history)]
    if shown_ahead and start:
        expected = (*start, *((_evening(row.day), row.median) for row in shown_ahead))
        series.insert(0, Series("forecast (median)", Meaning.MAIN, expected))
    return TimeChart(
        id=f"pool-{pool.name.value.replace('_', '-')}",
        title=f"{_NAMES[pool.name]}: {pool.unit.value} available",
        summary=_summary(pool, forecast),
        unit=pool.unit.value,
        series=tuple(series),
        band=_band(start, shown_ahead),
        dashed=frozenset({"forecast (median)"}),
        marks=tuple(_marks(forecast, shown_ahead)),
        current=True,
    )


def _shown_ahead(ahead: Sequence[Ahead], forecast: RunOut | None, now: datetime) -> Sequence[Ahead]:
    """As far as the interval of the run-out date goes, and not so far that history gets lost."""
    least, most = SHOWN_AHEAD
    last = forecast.latest or forecast.median if forecast else None
    wanted = min(max(least, 1.15 * days_until(last, now) if last else least), most)
    return [row for row in ahead if (row.day - now.date()).days <= wanted]


def _band(start: Sequence[tuple[datetime, float]], ahead: Sequence[Ahead]) -> Band | None:
    if not ahead or not start:
        return None
    at, available = start[0]
    rows = ((_evening(row.day), max(0.0, row.low), row.high) for row in ahead)
    return Band("80 % of the futures", ((at, available, available), *rows))


def _marks(forecast: RunOut | None, ahead: Sequence[Ahead]) -> Iterator[Mark]:
    if forecast and forecast.median and ahead and forecast.median <= ahead[-1].day:
        label = f"empty by {day(forecast.median)}"
        yield Mark(_evening(forecast.median), label, Meaning.DANGER)


def _summary(pool: Pool, forecast: RunOut | None) -> str:
    now = f"Now {_number(pool.available)} of {_number(pool.total)} {pool.unit} are available."
    return f"{now} The pool {in_words(forecast)}." if forecast else now


def _evening(moment: date) -> datetime:
    return datetime.combine(moment, time(23, 59), UTC)


def _number(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number == int(number) else shown(number)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
