"""Sessions as they are replayed: checked, in order, and merged where users keep one a day."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.domain.farm.model import Session
from shared.domain.never_release import fold


def checked_sessions(sessions: Iterable[Session]) -> list[Session]:
    """The sessions in the order of their starts.

    Raises:
        ValueError: there are none, or one can't be.
    """
    work = list(sessions)
    if not work:
        raise ValueError("there are no sessions to replay: give at least one")
    for session in work:
        if session.start.utcoffset() is None or session.end.utcoffset() is None:
            raise ValueError(f"the session of {session.user} at {session.start} has no time zone")
        if session.end <= session.start:
            raise ValueError(
                f"the session of {session.user} that starts at {session.start.isoformat()} ends "
                f"at {session.end.isoformat()}: the end must come after the start"
            )
        if not session.user.strip():
            raise ValueError(f"the session at {session.start.isoformat()} has no user")
    return sorted(work, key=lambda session: (session.start, session.end, fold(session.user)))


def merged_days(sessions: Sequence[Session]) -> list[Session]:
    """One session per user and day (UTC): from the first start of the day to the last end."""
    days: dict[tuple[str, date], Session] = {}
    for session in sessions:
        key = fold(session.user), session.start.date()
        first = days.setdefault(key, session)
        days[key] = Session(first.user, first.start, max(first.end, session.end))
    return list(days.values())
