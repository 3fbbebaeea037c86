"""Users and sessions from a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.farm.errors import FarmError
from local.farm.sessions_csv import read_sessions, read_users
from shared.domain.farm.model import Session


def file(folder: Path, text: str) -> Path:
    """A file with that text."""
    path = folder / "sessions.csv"
    path.write_text(text, "utf-8")
    return path


def test_each_user_comes_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """By the first spelling; session columns are left alone."""
    text = "user;logon;logoff\nACME\\b;x;\nACME\\a;;\nacme\\B;;\n"
    assert read_users(file(tmp_path, text)) == ("ACME\\b", "ACME\\a")


def test_sessions_are_read_in_utc(tmp_path: Path) -> None:
    """With an offset, with Z, or with nothing, which is UTC."""
    text = (
        "user,logon,logoff\n"
        "a,2026-03-02T08:00:00+01:00,2026-03-02T09:00:00Z\n"
        "b,2026-03-02 08:00,2026-03-02 08:30:15.5\n"
    )
    at = datetime(2026, 3, 2, tzinfo=UTC).replace
    assert read_sessions(file(tmp_path, text)) == [
        Session("a", at(hour=7), at(hour=9)),
        Session("b", at(hour=8), at(hour=8, minute=30, second=15, microsecond=500_000)),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",2026-03-02,2026-03-03", "line 2: the user is missing"),
        ("a,2026-03-02,", "line 2: the logoff is missing: leave such sessions out"),
        ("a,02/03/2026 08:00,2026-03-03", "line 2: the logon '02/03/2026 08:00' is no time"),
        ("a,0001-01-01T00:00+10:00,2026-03-03", "line 2: the logon .* is no time"),
        ("a,2026-03-02,2026-03-02", "line 2: the logoff must come after the logon"),
        ("", "has no sessions"),
    ],
)
def test_a_session_that_cannot_be_is_told_with_its_line(
    tmp_path: Path, row: str, said: str
) -> None:
    """And with what to do."""
    with pytest.raises(FarmError, match=said):
        read_sessions(file(tmp_path, f"user,logon,logoff\n{row}\n"))


def test_a_file_without_users_is_told(tmp_path: Path) -> None:
    """A row without a user too."""
    with pytest.raises(FarmError, match="has no users"):
        read_users(file(tmp_path, "user\n"))
    with pytest.raises(FarmError, match="line 3: the user is missing"):
        read_users(file(tmp_path, "user,logon\na,\n,2026-03-02\n"))
