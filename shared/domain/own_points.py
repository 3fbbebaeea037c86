"""Points under names of our own, beside Butler's (see `points`). Numbers are always floats.

What is unknown is left out, never written as a number. Tags have few values: only the largest
groups of holders are written by name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from shared.domain.early_warnings import days_until
from shared.domain.expiry_warnings import CLIENT_CERTIFICATE, SERVER_LICENSE
from shared.domain.forecast.model import Forecast, RunOut
from shared.domain.holders import Counted, Group, GroupKind, TypeHolders
from shared.domain.model import ServerLicense
from shared.domain.plan import Plan
from shared.domain.points import Point
from shared.domain.pools import Pool, PoolName
from shared.domain.tag_values import tag_value

LICENSE_POOL = "qlik_license_pool"
LICENSE_FORECAST = "qlik_license_forecast"
LICENSE_HOLDERS = "qlik_license_holders"
LICENSE_EXPIRY = "qlik_license_expiry"
LICENSE_PLAN = "qlik_license_plan"
OTHER = "(other)"


def pool_points(pools: Iterable[Pool], tags: Mapping[str, str], at: datetime) -> list[Point]:
    """A point for each pool with counts; `tags` hold the site and the static tags."""
    points = []
    for pool in pools:
        fields = _known(
            {
                "total": pool.total,
                "available": pool.available,
                "allocated": pool.allocated,
                "used": pool.used,
                "percent_available": pool.percent_available,
            }
        )
        if fields:  # a pool that is not countable has none
            points.append(Point(LICENSE_POOL, {**tags, "pool": pool.name.value}, fields, at))
    return points


def forecast_points(
    forecasts: Mapping[PoolName, Forecast], tags: Mapping[str, str], at: datetime
) -> list[Point]:
    """A point for each pool with enough history; no field for a date beyond the horizon."""
    return [
        Point(LICENSE_FORECAST, {**tags, "pool": pool.value}, _forecast_fields(forecast, at), at)
        for pool, forecast in forecasts.items()
        if isinstance(forecast, RunOut)
    ]


def holder_points(
    found: Iterable[TypeHolders],
    tags: Mapping[str, str],
    at: datetime,
    most_groups: int = 20,
) -> list[Point]:
    """A point for each group of holders; beyond `most_groups` of a kind the rest is `(other)`."""
    return [
        Point(
            LICENSE_HOLDERS,
            {
                **tags,
                "license_type": one.license_type.value,
                "group": kind.value,
                "value": value,
            },
            {each.value: float(number) for each, number in counts.items()},
            at,
        )
        for one in found
        for kind in GroupKind
        for value, counts in _largest([g for g in one.groups if g.kind is kind], most_groups)
    ]


def expiry_points(
    server_license: ServerLicense | None,
    certificate_expires_at: datetime | None,
    secrets: Mapping[str, datetime | None],
    tags: Mapping[str, str],
    at: datetime,
) -> list[Point]:
    """Days until each known expiry, negative after it; `secrets` are Key Vault names."""
    license_days = server_license.days_until_expiry(at.date()) if server_license else None
    days = {tag_value(name): _days(expires_at, at) for name, expires_at in secrets.items()}
    # Last, for these two names stand; a Key Vault name can't have an underscore anyway.
    days |= {SERVER_LICENSE: license_days, CLIENT_CERTIFICATE: _days(certificate_expires_at, at)}
    return [
        Point(LICENSE_EXPIRY, {**tags, "subject": subject}, {"days": number}, at)
        for subject, number in _known(days).items()
    ]


def plan_points(plan: Plan, tags: Mapping[str, str]) -> list[Point]:
    """How many licenses each rule of a plan decided; the same plan gives the same points."""
    return [
        Point(
            LICENSE_PLAN,
            {
                **tags,
                "license_type": license_type.value,
                "action": reason.action.value,
                "reason": reason.value,
            },
            {"count": float(number)},
            plan.created_at,
        )
        for license_type, reasons in plan.counts.items()
        for reason, number in reasons.items()
    ]


def _forecast_fields(forecast: RunOut, at: datetime) -> dict[str, float]:
    dates = {
        "days_until_run_out_median": forecast.median,
        "days_until_run_out_earliest": forecast.earliest,
        "days_until_run_out_latest": forecast.latest,
    }
    return _known(
        {name: _days(day, at) for name, day in dates.items()}
        | {
            "probability": forecast.probability_within_horizon,
            "trend_per_day": forecast.trend_per_day,
        }
    )


def _largest(groups: Sequence[Group], most: int) -> Iterator[tuple[str, Mapping[Counted, int]]]:
    """The largest groups by tag value, and the sum of the others; what reads alike is one group."""
    merged: dict[str, Counter[Counted]] = {}
    for group in groups:
        merged.setdefault(tag_value(group.value), Counter()).update(group.counts)
    rest = merged.pop(OTHER, Counter())  # a property value may be spelled like that
    ranked = sorted(merged.items(), key=lambda item: (-item[1][Counted.HOLDERS], item[0]))
    for _, counts in ranked[most:]:
        rest.update(counts)
    yield from ranked[:most]
    if rest:
        yield OTHER, rest


def _days(day: date | None, at: datetime) -> float | None:
    return None if day is None else days_until(day, at)


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}
