"""Names in texts that leave the app."""

import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.hidden_names import hide_names
from shared.domain.pseudonym import pseudonym

SITE = "Production"
ANNA = "CORP\\Müller, Anna"


def shown(account: str) -> str:
    """What stands in the place of an account."""
    return f"user:{pseudonym(account, SITE)}"


def test_a_pseudonym_is_stable_and_differs_between_sites() -> None:
    """The same person is the same on every dashboard of a site, in any letter case."""
    assert pseudonym("CORP\\anna", SITE) == pseudonym("corp\\ANNA", SITE) == "5a8bd63cba785737"
    assert pseudonym("CORP\\anna", "Test") != pseudonym("CORP\\anna", SITE)
    assert pseudonym("CORP\\berta", SITE) != pseudonym("CORP\\anna", SITE)


@pytest.mark.parametrize(
    "text",
    [
        ANNA,
        ANNA.upper(),
        "Müller, Anna",
        json.dumps(ANNA)[1:-1],
        repr(json.dumps(ANNA))[2:-2],
        json.dumps(ANNA, ensure_ascii=False)[1:-1],
        quote(ANNA, safe=""),
        "CORP\\Müller\\,\\ Anna",
        "CORP/Müller, Anna",
        "CORP\\M&#252;ller, Anna",
        "CORP\\M&#xFC;ller, Anna",
    ],
)
def test_a_known_account_is_found_however_it_is_written(text: str) -> None:
    """As it is, by its id alone, and as JSON, Python, a URL, line protocol and XML write it."""
    said = f"The user ({text}) has no right, says '{text}'."
    hidden = hide_names(said, SITE, [ANNA])
    assert hidden == f"The user ({shown(ANNA)}) has no right, says '{shown(ANNA)}'."


@pytest.mark.parametrize("before", ["\\n", "\\u201c", "%20", "\n", '"', "="])
def test_a_name_right_behind_an_escape_is_found(before: str) -> None:
    """What looks like a letter before the name is the end of an escape."""
    assert (
        hide_names(f"x{before}иванова", SITE, ["A\\иванова"]) == f"x{before}{shown('A\\иванова')}"
    )


def test_people_whom_nobody_named_are_found_by_the_form_of_their_accounts() -> None:
    """A directory, a backslash, an id, in quotations of any depth."""
    for text in ("CORP\\anna", "CORP\\\\anna", "CORP\\\\\\\\anna"):
        assert hide_names(f"said '{text}'.", SITE) == f"said '{shown('CORP\\anna')}'."
    assert hide_names("'CORP\\J\\u00f6rg'", SITE) == f"'{shown('CORP\\Jörg')}'"


@pytest.mark.parametrize(
    "text",
    [
        "host:4242 answered 403 to GET /qrs/about.",
        "C:\\ProgramData\\Qlik\\Sense is a folder",
        "\\\\server\\share\\x",
        "QLIK_SENSE__USER is INTERNAL\\sa_api; write it like DIR\\id",
        'write it like ["INTERNAL\\\\sa_repository"]',
        '{"available": 0, "total": 15}',
        "the plan 20261122T034443Z-04da10cf expired",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Paths, service accounts, advice and ids name no person."""
    assert hide_names(text, SITE, ["CORP\\anna", "X\\ab"]) == text


def test_part_of_a_word_is_no_name() -> None:
    """Anna is not in Annapolis, and an id of two letters is looked for with its directory only."""
    assert hide_names("Annapolis", SITE, ["CORP\\anna"]) == "Annapolis"
    assert hide_names("is it", SITE, ["CORP\\it"]) == "is it"
    assert hide_names("CORP\\it", SITE, ["CORP\\it"]) == shown("CORP\\it")


def test_a_wrong_entry_of_a_setting_is_hidden_whatever_it_looks_like() -> None:
    """The error's other words stay: they say which item it is and what to write."""
    told = (
        'LICENSE_RELEASE__NEVER_RELEASE__USERS item 2 is "berta o\'hara"; write user directory,'
        " backslash and user id, like INTERNAL\\sa_repository"
    )
    hidden = hide_names(told, SITE)
    assert hidden == told.replace('"berta o\'hara"', shown("berta o'hara"))


NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "S")), min_size=3, max_size=20
).map(str.strip)
WAYS = (
    str,
    lambda name: json.dumps(name)[1:-1],
    lambda name: json.dumps(json.dumps(name))[3:-3],
    lambda name: quote(name, safe=""),
)


@given(NAMES, st.sampled_from(WAYS), st.sampled_from(["({})", "user {}!", "'{}'", "{}"]))
def test_no_known_name_is_left_in_any_text(user_id: str, way: object, frame: str) -> None:
    """Whatever a name is made of, and however it is escaped."""
    assume(len(user_id) >= 3 and "\\" not in user_id)
    assert callable(way)
    account = f"CORP\\{user_id}"
    text = frame.format(way(user_id))
    assert shown(account) in hide_names(text, SITE, [account])
    hidden = hide_names(frame.format(way(account)), SITE, [account])
    assert shown(account) in hidden


@given(st.text(max_size=200), st.sets(st.text(max_size=20), max_size=5))
def test_any_text_and_any_accounts_are_taken(text: str, accounts: set[str]) -> None:
    """Nothing that a quotation or a directory may hold breaks it."""
    hide_names(text, SITE, accounts)
