"""What this app can send that changes anything, and what it can't."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import cast
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.adapters.qrs import changes
from shared.adapters.qrs.changes import Change
from shared.domain.errors import QrsAnswerError
from shared.domain.model import LicenseType

GUID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"
TYPES = st.sampled_from(LicenseType)
GUIDS = st.uuids().map(str) | st.uuids().map(lambda each: str(each).upper())

BUILDERS: dict[str, Callable[[LicenseType, str], Change]] = {
    "delete_license": changes.delete_license,
    "allocate": changes.allocate,
    "replace_license": lambda kind, own: changes.replace_license(kind, own, {"id": own}),
    "select": lambda kind, own: changes.select(kind, [own]),
    "delete_selected": changes.delete_selected,
    "forget_selection": lambda _, own: changes.forget_selection(own),
}
WITH_TYPE = sorted(BUILDERS.keys() - {"forget_selection"})
ODD_IDS = st.text() | st.sampled_from(
    ["", "..", "license", f"../{GUID}", f"{GUID}/license", f"{GUID}\n", f"{{{GUID}}}", f"{GUID}?a="]
)


@given(TYPES, GUIDS)
def test_each_change_has_one_path(kind: LicenseType, own: str) -> None:
    """Access licenses by type and id, selections by id, and nothing else."""
    low = own.lower()
    assert {name: _line(build(kind, own)) for name, build in BUILDERS.items()} == {
        "delete_license": f"DELETE license/{kind}accesstype/{low}",
        "allocate": f"POST license/{kind}accesstype",
        "replace_license": f"PUT license/{kind}accesstype/{low}",
        "select": "POST selection",
        "delete_selected": f"DELETE selection/{low}/license/{kind}accesstype",
        "forget_selection": f"DELETE selection/{low}",
    }


@given(st.sampled_from(sorted(BUILDERS)), TYPES, ODD_IDS)
def test_no_text_but_a_guid_gets_into_a_change(name: str, kind: LicenseType, own: str) -> None:
    """Anything else is refused, in paths and in bodies."""
    with pytest.raises(ValueError, match="no GUID"):
        BUILDERS[name](kind, own)


@given(st.sampled_from(WITH_TYPE), st.text() | st.sampled_from([*map(str, LicenseType)]))
def test_no_text_is_taken_for_a_license_type(name: str, kind: str) -> None:
    """Not even one that reads like a type."""
    with pytest.raises((TypeError, AttributeError)):
        BUILDERS[name](cast("LicenseType", kind), GUID)


SITE_LICENSE = [
    f"license/{GUID}",
    "license",
    f"selection/{GUID}/license",
    f"selection/{GUID}/license/",
    f"selection/{GUID}/license/useraccesstype",
]
BY_FILTER = ["selection/license/analyzeraccesstype", "selection/license/professionalaccesstype"]


@pytest.mark.parametrize("method", ["DELETE", "POST", "PUT"])
@pytest.mark.parametrize("path", [*SITE_LICENSE, *BY_FILTER])
def test_the_site_license_and_filters_are_out_of_reach(method: str, path: str) -> None:
    """A change for them can't even be made by hand."""
    for variant in (path, path.upper(), f"/{path}", f"{path}?filter=", f"{path}\n"):
        with pytest.raises(ValueError, match="never sends"):
            Change(method, variant)


SEGMENTS = st.sampled_from(
    ["license", "selection", "user", "analyzeraccesstype", "professionalaccesstype", GUID, "..", ""]
)
KNOWN = re.compile(
    rf"(DELETE|PUT) license/(analyzer|professional)accesstype/{GUID}"
    rf"|POST (license/(analyzer|professional)accesstype|selection)"
    rf"|DELETE selection/{GUID}(/license/(analyzer|professional)accesstype)?"
)


@given(
    st.sampled_from(["GET", "DELETE", "POST", "PUT", "PATCH"]),
    st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join),
)
def test_no_other_path_can_be_made_of_known_parts(method: str, path: str) -> None:
    """However the parts are joined, only the listed forms are changes."""
    assume(not KNOWN.fullmatch(f"{method} {path}"))
    with pytest.raises(ValueError, match="never sends"):
        Change(method, path)


@given(TYPES, st.lists(st.uuids(), min_size=1, unique=True))
def test_a_selection_names_each_license(kind: LicenseType, ids: list[UUID]) -> None:
    """The body holds exactly the ids, under QRS's name for the type, and no filter."""
    body = json.loads(changes.select(kind, map(str, ids)).body)
    name = f"License.{kind.title()}AccessType"
    assert body == {"items": [{"type": name, "objectID": str(each)} for each in ids]}


def test_a_selection_of_nothing_is_refused() -> None:
    """An empty one is never made: what QRS takes it for is not known."""
    with pytest.raises(ValueError, match="at least one"):
        changes.select(LicenseType.ANALYZER, [])


def test_a_license_is_asked_for_by_user_id() -> None:
    """The body names the user and nothing more."""
    body = json.loads(changes.allocate(LicenseType.PROFESSIONAL, GUID.upper()).body)
    assert body == {"user": {"id": GUID}}


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Decimal(repr(x))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _JSON))
def test_a_record_goes_back_as_it_came(record: dict[str, object]) -> None:
    """Every field, known or not, in the same order."""
    change = changes.replace_license(LicenseType.ANALYZER, GUID, record)
    again = json.loads(change.body, parse_float=Decimal)
    assert again == record
    assert list(again) == list(record)


@pytest.mark.parametrize("number", ["0.1234567890123456789", "1E400"])
def test_a_number_that_would_change_is_refused(number: str) -> None:
    """Rather than write another value into the site than was there."""
    with pytest.raises(QrsAnswerError, match="can't be sent back unchanged"):
        changes.replace_license(LicenseType.ANALYZER, GUID, {"some": Decimal(number)})


def _line(change: Change) -> str:
    return f"{change.method} {change.path}"
