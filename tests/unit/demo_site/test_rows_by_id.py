"""A big demo site answers quickly: rows by their ids, texts made once."""

import json
from datetime import datetime

import pytest

from local.demo_site.bodies import user_full
from local.demo_site.filters import only_ids
from local.demo_site.records import LicenseType
from local.demo_site.row_texts import RowTexts
from tests.demo_site_fixture import populated_world

ONE = "9e403391-58a7-4442-ada7-c54dc8906016"
TWO = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (f"id eq {ONE}", {ONE}),
        (f"id EQ {ONE.upper()} OR id eq {TWO}", {ONE, TWO}),
        ("", None),
        (f"id ne {ONE}", None),
        (f"user.id eq {ONE}", None),
        (f"ID eq {ONE}", None),
        (f"id eq {ONE} and id eq {TWO}", None),
        (f"id eq {ONE} or name eq 'x or y'", None),
        (f"id eq {ONE}x", None),
    ],
)
def test_filters_by_id_alone_are_known(text: str, ids: set[str] | None) -> None:
    """Only these are answered by id; every other filter looks at every row."""
    assert only_ids(text) == ids


def test_deletions_can_be_undone() -> None:
    """Clients that are compared find the same licenses, however many went before."""
    world = populated_world(50)

    def held() -> set[tuple[str, datetime | None, bool]]:
        rows = (each.license for kind in LicenseType for each in world.held(kind))
        return {(row.id, row.last_used, row.quarantined) for row in rows}

    before = held()
    for kind in LicenseType:
        for each in world.held(kind)[:5]:
            world.release(kind, each.license.id)
    assert held() != before
    world.undo_deletions()
    assert (held(), world.deleted) == (before, [])


def test_a_changed_user_is_shown_as_he_is_now() -> None:
    """A text is good for as long as the record is the same one."""
    world, texts = populated_world(10), RowTexts()
    account = world.users()[-1].account

    def shown() -> object:
        user = world.user(account)
        return json.loads(texts.text(user_full, user, user.id, (user,)))

    assert shown() == user_full(world.user(account))
    world.change_user(account, inactive=True)
    world.tag(account, "new")
    assert shown() == shown() == user_full(world.user(account))
