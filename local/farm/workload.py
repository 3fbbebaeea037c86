"""Made-up working days on a Citrix farm; the same seed gives the same sessions.

Each user has a rhythm: earlier or later in the day, longer or shorter sessions. Most sessions start
in the morning and after lunch. On weekends few work, and once a day.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from shared.domain.farm.model import Session

MONDAY = date(2026, 3, 2)
MORNING, AFTERNOON = 9.0, 14.0  # the busiest hours for starting
AFTERNOON_SHARE = 0.45
WEEKEND_SHARE = 0.1
SHORTEST, LONGEST = 30.0, 150.0  # minutes
_SATURDAY = 5


def user_names(count: int) -> tuple[str, ...]:
    r"""Names like `ACME\user0042`."""
    return tuple(f"ACME\\user{number:04}" for number in range(1, count + 1))


def made_up_sessions(
    users: Sequence[str],
    days: int = 30,
    *,
    sessions_a_day: int = 3,
    seed: int = 0,
    first_day: date = MONDAY,
) -> list[Session]:
    """Sessions of all users; those of one user never overlap.

    Args:
        users: their names.
        days: calendar days, weekends included.
        sessions_a_day: of each user on each weekday.
        seed: of all chance.
        first_day: the first day, UTC.
    """
    sessions = []
    for user in users:
        random = Random(f"{seed} {user}")  # noqa: S311 - a simulation
        late, length = random.gauss(0, 0.7), random.uniform(0.7, 1.3)
        for number in range(days):
            day = first_day + timedelta(days=number)
            working = sessions_a_day
            if day.weekday() >= _SATURDAY:
                working = int(random.random() < WEEKEND_SHARE)
            sessions += _day(user, day, working, late, length, random)
    return sorted(sessions, key=lambda session: (session.start, session.user))


def _day(
    user: str, day: date, count: int, late: float, length: float, random: Random
) -> list[Session]:
    midnight = datetime.combine(day, time(), UTC)
    hours = sorted(late + _start_hour(random) for _ in range(count))
    sessions: list[Session] = []
    for hour in hours:
        start = midnight + timedelta(seconds=round(max(hour, 0.0) * 3600))
        if sessions:
            pause = timedelta(seconds=round(random.uniform(60, 900)))
            start = max(start, sessions[-1].end + pause)
        minutes = min(max(random.triangular(SHORTEST, LONGEST, 80) * length, SHORTEST), LONGEST)
        sessions.append(Session(user, start, start + timedelta(seconds=round(minutes * 60))))
    return sessions


def _start_hour(random: Random) -> float:
    busiest = AFTERNOON if random.random() < AFTERNOON_SHARE else MORNING
    return random.gauss(busiest, 1.1)
