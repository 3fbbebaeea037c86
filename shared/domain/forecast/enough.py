"""Is there enough history to say anything? Better no forecast than a guess."""

from collections.abc import Sequence
from datetime import UTC, date
from itertools import pairwise

from shared.domain.forecast.changes import Change
from shared.domain.forecast.model import Observation

FEWEST_DAYS = 14
STALE_DAYS = 14
HOLE_DAYS = 14


def since_the_holes(readings: Sequence[Observation]) -> list[Observation]:
    """The readings from the first one on after which holes cover no more than half of the time."""
    kept = list(readings)
    while len(kept) > 1:
        gaps = [(_day(b) - _day(a)).days for a, b in pairwise(kept)]
        holes = [index for index, gap in enumerate(gaps) if gap > HOLE_DAYS]
        if 2 * sum(gaps[index] for index in holes) <= sum(gaps):
            break
        kept = kept[holes[0] + 1 :]
    return kept


def too_little(readings: Sequence[Observation], today: date, *, renews_monthly: bool) -> str | None:
    """Why these daily readings are no basis for a forecast; None if they are."""
    if not readings:
        return "There is no usable reading yet."
    age = (today - _day(readings[-1])).days
    if age > STALE_DAYS:
        return f"The last usable reading is {age} days old; a forecast needs one of {STALE_DAYS}."
    if renews_monthly and _day(readings[-1]).replace(day=1) != today.replace(day=1):
        return "There is no usable reading yet since the pool was filled up for this month."
    if readings[-1].total <= 0:
        return "The pool has no licenses."
    if len(readings) < FEWEST_DAYS:
        return (
            f"There are usable readings of {len(readings)} days without long holes; "
            f"a forecast needs {FEWEST_DAYS}."
        )
    return None


def too_little_to_learn_from(changes: Sequence[Change]) -> str | None:
    """Why these changes show no trend; None if they do."""
    days = sum(change.days for change in changes if change.usual)
    if days >= FEWEST_DAYS - 1:
        return None
    return (
        f"Only {days} days show how demand grows (the pool was empty or just filled up on the "
        f"others); a forecast needs {FEWEST_DAYS - 1}."
    )


def _day(reading: Observation) -> date:
    return reading.at.astimezone(UTC).date()
