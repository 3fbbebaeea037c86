"""The tables of the benchmarks in the pages of the docs."""

from pathlib import Path

import pytest

from bench.farm.__main__ import MARKS as FARM
from bench.forecast.__main__ import MARKS as BACKTEST
from bench.performance.__main__ import MARKS as PERFORMANCE
from bench.tables_in_page import under_headings, with_tables, write_tables

PAGE = "before\n<!-- farm: begin -->\nold\n<!-- farm: end -->\nafter\n"
DOCS = {"leases.md": FARM, "forecast.md": BACKTEST, "performance.md": PERFORMANCE}


def test_the_tables_go_between_their_marks() -> None:
    """The rest of the page stays, and writing twice is like writing once."""
    written = with_tables(PAGE, "farm", "new")
    assert written == "before\n<!-- farm: begin -->\n\nnew\n\n<!-- farm: end -->\nafter\n"
    assert with_tables(written, "farm", "new") == written


@pytest.mark.parametrize("page", ["nothing", "<!-- farm: end --><!-- farm: begin -->"])
def test_a_page_without_the_marks_is_an_error(page: str, tmp_path: Path) -> None:
    """It names the marks, and the page stays as it is."""
    file = tmp_path / "page.md"
    file.write_text(page)
    with pytest.raises(ValueError, match=r"needs the lines <!-- farm: begin --> and .*, in this"):
        write_tables(file, "farm", "new")
    assert file.read_text() == page


@pytest.mark.parametrize(("name", "marks"), DOCS.items())
def test_the_pages_have_the_marks_of_their_benchmarks(
    name: str, marks: str, tmp_path: Path
) -> None:
    """Nobody measures for an hour to learn that the tables have no place."""
    file = tmp_path / name
    file.write_text((Path("docs") / name).read_text())
    write_tables(file, marks, under_headings({"Goals": "All goals hold."}))
    assert "begin -->\n\n### Goals\n\nAll goals hold.\n\n<!-- " in file.read_text()
