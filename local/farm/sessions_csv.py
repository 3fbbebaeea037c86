"""Users and their sessions from a CSV file with the columns `user`, `logon` and `logoff`."""

from datetime import datetime
from pathlib import Path

from local.farm.csv_table import Row, read_table
from local.farm.errors import FarmError, line_error
from local.farm.moments import read_time
from shared.domain.farm.model import Session
from shared.domain.never_release import fold

COLUMNS = ("user", "logon", "logoff")


def read_users(path: Path) -> tuple[str, ...]:
    """Each user once, in the order of the file; the file needs no other column.

    Raises:
        FarmError: the file can't be used.
    """
    users: dict[str, str] = {}
    for row in read_table(path, COLUMNS, ("user",)).rows:
        name = _user(path, row)
        users.setdefault(fold(name), name)
    if not users:
        raise FarmError(f"{path} has no users: give one a line below the header")
    return tuple(users.values())


def read_sessions(path: Path) -> list[Session]:
    """The sessions, in the order of the file. Times are ISO 8601, UTC when they give no offset.

    Raises:
        FarmError: the file can't be used.
    """
    sessions = [_session(path, row) for row in read_table(path, COLUMNS, COLUMNS).rows]
    if not sessions:
        raise FarmError(f"{path} has no sessions: give one a line below the header")
    return sessions


def _session(path: Path, row: Row) -> Session:
    session = Session(_user(path, row), _time(path, row, "logon"), _time(path, row, "logoff"))
    if session.end <= session.start:
        raise line_error(path, row.line, "the logoff must come after the logon")
    return session


def _user(path: Path, row: Row) -> str:
    if not row["user"]:
        raise line_error(path, row.line, "the user is missing")
    return row["user"]


def _time(path: Path, row: Row, column: str) -> datetime:
    text = row[column]
    if not text:
        raise line_error(path, row.line, f"the {column} is missing: leave such sessions out")
    at = read_time(text)
    if at is None:
        raise line_error(
            path,
            row.line,
            f"the {column} {text!r} is no time: write it like 2026-03-02T08:15:00Z or, in another"
            " time zone than UTC, 2026-03-02T08:15:00+01:00",
        )
    return at
