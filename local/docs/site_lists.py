"""A hook of MkDocs: lists as Git hosts read them.

The pages are written in CommonMark, where what belongs to a list item is indented as far as the
item's own text. MkDocs renders by Python-Markdown, which wants four spaces for each level, else a
command below an item becomes running text. So lists are indented anew on their way into the site.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKER = re.compile(r"( *)([-*+]|\d+[.)])( {1,4}|$)")
_LEVEL = 4


@dataclass(frozen=True, slots=True)
class _Item:
    """A list item: its lines, and the column at which its text begins."""

    lines: range
    marker: str
    column: int


def with_wide_lists(markdown: str) -> str:
    """The same text, with lists as Python-Markdown wants them.

    That is four spaces for each level, and blank lines where it would not see a list or an item.

    Raises:
        ValueError: a list that can't be shown: two begin on one line, or it is inside a quotation.
    """
    lines = markdown.splitlines()
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    items = [_item(token, lines) for token in tokens if token.type == "list_item_open"]
    apart = {
        _lines(token).start for token, after in pairwise(tokens) if _stands_apart(token, after)
    }
    made: list[str] = []
    for number, line in enumerate(lines):
        around = [item for item in items if number in item.lines]
        if number in apart and made and made[-1].strip():
            made.append("")
        made.append(_indented(line, around, begins=bool(around) and number == around[-1].lines[0]))
    return "\n".join(made) + "\n"


def on_page_markdown(markdown: str, **_: object) -> str:
    """Make the lists of a page fit the site."""
    return with_wide_lists(markdown)


def _stands_apart(token: Token, after: Token) -> bool:
    """Whether it needs a blank line before it: a list does, and an item that holds paragraphs."""
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        return token.level == 0
    return (token.type, after.type, after.hidden) == ("list_item_open", "paragraph_open", False)


def _lines(token: Token) -> range:
    if token.map is None:
        raise ValueError(f"markdown-it gives no lines for {token.type}")
    return range(*token.map)


def _item(token: Token, lines: list[str]) -> _Item:
    own = _lines(token)
    found = _MARKER.match(lines[own.start])
    if not found:
        raise ValueError(f"the site can't show this list: {lines[own.start]!r}")
    item = _Item(own, found[2], found.end() if found[3] else found.end() + 1)
    if _MARKER.match(lines[own.start], item.column):
        raise ValueError(f"two lists begin on one line, move one: {lines[own.start]!r}")
    return item


def _indented(line: str, around: list[_Item], *, begins: bool) -> str:
    if not around or not line.strip():
        return line
    depth, item = len(around), around[-1]
    if begins:
        return " " * _LEVEL * (depth - 1) + f"{item.marker} ".ljust(_LEVEL) + line[item.column :]
    # A line may be indented less than the item's text: it then goes on with a sentence.
    return " " * _LEVEL * depth + line[min(item.column, len(line) - len(line.lstrip())) :]
