from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.demo_site.fields import ACCESS_LICENSE, USER
from local.demo_site.filters import FilterError, compile_filter

ROW: dict[str, object] = {
    "id": "9e403391-58a7-4442-ada7-c54dc8906016",
    "userId": "testuser_2",
    "userDirectory": "LAB",
    "name": "R&D (Q1'25)",
    "inactive": False,
    "createdDate": "2026-03-10T12:00:00.000Z",
    "tags": [{"id": "x", "name": "Alpha"}, {"id": "y", "name": "Beta"}],
    "customProperties": [
        {"value": "do-not-release", "definition": {"name": "Department"}},
        {"value": "may-release", "definition": {"name": "LicenseManage"}},
    ],
}
LICENSE: dict[str, object] = {
    "user": None,
    "lastUsed": "1753-01-01T00:00:00.000Z",
    "quarantined": True,
}


@pytest.mark.parametrize(
    "text",
    [
        "userDirectory eq 'lab'",
        "userDirectory ne 'SALES'",
        "userId sw 'TEST' and userId ew '_2' and userId so 'user'",
        "id eq 9E403391-58a7-4442-ada7-c54dc8906016",
        "id ne 00000000-0000-0000-0000-000000000000",
        "inactive eq False",
        r"name eq 'R&D (Q1\'25)'",
        "createdDate ge '2026-03-10T12:00:00.000Z'",
        "createdDate lt '2026/03/10 12:01'",
        "createdDate gt '2026-03-10 11:59:59'",
        "tags.name eq 'beta'",
        "tags.name eq 'Alpha' and tags.name eq 'Beta'",
        "(userDirectory eq 'SALES' or userDirectory eq 'LAB') and inactive eq false",
        "userDirectory eq 'LAB' or userDirectory eq 'A' and userDirectory eq 'B'",
    ],
)
def test_a_matching_filter_keeps_the_row(text: str) -> None:
    """Every operator and form of the documentation works, strings in any case."""
    assert compile_filter(text, USER)(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "userDirectory eq 'SALES'",
        "id eq 00000000-0000-0000-0000-000000000000",
        "inactive eq True",
        "createdDate le '2026-03-10T11:59:59.999Z'",
        "tags.name eq 'gamma'",
        "(userDirectory eq 'LAB' or userDirectory eq 'A') and userDirectory eq 'B'",
    ],
)
def test_another_filter_drops_the_row(text: str) -> None:
    """A filter that doesn't fit says no."""
    assert not compile_filter(text, USER)(ROW)


def test_two_conditions_may_be_met_by_different_properties() -> None:
    """As on a real site, name and value aren't looked for in the same custom property."""
    text = (
        "customProperties.definition.name eq 'LicenseManage' "
        "and customProperties.value eq 'do-not-release'"
    )
    assert compile_filter(text, USER)(ROW)


def test_a_null_user_matches_nothing_and_1753_is_long_ago() -> None:
    """A path through null has no value; a never-used license is older than any date."""
    assert not compile_filter("user.userId ne 'x'", ACCESS_LICENSE)(LICENSE)
    assert compile_filter("lastUsed le '2024-01-01T23:59:59.999Z'", ACCESS_LICENSE)(LICENSE)


def test_a_date_without_zone_is_read_in_the_zone_that_is_chosen() -> None:
    """What QRS does there is unknown, so both answers can be had."""
    text = "createdDate ge '2026-03-10 12:30:00'"
    assert not compile_filter(text, USER)(ROW)
    east = timezone(timedelta(hours=1))
    assert compile_filter(text, USER, naive_is=east)(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "name eq 'it's'",
        "name eq 'it''s'",
        'name eq "x"',
        "name eq x",
        "id eq 'x'",
        "id eq '9e403391-58a7-4442-ada7-c54dc8906016'",
        "inactive eq 'True'",
        "inactive eq yes",
        "name gt 'a'",
        "id lt 9e403391-58a7-4442-ada7-c54dc8906016",
        "createdDate sw '2026'",
        "createdDate ge 'yesterday'",
        "nickname eq 'x'",
        "tags eq 'x'",
        "name.length eq 'x'",
        "name is 'x'",
        "name eq",
        "name eq 'x' and",
        "(name eq 'x'",
        "name eq 'x')",
        "name eq 'x' name eq 'y'",
        "",
        "'",
    ],
)
def test_a_bad_filter_is_refused_with_the_words_of_qrs(text: str) -> None:
    """The message repeats the filter."""
    with pytest.raises(FilterError, match="Cannot parse the expression:") as refused:
        compile_filter(text, USER)
    assert str(refused.value).endswith(text)


def test_an_empty_group_is_an_invalid_expression() -> None:
    """`()` has an error of its own."""
    with pytest.raises(FilterError, match="Invalid expression"):
        compile_filter("()", USER)


@given(st.text(max_size=60))
def test_rubbish_is_refused_and_nothing_else(text: str) -> None:
    """Any text compiles or raises the one error."""
    try:
        compile_filter(text, USER)
    except FilterError:
        return


@given(st.text())
def test_an_escaped_name_finds_itself(name: str) -> None:
    """With backslash and quote escaped, every text can be looked for."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    assert compile_filter(f"name eq '{escaped}'", USER)(ROW | {"name": name})
