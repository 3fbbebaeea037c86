"""The site license and the owners of apps out of QRS's objects."""

import pytest

from shared.adapters.qrs.json_body import Row
from shared.adapters.qrs.parsing import app_owner, parse_server_license
from shared.domain.errors import QrsAnswerError

OWNER = "41E8464E-87ED-4EA3-9FC7-E09D2DC6781A"


def test_nothing_of_the_site_license_is_kept_or_shown_but_its_dates() -> None:
    """Key, LEF and serial reach neither the result nor an error."""
    secret = {"key": "SECRET", "serial": "SECRET", "isExpired": False}
    found = parse_server_license(secret | {"keyDetails": "SECRET\nValid To: 2030-01-31"})
    assert "SECRET" not in repr(found)
    with pytest.raises(QrsAnswerError) as caught:
        parse_server_license(secret | {"keyDetails": None, "lef": ["SECRET"]})
    assert "SECRET" not in str(caught.value)


def test_a_site_without_a_license_has_none() -> None:
    """`null` is no license, which is not an error."""
    assert parse_server_license(None) is None


def test_an_app_names_its_owner_or_nobody() -> None:
    """The id in lower case; nobody without an owner."""
    assert app_owner("app", {"owner": {"id": OWNER}}) == OWNER.lower()
    assert app_owner("app", {"owner": None}) is None
    assert app_owner("app", {}) is None


@pytest.mark.parametrize("row", [{"owner": "anna"}, {"owner": {}}, {"owner": {"id": "anna"}}])
def test_an_owner_that_can_not_be_read_is_an_error(row: Row) -> None:
    """Overlooked, the owner would seem to own nothing."""
    with pytest.raises(QrsAnswerError, match="owner of app 7"):
        app_owner("7", row)
