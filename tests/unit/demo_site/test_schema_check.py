import json
from datetime import date
from typing import cast

import pytest

from local.demo_site.behaviour import Behaviour
from local.demo_site.bodies import ABOUT, JsonObject, license_full, user_full
from local.demo_site.records import LicenseType
from local.demo_site.schema_check import SchemaCheck, shape
from local.demo_site.site_license import lef_license, signed_key_license
from tests.demo_site_fixture import (
    FACTS,
    NOW,
    OPENAPI,
    a_license,
    a_user,
    populated_world,
    small_world,
)

at_hand = pytest.mark.skipif(
    not OPENAPI.exists(), reason="Qlik's OpenAPI document isn't part of the project, nor beside it"
)
TINY: JsonObject = {
    "definitions": {
        "Table": {"type": "object", "properties": {"rows": {"type": "array"}}},
        "Inner": {"type": "object", "properties": {"name": {"type": "string"}}},
        "Thing": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "inner": {"$ref": "#/definitions/Inner"},
            },
        },
    }
}


def _sample(name: str) -> object:
    return json.loads((FACTS / "samples" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 5},
        {"name": "x", "invented": 1},
        {"name": "x", "inner": {"invented": 1}},
        {"name": "x", "inner": []},
        [],
    ],
)
def test_what_differs_from_the_document_is_noted(body: object) -> None:
    """Missing, of another type, or invented by us, also further inside."""
    check = SchemaCheck(TINY)
    check.check("Thing", body)
    assert len(check.problems) == 1


def test_what_real_answers_do_is_allowed() -> None:
    """Null and empty text are in recorded answers although the document forbids them."""
    check = SchemaCheck(TINY)
    check.check("Thing", {"name": "", "inner": None})
    assert check.problems == []


def test_a_document_without_definitions_is_refused() -> None:
    """OpenAPI 3 has them elsewhere."""
    with pytest.raises(TypeError, match=r"swagger 2\.0"):
        SchemaCheck({"definitions": []})


def test_the_variable_names_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nothing is checked; with a wrong path the site doesn't start."""
    monkeypatch.delenv("STEWARD_QRS_OPENAPI", raising=False)
    assert SchemaCheck.from_environment() is None
    monkeypatch.setenv("STEWARD_QRS_OPENAPI", "/nowhere/openapi.json")
    with pytest.raises(FileNotFoundError):
        SchemaCheck.from_environment()


def test_a_shape_forgets_values_and_keeps_forms() -> None:
    """Dates and ids stay recognizable."""
    body = {"_note": 1, "at": "2022-08-27T06:47:08.600Z", "n": 1.5, "on": True, "x": [None, 1]}
    assert shape(body) == {"at": "date", "n": "number", "on": "bool", "x": ["NoneType"]}


@at_hand
def test_the_check_passes_recorded_answers() -> None:
    """Else it would prove nothing about ours."""
    check = SchemaCheck.from_file(OPENAPI)
    rows = _sample("analyzeraccesstype_full.json")
    assert isinstance(rows, list)
    check.check_rows("LicenseAnalyzerAccessType", rows)
    check.check("AccessTypeOverview", _sample("accesstypeoverview.json"))
    check.check("About", _sample("about.json"))
    assert check.problems == []


@at_hand
def test_our_bodies_have_the_shape_of_recorded_ones() -> None:
    """The same names and forms of values, neither more nor less."""
    user = a_user("LAB\\anna")
    world = small_world((user, a_license(user, last_used=NOW)))
    ours = [license_full(held) for held in world.held(LicenseType.ANALYZER)]
    assert shape(ours) == shape(_sample("analyzeraccesstype_full.json"))
    assert shape(world.overview()) == shape(_sample("accesstypeoverview.json"))
    assert shape(ABOUT) == shape(_sample("about.json"))


@at_hand
def test_the_site_license_has_what_the_page_of_qlik_shows() -> None:
    """The page cuts its example, so ours has more; the rest is checked by the document."""
    ours = signed_key_license(installed=NOW, valid_to=date(2027, 1, 1), professional=1, analyzer=2)
    shown = cast("JsonObject", shape(_sample("license_signed_key.json")))
    assert shown.items() <= cast("JsonObject", shape(ours)).items()
    check = SchemaCheck.from_file(OPENAPI)
    check.check("License", ours)
    check.check("License", lef_license(installed=NOW, valid_to=None, expired=True))
    assert check.problems == []


@at_hand
def test_every_record_of_a_population_is_as_the_document_says() -> None:
    """Users and licenses of all kinds, under both readings of the overview."""
    check = SchemaCheck.from_file(OPENAPI)
    world = populated_world(300)
    for user in world.users():
        check.check("User", user_full(user))
    for kind in LicenseType:
        for held in world.held(kind):
            check.check(f"License{kind.title()}AccessType", license_full(held))
    for excess_in_allocated in (True, False):
        world.behaviour = Behaviour(excess_in_allocated=excess_in_allocated)
        check.check("AccessTypeOverview", world.overview())
    assert check.problems == []
