"""The outlook: what the last collection foresaw, for status, report and the summary of a run."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from shared.domain.early_warnings import EarlyWarning
from shared.domain.forecast import Forecast, NotEnoughHistory, Observation
from shared.domain.holders import GroupKind, TypeHolders
from shared.domain.model import LicenseType, UsageSnapshot
from shared.domain.pools import Pool, PoolName, pools_of
from shared.domain.release import ReleaseRecord

OUTLOOK = "latest"  # the name of the state that holds it
RECENT_GAPS = 12
LARGEST_GROUPS = 30  # of directories, and of property values: the state is one small row


@dataclass(frozen=True, slots=True)
class PoolOutlook:
    """One pool as it stands, and its forecast in a sentence."""

    pool: str
    available: float | None
    total: float | None
    forecast: str


@dataclass(frozen=True, slots=True)
class HolderGroup:
    """The counts of one directory or property value: `kind` is a `holders.GroupKind`."""

    kind: str
    value: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class HolderCounts:
    """How many licenses of a type are held, and by whom: counts by `holders.Counted`.

    `groups` has the largest directories and property values; an outlook of an earlier version has
    none.
    """

    license_type: str
    counts: dict[str, int]
    groups: tuple[HolderGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The pools, the warnings in words, and who holds what (if that was asked), as of `at`.

    `warning_kinds` has an `early_warnings.WarningKind` for each of the warnings, in their order; an
    outlook of an earlier version has none.
    """

    at: datetime
    pools: tuple[PoolOutlook, ...]
    warnings: tuple[str, ...]
    holders: tuple[HolderCounts, ...] = ()
    warning_kinds: tuple[str, ...] = ()


def outlook_of(
    at: datetime,
    pools: Iterable[Pool],
    forecasts: Mapping[PoolName, Forecast],
    warnings: Iterable[EarlyWarning],
    holders: Iterable[TypeHolders],
) -> Outlook:
    """The outlook in words."""
    told = tuple(warnings)
    return Outlook(
        at=at,
        pools=tuple(
            PoolOutlook(pool.name, pool.available, pool.total, in_words(forecasts[pool.name]))
            for pool in pools
            if pool.name in forecasts
        ),
        warnings=tuple(warning.sentence for warning in told),
        holders=tuple(map(_holder_counts, holders)),
        warning_kinds=tuple(warning.kind.value for warning in told),
    )


def _holder_counts(found: TypeHolders) -> HolderCounts:
    kinds = (GroupKind.USER_DIRECTORY, GroupKind.CUSTOM_PROPERTY)
    groups = [
        HolderGroup(kind.value, group.value, {each.value: n for each, n in group.counts.items()})
        for kind in kinds
        for group in islice((g for g in found.groups if g.kind is kind), LARGEST_GROUPS)
    ]
    counts = {each.value: n for each, n in found.counts.items()}
    return HolderCounts(found.license_type, counts, tuple(groups))


def observations(
    history: Iterable[UsageSnapshot], releases: Iterable[ReleaseRecord]
) -> dict[PoolName, list[Observation]]:
    """The readings of each pool that can be forecast, with what this app had released by then."""
    gone = _released_at(releases)
    found: dict[PoolName, list[Observation]] = {}
    for snapshot in history:
        for pool in pools_of(snapshot.overview):
            if not pool.countable or pool.total is None or pool.available is None:
                continue
            found.setdefault(pool.name, []).append(
                Observation(
                    at=snapshot.taken_at,
                    total=pool.total,
                    available=pool.available,
                    released_by_us=bisect_right(gone.get(pool.name, ()), snapshot.taken_at),
                    quarantined=pool.quarantined or 0,
                    excess=pool.excess or 0,
                )
            )
    return found


def collection_period(history: Sequence[UsageSnapshot]) -> timedelta | None:
    """The usual time between two collections of late; None before there are a few."""
    recent = history[-RECENT_GAPS:]
    gaps = [after.taken_at - before.taken_at for before, after in pairwise(recent)]
    return sorted(gaps)[len(gaps) // 2] if len(gaps) > 1 else None


def in_words(forecast: Forecast) -> str:
    """A forecast in one sentence."""
    if isinstance(forecast, NotEnoughHistory):
        return f"not enough history: {forecast.why}"
    if forecast.median is None:
        chance = f"{forecast.probability_within_horizon:.0%}"
        return f"lasts {forecast.horizon_days} days and more (chance of running out: {chance})"
    earliest = forecast.earliest.isoformat() if forecast.earliest else "now"
    latest = forecast.latest.isoformat() if forecast.latest else "much later"
    return f"runs out about {forecast.median.isoformat()} (between {earliest} and {latest})"


def _released_at(releases: Iterable[ReleaseRecord]) -> Mapping[str, list[datetime]]:
    """When licenses of each type went, oldest first."""
    moments: dict[str, list[datetime]] = {t.value: [] for t in LicenseType}
    for record in releases:
        if record.outcome.is_release:
            moments[record.license_type.value].append(record.finished_at or record.started_at)
    return {name: sorted(times) for name, times in moments.items()}
