"""Backtest cases: a pool's readings up to now, and when it truly ran out afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from math import exp, log
from random import Random

from bench.forecast.demand import SHAPES, Days, simulate
from shared.domain.forecast import Observation

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
HISTORIES = (60, 90, 150, 250, 400)
NOISES = (0.3, 1.0, 2.0)
RECENT_DAYS = 30  # readings every six hours; one a day before that
DAY_DONE = {5: 0.0, 11: 0.5, 17: 0.9, 23: 1.0}  # hour of a reading -> how much of the day's change
RESERVE = (0.01, 0.25)  # free now, as a share of what is allocated; small ones are more common
WRONG_READINGS = 0.005
BOUGHT = 0.3


@dataclass(frozen=True, slots=True)
class Case:
    """One forecast to make. `truth` is days from now to run-out; None: not in the horizon."""

    shape: str
    history: int
    noise: float
    observations: Sequence[Observation]
    now: datetime
    truth: int | None


def cases(
    seeds: Sequence[int],
    shapes: Sequence[str] = tuple(SHAPES),
    histories: Sequence[int] = HISTORIES,
    noises: Sequence[float] = NOISES,
) -> Iterator[Case]:
    """Every combination, once per seed."""
    for shape, history, noise, seed in product(shapes, histories, noises, seeds):
        random = Random(f"{shape} {history} {noise} {seed}")  # noqa: S311 - a simulation
        yield _case(shape, history, noise, random)


def _case(shape: str, history: int, noise: float, random: Random) -> Case:
    days = simulate(shape, history, noise, random)
    allocated_now = days.allocated[history - 1]
    reserve = exp(random.uniform(log(RESERVE[0]), log(RESERVE[1])))
    never_ran_out_yet = max(days.allocated[:history]) + 1
    total = max(round(allocated_now * (1 + reserve)), never_ran_out_yet)
    future = days.allocated[history:]
    truth = next((d for d, allocated in enumerate(future, start=1) if allocated >= total), None)
    return Case(shape, history, noise, _readings(days, total, random), NOW, truth)


def _readings(days: Days, total: int, random: Random) -> list[Observation]:
    """What the app has in its history: with holes, a purchase, readings that are wrong."""
    totals = _totals(days, total, random)
    holes = _holes(days.history, random)
    readings = []
    for day in range(days.history):
        if day in holes:
            continue
        recent = day >= days.history - RECENT_DAYS
        for hour, done in DAY_DONE.items() if recent else [max(DAY_DONE.items())]:
            before = days.allocated[max(day - 1, 0)]
            allocated = before + round(done * (days.allocated[day] - before))
            if random.random() < WRONG_READINGS and (day, hour) != (days.history - 1, 23):
                allocated = random.choice((0, allocated // 2))
            at = NOW.replace(hour=hour, minute=0) - timedelta(days=days.history - 1 - day)
            free = max(0, totals[day] - allocated)
            readings.append(
                Observation(
                    at,
                    totals[day],
                    free,
                    released_by_us=days.released[day],
                    excess=max(0, allocated - totals[day]),
                )
            )
    return readings


def _totals(days: Days, total: int, random: Random) -> list[int]:
    """The pool's size by day; in three of ten cases licenses were bought on the way."""
    if random.random() > BOUGHT:
        return [total] * days.history
    day = random.randrange(days.history)
    before = max(*days.allocated[: day + 1], round(total * random.uniform(0.7, 0.95))) + 1
    return [min(before, total)] * day + [total] * (days.history - day)


def _holes(history: int, random: Random) -> set[int]:
    """Days without a reading: up to two holes of 3 to 12 days; never the last day."""
    holes: set[int] = set()
    for _ in range(random.randint(0, 2)):
        start = random.randrange(1, history - 13)
        holes.update(range(start, start + random.randint(3, 12)))
    return holes
