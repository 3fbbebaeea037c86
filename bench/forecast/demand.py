"""Simulated demand: what a pool's allocated licenses do from day to day, in six shapes.

A shape says how many assignments and removals to expect on a day; how many there are is drawn.
The forecast's own model is not used here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp
from random import Random

FUTURE_DAYS = 180
WORK_WEEK = (1.5, 1.3, 1.1, 1.1, 0.9, 0.2, 0.1)
RETURN_SHARE = 0.15  # of the users whose license was released come back ...
RETURN_DAYS = 30  # ... within so many days
PACE_MEMORY_DAYS = 30
RELEASE_DAY = 6
TERM_START, EXAMS = 240, 160  # days of the year: late August, early June

type Rates = Callable[[int, int], tuple[float, float]]
"""(day, allocated) -> expected assignments and removals on that day."""


@dataclass(slots=True)
class Days:
    """A pool by day, history first and then the future: allocated, and released by us so far."""

    history: int
    allocated: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class World:
    """A shape with its numbers filled in. `jumps` happen once: day -> licenses."""

    size: int
    rates: Rates
    jumps: dict[int, int] = field(default_factory=dict)
    releases_per_week: float = 0.0


def simulate(shape: str, history: int, noise: float, random: Random) -> Days:
    """One pool.

    Args:
        shape: one of `SHAPES`.
        history: days before now; `FUTURE_DAYS` come after. No license is released by us in these.
        noise: how much the pace wanders and users churn; 0 is little, 2 is much.
        random: the source of all chance.
    """
    world = SHAPES[shape](random.uniform(100, 1500), history, noise, random)
    days = Days(history)
    allocated, released, pace = world.size, 0, 0.0
    returning: list[int] = []
    for day in range(history + FUTURE_DAYS):
        pace += -pace / PACE_MEMORY_DAYS + random.gauss(
            0, 0.3 * noise / (PACE_MEMORY_DAYS / 2) ** 0.5
        )
        arrivals, removals = world.rates(day, allocated)
        busy = WORK_WEEK[day % 7] * 7 / sum(WORK_WEEK)
        allocated += _drawn(arrivals * busy * exp(pace), noise, random)
        allocated -= _drawn(removals * busy, noise, random)
        allocated += world.jumps.get(day, 0) + returning.count(day)
        if day < history and day % 7 == RELEASE_DAY:
            gone = min(_drawn(world.releases_per_week, noise, random), max(allocated, 0))
            allocated, released = allocated - gone, released + gone
            returning += (
                day + random.randint(1, RETURN_DAYS)
                for _ in range(gone)
                if random.random() < RETURN_SHARE
            )
        allocated = max(allocated, 0)
        days.allocated.append(allocated)
        days.released.append(released)
    return days


def _growth(size: float, _history: int, noise: float, random: Random) -> World:
    net, churn = size * random.uniform(0.0004, 0.003), size * 0.001 * (1 + noise)
    return World(round(size), lambda _day, _now: (net + churn, churn))


def _decline(size: float, _history: int, noise: float, random: Random) -> World:
    net, churn = size * random.uniform(0.0002, 0.0012), size * 0.001 * (1 + noise)
    return World(round(size), lambda _day, now: (churn, (net + churn) * now / size))


def _flat(size: float, _history: int, noise: float, random: Random) -> World:
    """Users come and go around a level that the organisation's size sets."""
    churn = size * random.uniform(0.002, 0.006) * (1 + noise)
    return World(round(size), lambda _day, now: (churn, churn * (now / size) ** 4))


def _school(size: float, history: int, noise: float, random: Random) -> World:
    """Each school year fills up in a few weeks and empties after the exams; years grow."""
    growth, wave = random.uniform(0.0, 0.15), random.uniform(0.15, 0.4)
    churn, now_is = size * 0.001 * (1 + noise), random.randrange(365)

    def rates(day: int, now: int) -> tuple[float, float]:
        year, season = divmod(day - history + now_is + 3650, 365)
        level = size * (1 + growth * (year + season / 365 - 10))
        term = season >= TERM_START or season < EXAMS
        missing = (level * (1 + wave) if term else level) - now
        pull = missing / 25
        return churn + max(pull, 0.0), churn + max(-pull, 0.0)

    in_term = (now_is - history) % 365 >= TERM_START or (now_is - history) % 365 < EXAMS
    return World(round(size * (1 + wave) if in_term else size), rates)


def _merger(size: float, history: int, noise: float, random: Random) -> World:
    """A company is taken over: many users within a few days, and another pace after it."""
    net, churn = size * random.uniform(0.0003, 0.002), size * 0.001 * (1 + noise)
    at, change = round(history * random.uniform(0.15, 0.9)), random.uniform(0.7, 1.6)
    joined, lasts = size * random.uniform(0.1, 0.5), random.randint(1, 4)
    return World(
        round(size),
        lambda day, _now: ((net * change if day >= at else net) + churn, churn),
        {at + part: round(joined / lasts) for part in range(lasts)},
    )


def _releases(size: float, _history: int, noise: float, random: Random) -> World:
    """Demand grows, and this app takes back unused licenses every week."""
    net, churn = size * random.uniform(0.0008, 0.003), size * 0.001 * (1 + noise)
    return World(
        round(size),
        lambda _day, _now: (net + churn, churn),
        releases_per_week=7 * net * random.uniform(0.4, 1.3),
    )


SHAPES: dict[str, Callable[[float, int, float, Random], World]] = {
    "steady growth": _growth,
    "school-year waves": _school,
    "step after a merger": _merger,
    "flat with noise": _flat,
    "slow decline": _decline,
    "growth with our releases": _releases,
}


def _drawn(expected: float, noise: float, random: Random) -> int:
    """A count around `expected`: Poisson with a gamma-distributed mean: people come in groups."""
    if expected <= 0:
        return 0
    grouped = 0.1 + 0.3 * noise
    mean = random.gammavariate(1 / grouped, expected * grouped)
    if mean > 30:
        return max(0, round(random.gauss(mean, mean**0.5)))
    count, product, limit = 0, random.random(), exp(-mean)
    while product > limit:
        count, product = count + 1, product * random.random()
    return count
