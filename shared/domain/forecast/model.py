"""What goes into a forecast and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading of one pool, in the unit of the pool: licenses, minutes or tokens.

    `released_by_us` is a running count of what this app released from the pool up to then, less
    what it gave back; it may start anywhere, only its changes matter. A running count survives
    that rows between two readings are thinned out. `quarantined` and `excess` (licenses allocated
    beyond the total) may be left out where they are not known.
    """

    at: datetime
    total: float
    available: float
    released_by_us: float = 0
    quarantined: float = 0
    excess: float = 0


class Dropped(StrEnum):
    """Why a reading was not used."""

    NOT_A_NUMBER = "not_a_number"
    TOO_LARGE = "too_large"
    NEGATIVE = "negative"
    MORE_AVAILABLE_THAN_TOTAL = "more_available_than_total"
    IN_THE_FUTURE = "in_the_future"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True)
class NotEnoughHistory:
    """No forecast; `why` is a sentence for the administrator."""

    why: str
    dropped: Mapping[Dropped, int]


@dataclass(frozen=True, slots=True)
class RunOut:
    """When a pool's `available` reaches zero, if nothing more is bought or released by this app.

    The run-out date lies between `earliest` and `latest` with 80 % probability, and before
    `median` with 50 %. None means: not within the horizon. A pool that is empty now has today's
    date three times.

    `trend_per_day` is the demand's growth per day at present, over a whole week, and
    `released_per_day` what this app gave back per day over the history: both in the pool's unit.
    The trend is None when the pool was empty all the time.
    `one_off_changes` counts sudden changes (a merger, a clean-up) that were kept out of the trend.
    """

    median: date | None
    earliest: date | None
    latest: date | None
    probability_within_horizon: float
    horizon_days: int
    trend_per_day: float | None
    released_per_day: float
    days_of_history: int
    one_off_changes: int
    dropped: Mapping[Dropped, int]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is available on a day to come, in the pool's unit.

    With 80 % probability it is between `low` and `high`, and with 50 % not above `median`. A
    pool that has run out stays at 0, so `low` gets there on the day `RunOut.earliest`.
    """

    day: date
    low: float
    median: float
    high: float


type Forecast = RunOut | NotEnoughHistory
