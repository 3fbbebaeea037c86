"""The page: whole, closed to everything from outside, and every text escaped."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.report import render_report
from shared.adapters.report.cells import cell_text, table_json
from shared.domain.report.tables import Column, Kind, Table
from shared.domain.report.view import report_view
from tests.unit.report.build import busy, quiet

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "{{ 7 * 7 }}",
    "a\u2028b\u202ec",
    "<!--<script>",
)


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


def html_of(accounts: tuple[str, ...] = (), count: int = 60) -> str:
    """The page of a busy site."""
    return render_report(report_view(busy(count, accounts))).html


def test_names_add_no_element_and_no_attribute() -> None:
    """The page with hostile names has the same elements as the one with plain ones."""
    plain = Elements(html_of(tuple(f"user{n:05}" for n in range(7))))
    assert Elements(html_of(HOSTILE)).found == plain.found


def test_a_hostile_site_name_and_warning_are_texts() -> None:
    """They come from settings and records."""
    facts = quiet(site=HOSTILE[1], runs=[replace(busy().runs[1], summary=HOSTILE[0])])
    found = Elements(render_report(report_view(facts)).html).found
    assert [tag for tag, _ in found if tag == "script"] == ["script"]
    assert not [tag for tag, _ in found if tag == "img"]


def test_nothing_is_asked_from_anywhere() -> None:
    """No element of the page names another address."""
    for tag, attributes in Elements(html_of()).found:
        for name in ("src", "href", "action", "data", "srcset"):
            target = attributes.get(name) or ""
            assert target == "" or target.startswith(("#", "data:")), (tag, target)
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_the_policy_names_exactly_the_style_and_the_script_of_the_page() -> None:
    """By their hashes; everything else is forbidden."""
    page = render_report(report_view(busy()))
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        [content] = re.findall(rf"<{element}>(.*?)</{element}>", page.html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in page.content_security_policy
    assert page.content_security_policy.startswith("default-src 'none'")
    assert "unsafe" not in page.content_security_policy
    assert "frame-ancestors 'none'" in page.content_security_policy


def test_the_first_rows_and_all_counts_are_there_without_script() -> None:
    """50 rows of each table, and how many there are."""
    html = html_of(count=300)
    assert "Showing 50 of 300." in html
    assert "user00000" in html.split("<script", 1)[0]


cells = st.none() | st.text() | st.integers(0, 2)


@given(st.lists(st.tuples(st.text(), st.none() | st.integers(-(10**12), 10**12)), max_size=5))
def test_json_in_the_page_is_what_was_put_in_and_can_end_nothing(
    rows: list[tuple[str, int | None]],
) -> None:
    """Whatever the texts."""
    columns = (Column("User", Kind.NAME), Column("At", Kind.TIME))
    text = table_json(Table("t", "T", columns, rows))
    assert json.loads(text)["rows"] == [list(row) for row in rows]
    assert text.isascii()
    assert not set("<>&") & set(text)
    for row in rows:
        assert [cell_text(value, column) for value, column in zip(row, columns, strict=True)]


def test_an_empty_site_has_a_page_too() -> None:
    """Before the first collection."""
    html = render_report(report_view(quiet(history=[], runs=[]))).html
    assert "No usage was collected yet" in html
    assert "No plan was made yet" in html
    with_qlikview = render_report(report_view(quiet(qlikview=True))).html
    assert "leases were not collected yet" in with_qlikview


def test_a_page_costs_functions_that_make_none_nothing() -> None:
    """jinja2 is not imported with the app's modules."""
    code = "import sys, shared.bootstrap, shared.adapters.report; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
