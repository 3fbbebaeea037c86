"""Links and commands in the docs lead somewhere."""

import re
from pathlib import Path

import pytest

PAGES = [Path("README.md"), Path("CHANGELOG.md"), *sorted(Path("docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
IN_PAGE = re.compile(r"\[[^\]]*\]\(#([^)\s]+)\)")
COMMAND = re.compile(r"(?:`|^(?:    |\$ ))make ([a-z-]+)", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors that the page's headings make."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_between_pages_lead_to_files_and_headings_that_exist(page: Path) -> None:
    """A reader never ends at a missing page or heading."""
    text = page.read_text()
    for target, anchor in LINK.findall(text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path = (page.parent / target).resolve()
        assert path.exists(), f"{page} links to {target}"
        assert not anchor or anchor in anchors(path), f"{page} links to {target}#{anchor}"
    for anchor in IN_PAGE.findall(text):
        assert anchor in anchors(page), f"{page} links to #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_commands_in_the_docs_exist(page: Path) -> None:
    """Every `make …` that a page names is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(), re.MULTILINE))
    assert set(COMMAND.findall(page.read_text())) <= targets
