"""Finds a Markdown table by its head, and puts other rows into it."""

from collections.abc import Sequence


class DocsError(RuntimeError):
    """A table of the docs can't be made; the text says what to do."""


def with_rows(text: str, heading: str, head: str, rows: Sequence[str]) -> str:
    """The page with these rows in the table `head` under `heading` (empty: anywhere on the page).

    Raises:
        DocsError: there is no such table, or more than one.
    """
    lines = text.split("\n")
    first, end = _section(lines, heading)
    heads = [number for number in range(first, end) if lines[number] == head]
    if len(heads) != 1:
        place = f"under {heading!r}" if heading else "on the page"
        raise DocsError(f"{place} there are {len(heads)} tables with the head {head!r}, not one")
    start = heads[0] + 2  # after the line of dashes
    stop = next((n for n in range(start, len(lines)) if not lines[n].startswith("|")), len(lines))
    return "\n".join([*lines[:start], *rows, *lines[stop:]])


def _section(lines: Sequence[str], heading: str) -> tuple[int, int]:
    if not heading:
        return 0, len(lines)
    try:
        first = lines.index(f"## {heading}")
    except ValueError:
        raise DocsError(f"the page has no heading '## {heading}'") from None
    following = (n for n in range(first + 1, len(lines)) if lines[n].startswith("## "))
    return first, next(following, len(lines))
