"""Access licenses and their dates out of QRS's rows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.parsing import (
    license_reader,
)
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    AccessLicense,
    LicenseType,
    UserReference,
)

ID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"
USER_ID = "9e403391-58a7-4442-ada7-c54dc8906016"

# A body recorded from a real site (QRS fact 2c).
RECORDED: dict[str, object] = {
    "id": ID,
    "createdDate": "2021-11-19T12:23:58.850Z",
    "modifiedDate": "2022-08-27T06:47:08.600Z",
    "modifiedByUserName": "LAB\\testuser_2",
    "user": {
        "id": USER_ID.upper(),
        "userId": "testuser_2",
        "userDirectory": "LAB",
        "userDirectoryConnectorName": "LAB",
        "name": "Testuser2",
        "privileges": None,
    },
    "lastUsed": "2022-08-27T06:47:08.584Z",
    "excess": False,
    "quarantined": False,
    "quarantineEnd": "1753-01-01T00:00:00.000Z",
    "deletedUserId": "",
    "deletedUserDirectory": "",
    "privileges": None,
    "schemaPath": "License.AnalyzerAccessType",
}


def _license(row: dict[str, object]) -> AccessLicense | None:
    return license_reader(LicenseType.ANALYZER)(ID, row)


def test_a_recorded_license_is_read_whole() -> None:
    """Every field of a real body arrives; the null date is None; ids are in lower case."""
    assert _license(RECORDED) == AccessLicense(
        id=ID,
        license_type=LicenseType.ANALYZER,
        user=UserReference(USER_ID, "LAB", "testuser_2"),
        created=datetime(2021, 11, 19, 12, 23, 58, 850000, UTC),
        modified=datetime(2022, 8, 27, 6, 47, 8, 600000, UTC),
        last_used=datetime(2022, 8, 27, 6, 47, 8, 584000, UTC),
    )


def test_a_bare_license_is_read() -> None:
    """Absent optional fields are tolerated: no user, no dates, not quarantined."""
    assert _license({"id": ID}) == AccessLicense(
        ID, LicenseType.ANALYZER, user=None, created=None, modified=None, last_used=None
    )


@pytest.mark.parametrize("key", ["createdDate", "modifiedDate", "lastUsed", "quarantineEnd"])
@pytest.mark.parametrize("value", ["yesterday", "", 7, True, "2022-13-01T00:00:00Z", {}])
def test_an_odd_date_is_refused_with_the_name_of_the_row(key: str, value: object) -> None:
    """A date that can't be read is never taken for "never used"."""
    with pytest.raises(QrsAnswerError, match=f"{key} of analyzer access license {ID}"):
        _license(RECORDED | {key: value})


@pytest.mark.parametrize("user", ["x", [], {"id": None}, {"id": "x"}, {"id": USER_ID}])
def test_an_odd_user_is_refused(user: object) -> None:
    """A user without id or account is not read as no user."""
    with pytest.raises(QrsAnswerError, match=f"user of analyzer access license {ID}"):
        _license(RECORDED | {"user": user})


@pytest.mark.parametrize("key", ["quarantined", "excess"])
@pytest.mark.parametrize("value", ["true", 1, {}])
def test_an_odd_truth_value_is_refused(key: str, value: object) -> None:
    """A quarantined license must not be overlooked because QRS wrote it otherwise."""
    with pytest.raises(QrsAnswerError, match=key):
        _license(RECORDED | {key: value})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-08-27T06:47:08Z", datetime(2022, 8, 27, 6, 47, 8, tzinfo=UTC)),
        ("2022-08-27T06:47:08.5840000Z", datetime(2022, 8, 27, 6, 47, 8, 584000, UTC)),
        ("2022-08-27T06:47:08.1234567Z", datetime(2022, 8, 27, 6, 47, 8, 123456, UTC)),
        ("2022-08-27T06:47:08", datetime(2022, 8, 27, 6, 47, 8, tzinfo=UTC)),
        ("2022-08-27T01:17:08+05:30", datetime(2022, 8, 26, 19, 47, 8, tzinfo=UTC)),
        ("1753-01-01T00:00:00.000Z", None),
        ("1753-01-01T00:00:00.000", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
    ],
)
def test_dates_of_every_form_become_utc(text: str | None, expected: datetime | None) -> None:
    """Z, an offset, none at all, seven digits and null dates are understood."""
    assert Fields("row", {"lastUsed": text}).moment("lastUsed") == expected


@given(
    st.datetimes(min_value=datetime(1754, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_never_moves_the_moment(naive: datetime, minutes: int) -> None:
    """The moment is the same one, told in UTC."""
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = Fields("row", {"lastUsed": moment.isoformat()}).moment("lastUsed")
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


def test_a_date_beyond_the_calendar_is_refused() -> None:
    """A date that UTC can't hold is an error, not a crash."""
    with pytest.raises(QrsAnswerError, match="quarantineEnd"):
        _license(RECORDED | {"quarantineEnd": "9999-12-31T23:59:59-05:00"})


def test_only_what_was_asked_for_is_kept() -> None:
    """A row that was not asked for is dropped, even when QRS ignores the filter."""
    assert license_reader(LicenseType.ANALYZER, {USER_ID})(ID, RECORDED) is None
