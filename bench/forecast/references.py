"""The simple forecasts that ours has to beat: days until `available` reaches zero, or None.

They read what an administrator would chart: the last reading of each day, as it is.
"""

from bench.forecast.cases import Case

CHANGE_DAYS = 28


def last_value(case: Case) -> float | None:
    """Tomorrow is like today: what is free now stays free."""
    return 0.0 if case.observations[-1].available <= 0 else None


def last_change(case: Case) -> float | None:
    """The last four weeks go on: `available` falls as fast as it did in them."""
    points = _points(case)
    day, free = points[-1]
    then, was_free = next(point for point in points if point[0] >= day - CHANGE_DAYS)
    return _reaches_zero(free, (free - was_free) / (day - then))


def straight_line(case: Case, *, without_our_releases: bool = False) -> float | None:
    """Least squares through the whole history of `available`; where the line meets zero.

    With `without_our_releases` the line knows what only this app knows: how much lower
    `available` would be without its releases.
    """
    points = _points(case, without_our_releases=without_our_releases)
    last = points[-1][0]
    mean_day = sum(day for day, _ in points) / len(points)
    mean_free = sum(free for _, free in points) / len(points)
    slope = sum((day - mean_day) * (free - mean_free) for day, free in points) / sum(
        (day - mean_day) ** 2 for day, _ in points
    )
    return _reaches_zero(mean_free + slope * (last - mean_day), slope)


def _reaches_zero(free: float, change_per_day: float) -> float | None:
    if free <= 0:
        return 0.0
    return free / -change_per_day if change_per_day < 0 else None


def _points(case: Case, *, without_our_releases: bool = False) -> list[tuple[int, float]]:
    """(day, available) of the last reading of each day."""
    last = case.observations[-1].released_by_us if without_our_releases else 0.0
    points = {}
    for reading in case.observations:
        ours = last - reading.released_by_us if without_our_releases else 0.0
        points[reading.at.toordinal()] = reading.available + ours
    return list(points.items())
