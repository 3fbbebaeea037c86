"""Early warnings about pools: low, running out, overdrawn."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from shared.domain.early_warnings import (
    EarlyWarning,
    Finding,
    Remark,
    Thresholds,
    WarningKind,
    days_until,
)
from shared.domain.forecast.model import Forecast, NotEnoughHistory, RunOut
from shared.domain.pools import Pool, PoolName, Unit, shown


def pool_findings(pools: Iterable[Pool], thresholds: Thresholds) -> Iterator[Finding]:
    """Pools that are low or have excess; a remark for each that is unreadable."""
    for pool in pools:
        if pool.unreadable:
            yield Remark(pool.name, pool.unreadable)
        elif pool.enabled:
            yield from _low(pool, thresholds)
            yield from _excess(pool)


def running_out(
    pool: PoolName, forecast: Forecast, thresholds: Thresholds, now: datetime
) -> Finding | None:
    """That a pool is likely to be empty within the days of the threshold (by its median)."""
    within = thresholds.run_out_days
    if within is None:
        return None
    if isinstance(forecast, NotEnoughHistory):
        return Remark(pool, f"When the pool {pool} runs out is not known. {forecast.why}")
    if forecast.median is None or days_until(forecast.median, now) > within:
        return None
    dates = {"median": forecast.median, "earliest": forecast.earliest, "latest": forecast.latest}
    return EarlyWarning(
        WarningKind.POOL_RUNNING_OUT,
        pool,
        f"The pool {pool} {_when(forecast, forecast.median)}. Order more, or release unused ones.",
        {f"days_{name}": days_until(day, now) for name, day in dates.items() if day is not None},
    )


def _low(pool: Pool, thresholds: Thresholds) -> Iterator[EarlyWarning]:
    percent = pool.percent_available
    # A pool of nothing is always empty; when it is overdrawn, that is its excess.
    if pool.total is None or pool.available is None or percent is None:
        return
    most_percent, most_count = thresholds.pool_low_percent, thresholds.pool_low_count
    by_percent = most_percent is not None and percent <= most_percent
    by_count = pool.unit is not Unit.MINUTES and (
        most_count is not None and pool.available <= most_count
    )
    if by_percent or by_count:
        yield EarlyWarning(
            WarningKind.POOL_LOW,
            pool.name,
            f"Of {shown(pool.total)} {pool.unit} of the pool {pool.name},"
            f" {shown(pool.available)} ({percent:.1f} %) are available. Release unused ones, or"
            " order more.",
            {"available": pool.available, "total": pool.total, "percent_available": percent},
        )


def _excess(pool: Pool) -> Iterator[EarlyWarning]:
    if pool.excess:
        yield EarlyWarning(
            WarningKind.POOL_EXCESS,
            pool.name,
            f"{shown(pool.excess)} more {pool.unit} of the pool {pool.name} are allocated than the"
            " license has; their users may lose access. Release unused ones, or order more.",
            {"excess": pool.excess},
        )


def _when(forecast: RunOut, median: date) -> str:
    if forecast.latest == forecast.earliest == median:
        return f"is empty, or will be on {median}"
    late = forecast.latest or f"not within {forecast.horizon_days} days"
    return f"is likely to be empty by {median} (80 %: from {forecast.earliest} to {late})"
