"""Puts the tables of a benchmark into a page of the docs, between two marks."""

from collections.abc import Mapping
from pathlib import Path


def under_headings(parts: Mapping[str, str]) -> str:
    """The parts, each under its heading."""
    return "\n\n".join(f"### {heading}\n\n{part}" for heading, part in parts.items())


def write_tables(page: Path, name: str, tables: str) -> None:
    """Put the tables between the marks `name` of a page.

    Raises:
        ValueError: the page lacks the marks.
    """
    page.write_text(with_tables(page.read_text("utf-8"), name, tables), "utf-8")


def with_tables(page: str, name: str, tables: str) -> str:
    """The text of a page with the tables between its marks `<!-- name: begin -->` and `end`.

    Raises:
        ValueError: the page lacks the marks.
    """
    begin_mark, end_mark = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = page.partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not (begin and end):
        raise ValueError(f"the document needs the lines {begin_mark} and {end_mark}, in this order")
    return f"{before}{begin_mark}\n\n{tables}\n\n{end_mark}{after}"
