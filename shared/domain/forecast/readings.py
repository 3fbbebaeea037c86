"""From raw readings to one usable reading a day; what can't be true is dropped and counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import isfinite

from shared.domain.forecast.model import Dropped, Observation

LARGEST = 1e12  # of anything a pool counts
CLOCKS_AGREE = timedelta(hours=1)


def usable(
    observations: Iterable[Observation], now: datetime, dropped: Counter[Dropped]
) -> list[Observation]:
    """The last believable reading of each UTC day, oldest first.

    Of several readings of the same moment the one that comes last in the input counts. A reading
    well after `now` was taken by a clock that ran ahead.

    Raises:
        ValueError: a reading or `now` has no time zone.
    """
    by_moment: dict[datetime, Observation] = {}
    for observation in observations:
        at = _utc(observation.at)
        reason = _unbelievable(observation, late=at > _utc(now) + CLOCKS_AGREE)
        if reason is None:
            by_moment[at] = observation
        else:
            dropped[reason] += 1
    by_day = {at.date(): by_moment[at] for at in sorted(by_moment)}
    return list(by_day.values())


def demand(observation: Observation) -> float:
    """What is in use, as if this app had never released anything.

    A released license lowers what is allocated and raises the running count by the same number,
    so a release leaves the demand as it is.
    """
    allocated = observation.total - observation.available - observation.quarantined
    return allocated + observation.excess + observation.released_by_us


def hides_demand(observation: Observation) -> bool:
    """Nothing is available: whoever else wanted a license doesn't show in the counts."""
    return observation.available <= 0 and observation.excess <= 0


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a forecast needs times with a time zone, not {moment.isoformat()}")
    return moment.astimezone(UTC)


def _unbelievable(observation: Observation, *, late: bool) -> Dropped | None:
    counts = (
        observation.total,
        observation.available,
        observation.quarantined,
        observation.excess,
    )
    if not all(isfinite(count) for count in (*counts, observation.released_by_us)):
        return Dropped.NOT_A_NUMBER
    if max(*counts, abs(observation.released_by_us)) > LARGEST:
        return Dropped.TOO_LARGE
    if min(counts) < 0:
        return Dropped.NEGATIVE
    if observation.available + observation.quarantined > observation.total:
        return Dropped.MORE_AVAILABLE_THAN_TOTAL
    return Dropped.IN_THE_FUTURE if late else None
