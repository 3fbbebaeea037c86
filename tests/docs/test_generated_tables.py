"""The tables that are made from the code are what `make docs` would write."""

from pathlib import Path

import pytest

from local.docs.__main__ import main
from local.docs.pages import PAGES
from local.docs.tables import DocsError, with_rows

DOCS = Path("docs")
HEAD = "| a | b |"
ROWS = {  # of each page one row to be lost and one to be changed
    "command-line.md": ("| `CONFIG` |", "| `RELEASE_ID` |"),
    "settings.md": ("| `SITE_NAME` |", "| `TELEMETRY__PERSONAL_NAMES` |"),
    "events.md": ("| `usage.collected` |", "| `settings.invalid` |"),
    "telemetry.md": ("| `collect usage` |", "| `steward.pool.total` |"),
}
TABLE = f"# Page\n\n## One\n\n{HEAD}\n|---|---|\n| 1 | 2 |\n\nAfter.\n"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The pages with generated tables, up to date, to be spoiled."""
    for name, made in PAGES.items():
        (tmp_path / name).write_text(made((DOCS / name).read_text()))
    return tmp_path


def test_every_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever adds a setting, event, span or metric runs `make docs`."""
    assert main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", PAGES)
def test_writing_again_changes_nothing(name: str) -> None:
    """What was made is recognised as made, with every word around it."""
    once = PAGES[name]((DOCS / name).read_text())
    assert PAGES[name](once) == once


@pytest.mark.parametrize("name", PAGES)
def test_a_row_that_was_lost_or_changed_is_put_right(
    name: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check tells which page is old and leaves it alone; writing mends it."""
    page = copied / name
    good = page.read_text()
    lost, changed = ROWS[name]
    lines = [line for line in good.splitlines(keepends=True) if not line.startswith(lost)]
    page.write_text("".join(lines).replace(changed, f"{changed} something |"))
    spoiled = page.read_text()
    assert main(["--check"], copied) == 1
    assert capsys.readouterr().out == f"{name}: is old, run `make docs`\n"
    assert page.read_text() == spoiled
    assert main([], copied) == 0
    assert page.read_text() == good


def test_a_page_without_its_table_is_an_error_and_no_page_is_written(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A heading that was renamed must not make the settings below it vanish."""
    first, last = (copied / name for name in (next(iter(PAGES)), list(PAGES)[-1]))
    first.write_text(first.read_text().replace("## QlikView\n", "## Renamed\n"))
    last.write_text(last.read_text().replace("counter", "spoiled", 1))
    before = last.read_text()
    assert main([], copied) == 1
    assert "no heading '## QlikView'" in capsys.readouterr().err
    assert last.read_text() == before


def test_a_table_is_found_under_its_heading_only() -> None:
    """Equal heads under other headings stay as they are."""
    twice = TABLE + TABLE.replace("## One", "## Two")
    made = with_rows(twice, "Two", HEAD, ["| 3 | 4 |", "| 5 | 6 |"])
    assert made == TABLE + TABLE.replace("## One", "## Two").replace(
        "| 1 | 2 |", "| 3 | 4 |\n| 5 | 6 |"
    )
    with pytest.raises(DocsError, match="2 tables"):
        with_rows(twice, "", HEAD, [])
    with pytest.raises(DocsError, match="0 tables"):
        with_rows(TABLE, "One", "| c |", [])


def test_a_table_at_the_end_of_a_page_is_replaced_whole() -> None:
    """Also without a line after it."""
    page = f"{HEAD}\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"
    assert with_rows(page, "", HEAD, ["| 5 | 6 |"]) == f"{HEAD}\n|---|---|\n| 5 | 6 |"
