"""Tell of every pool that can be counted: one event each."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.domain import events
from shared.domain.early_warnings import days_until
from shared.domain.forecast import Forecast, RunOut
from shared.domain.pools import Pool, PoolName
from shared.usecases.ports import Telemetry


def tell_pools(
    pools: Iterable[Pool],
    forecasts: Mapping[PoolName, Forecast],
    *,
    site: str,
    now: datetime,
    telemetry: Telemetry,
) -> None:
    """Emit the counts of the pools, and the forecasts for those that have one."""
    for pool in pools:
        if not pool.countable:
            continue
        telemetry.emit(
            events.POOL_COUNTED,
            {
                "site": site,
                "pool": pool.name.value,
                "unit": pool.unit.value,
                "total": pool.total,
                "available": pool.available,
                "allocated": pool.allocated,
                "used": pool.used,
                "percent_available": pool.percent_available,
                "days_until_run_out": _days(forecasts.get(pool.name), now),
            },
        )


def _days(forecast: Forecast | None, now: datetime) -> float | None:
    """Days until the forecast's median; None without enough history, or beyond the horizon."""
    if not isinstance(forecast, RunOut) or forecast.median is None:
        return None
    return max(0.0, days_until(forecast.median, now))
