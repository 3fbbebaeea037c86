"""Users out of QRS's rows: nothing that might protect one is overlooked."""

import pytest

from shared.adapters.qrs.parsing import (
    user_reader,
)
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    CustomProperty,
    User,
)

ID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"
USER_ID = "9e403391-58a7-4442-ada7-c54dc8906016"

USER: dict[str, object] = {
    "id": USER_ID,
    "userId": "anna",
    "userDirectory": "LAB",
    "name": "Anna",
    "roles": ["RootAdmin"],
    "attributes": [],
    "inactive": False,
    "removedExternally": True,
    "blacklisted": True,
    "tags": [{"id": ID, "name": "License do not release"}],
    "customProperties": [
        {"value": "do-not-release", "definition": {"name": "LicenseManage", "valueType": "Text"}},
        {"value": "x", "definition": {"name": "LicenseManage"}},
    ],
}


def _user(row: dict[str, object]) -> User | None:
    return user_reader({USER_ID})(USER_ID, row)


def test_a_user_is_read_whole() -> None:
    """Blocked is `blacklisted`; a property with two values comes twice."""
    assert _user(USER) == User(
        id=USER_ID,
        directory="LAB",
        user_id="anna",
        inactive=False,
        blocked=True,
        removed_externally=True,
        tags=("License do not release",),
        custom_properties=(
            CustomProperty("LicenseManage", "do-not-release"),
            CustomProperty("LicenseManage", "x"),
        ),
    )


def test_a_bare_user_is_read() -> None:
    """Absent or null lists and flags are tolerated."""
    bare: dict[str, object] = {
        "id": USER_ID,
        "userId": "anna",
        "userDirectory": "LAB",
        "tags": None,
    }
    assert _user(bare) == User(USER_ID, "LAB", "anna")


@pytest.mark.parametrize(
    "odd",
    [
        {"tags": "x"},
        {"tags": ["x"]},
        {"tags": [{"id": ID}]},
        {"customProperties": [{"value": "do-not-release"}]},
        {"customProperties": [{"value": "do-not-release", "definition": {}}]},
        {"customProperties": [{"value": 7, "definition": {"name": "x"}}]},
        {"inactive": "no"},
        {"userDirectory": None},
        {"userId": None},
    ],
)
def test_what_might_protect_a_user_is_never_skipped(odd: dict[str, object]) -> None:
    """A tag, a property or a flag that can't be read is an error that names the user."""
    with pytest.raises(QrsAnswerError, match=USER_ID):
        _user(USER | odd)


def test_only_what_was_asked_for_is_kept() -> None:
    """A row that was not asked for is dropped, even when QRS ignores the filter."""
    assert user_reader({ID})(USER_ID, USER) is None


def test_equal_values_are_one_object() -> None:
    """Directories, tags and properties of many users are held once."""
    keep = user_reader({USER_ID, ID})
    first = keep(USER_ID, USER)
    second = keep(ID, USER | {"userDirectory": str(b"LAB", "ascii")})
    assert first
    assert second
    assert first.directory is second.directory
    assert first.tags is second.tags
    assert first.custom_properties is second.custom_properties
