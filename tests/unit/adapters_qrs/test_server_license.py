"""The expiry of the site license out of texts of many kinds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.server_license import read_date, read_server_license

QLIK_EXAMPLE = (
    "isBlackListed: False\nLicense Number: 0000 6500 7751 6278\n"
    "Valid From: 0001-01-01  12:00:00 AM\nValid To: 2024-03-16  12:00:00 AM\n"
    "Allotment professional:100;\nAllotment analyzer:100;\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-16", date(2024, 3, 16)),
        ("2024-03-16T22:00:00.000Z", date(2024, 3, 16)),
        ("2024/3/6", date(2024, 3, 6)),
        ("31/12/2026", date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31)),
        ("31.12.2026", date(2026, 12, 31)),
        ("5/5/2026", date(2026, 5, 5)),
        ("03/04/2026", None),
        ("31/12/26", None),
        ("31/31/2026", None),
        ("2024-02-30", None),
        ("2024-03/16", None),
        ("9999-12-31", None),
        ("31/12/9999", None),
        ("0001-01-01", None),
        ("1753-01-01", None),
        ("٢٠٢٤-٠٣-١٦", None),
        ("never", None),
        ("", None),
    ],
)
def test_a_date_is_read_only_when_it_is_certain(text: str, expected: date | None) -> None:
    """Every culture's date is read when it can mean one day; otherwise it is unknown."""
    assert read_date(text) == expected


@given(st.dates(min_value=date(1754, 1, 1), max_value=date(9998, 12, 31)))
def test_no_culture_gives_a_wrong_day(day: date) -> None:
    """Written in any culture, a day is read as itself or not at all."""
    for form in ("{0:%Y-%m-%d}", "{0:%d/%m/%Y}", "{0:%m/%d/%Y}", "{0.day}.{0.month}.{0:%Y}"):
        assert read_date(form.format(day).replace("/0", "/")) in (day, None)


@pytest.mark.parametrize(
    ("key_details", "lef", "expected"),
    [
        (QLIK_EXAMPLE, "", date(2024, 3, 16)),
        (QLIK_EXAMPLE.replace("\n", "\r\n"), None, date(2024, 3, 16)),
        ("valid to:16/03/2024 00:00:00", None, date(2024, 3, 16)),
        ("Valid To: 9999-12-31  11:59:59 PM", None, None),
        ("Valid To: 04/03/2024 00:00:00", None, None),
        ("Valid To:\nAllotment analyzer:2024-03-16", None, None),
        ("Valid From: 2024-03-16", None, None),
        ("Valid To: 2024-03-16\nValid To: 2025-03-16", None, None),
        (
            "",
            "Qlik Sense;;;\nPRODUCTLEVEL;50;;2030-01-31\nTIMELIMIT;;;2018-04-30\n",
            date(2018, 4, 30),
        ),
        ("", "TIMELIMIT;VALUE;2017-01-01;2018-04-30\r\n", date(2018, 4, 30)),
        ("", "PRODUCTLEVEL;50;;2030-01-31", None),
        ("", "TIMELIMIT;;2018-04-30;", None),
        (None, None, None),
    ],
)
def test_the_expiry_comes_from_the_text_that_has_one(
    key_details: str | None, lef: str | None, expected: date | None
) -> None:
    """A signed key says "Valid To", a LEF TIMELIMIT; a maintenance date is no expiry."""
    assert read_server_license(key_details, lef, expired=None).expiry == expected


@pytest.mark.parametrize("expired", [True, False, None])
def test_what_qrs_says_of_expiry_is_kept(expired: bool | None) -> None:
    """QRS's own word comes along, known or not."""
    assert read_server_license(QLIK_EXAMPLE, None, expired=expired).expired is expired


@given(st.text(), st.text())
def test_any_text_is_survived(key_details: str, lef: str) -> None:
    """No text makes the reading fail."""
    read_server_license(f"Valid To: {key_details}", f"TIMELIMIT;;;{lef}", expired=None)
