"""What `usage` and `forecast` print: for people, or JSON for scripts."""

from dataclasses import asdict

from local.commands.show import JsonObject, Printer, short
from shared.domain.forecast import Forecast, NotEnoughHistory
from shared.domain.model import ServerLicense
from shared.domain.outlook import in_words
from shared.domain.pools import Pool, pools_of
from shared.usecases.read_forecast import PoolForecasts
from shared.usecases.read_usage import UsageNow

_HEAD = ("pool", "total", "available", "allocated", "used", "quarantined", "excess", "unit")


def usage_row(found: UsageNow) -> JsonObject:
    """The counts for scripts; null is what the site does not say."""
    snapshot = found.snapshot
    license_ = snapshot.server_license
    return {
        "site": snapshot.site,
        "read_at": snapshot.taken_at,
        "site_version": snapshot.site_version or None,
        "pools": [_pool_row(pool) for pool in pools_of(snapshot.overview)],
        "site_license": asdict(license_) if license_ else None,
        "remarks": list(found.remarks),
    }


def print_usage(printer: Printer, found: UsageNow) -> None:
    """A line a pool, and what could not be read."""
    snapshot = found.snapshot
    version = f", Qlik Sense {snapshot.site_version}" if snapshot.site_version else ""
    printer.line(f"{snapshot.site} at {short(snapshot.taken_at)} UTC{version}", style="bold")
    pools = pools_of(snapshot.overview)
    printer.table(_HEAD, [_cells(pool) for pool in pools if pool.countable])
    for pool in pools:
        if not pool.countable:
            printer.line(f"{pool.name}: {pool.unreadable or 'not enabled'}")
    printer.line(f"Site license: {_license_text(snapshot.server_license)}")
    for remark in found.remarks:
        printer.line(remark, style="yellow")


def forecast_row(found: PoolForecasts) -> JsonObject:
    """The forecasts for scripts; of a pool without one `why` says why."""
    return {
        "read_at": found.read_at,
        "pools": [
            {**_pool_row(pool), "forecast": _forecast_row(found.forecasts[pool.name])}
            for pool in found.pools
            if pool.name in found.forecasts
        ],
    }


def print_forecast(printer: Printer, found: PoolForecasts) -> None:
    """A line a pool."""
    printer.line(f"As collected at {short(found.read_at)} UTC", style="bold")
    shown = [pool for pool in found.pools if pool.name in found.forecasts]
    printer.table(
        ("pool", "available", "total", "forecast"),
        [
            (pool.name, pool.available, pool.total, in_words(found.forecasts[pool.name]))
            for pool in shown
        ],
    )
    printer.line("The dates in brackets hold with 80 %. docs/forecast.md tells how it is made.")


def _forecast_row(forecast: Forecast) -> JsonObject:
    if isinstance(forecast, NotEnoughHistory):
        return {"in_words": in_words(forecast), "why": forecast.why}
    return {
        "in_words": in_words(forecast),
        "median": forecast.median,
        "earliest": forecast.earliest,
        "latest": forecast.latest,
        "probability_within_horizon": forecast.probability_within_horizon,
        "horizon_days": forecast.horizon_days,
        "trend_per_day": forecast.trend_per_day,
        "released_per_day": forecast.released_per_day,
        "days_of_history": forecast.days_of_history,
    }


def _pool_row(pool: Pool) -> JsonObject:
    row = asdict(pool)
    return {"pool": row.pop("name"), **row, "percent_available": pool.percent_available}


def _cells(pool: Pool) -> tuple[object, ...]:
    return (
        pool.name,
        pool.total,
        pool.available,
        pool.allocated,
        pool.used,
        pool.quarantined,
        pool.excess,
        pool.unit,
    )


def _license_text(license_: ServerLicense | None) -> str:
    if license_ is None:
        return "none"
    if license_.expired:
        return "expired"
    return f"until {license_.expiry}" if license_.expiry else "its expiry could not be read"
