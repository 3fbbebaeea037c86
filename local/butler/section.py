"""A block of the config with its path: reads values of the kinds that Butler has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from local.butler.problems import Problems
from local.butler.tree import Block, Items, Node, Scalar

_TRUE, _FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})
_SAMPLE = re.compile(r"<[^<>]*>")
_FILLED_IN_LATER = re.compile(r"\$\{|\$\(|\{\{|^\$\w+$|^%\w+%$")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Section:
    """One block; a block that is missing reads like an empty one."""

    path: str
    block: Block
    problems: Problems

    @property
    def given(self) -> bool:
        """Whether the file has anything in this block."""
        return bool(self.block.entries)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        node = self.block.entries.get(key)
        return node is not None and not (isinstance(node, Scalar) and node.is_null)

    def key(self, key: str) -> str:
        """The key with its path."""
        return f"{self.path}.{key}"

    def line(self, key: str) -> int:
        """Where the key stands; the block's own line when it is missing."""
        return self.block.lines.get(key, self.block.line)

    def wrong(self, key: str, text: str) -> None:
        """Remember a problem with a key."""
        self.problems.add(self.line(key), self.key(key), text)

    def section(self, key: str) -> "Section":
        """The block below a key."""
        node = self.block.entries.get(key) if self.has(key) else None
        if node is not None and not isinstance(node, Block):
            self.wrong(key, "must be a block of settings")
        return Section(
            self.key(key),
            node if isinstance(node, Block) else Block(line=self.line(key)),
            self.problems,
        )

    def text(self, key: str) -> str | None:
        """A text without outer blanks; None when it is missing, empty or unusable."""
        node = self.block.entries.get(key) if self.has(key) else None
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.wrong(key, "must be a single value")
            return None
        return _clean(node, self.key(key), self.problems)

    def switch(self, key: str) -> bool:
        """True or false; a missing one is false, for Butler acts on `true` alone."""
        text = self.text(key)
        if text is not None and text not in _TRUE | _FALSE:
            self.wrong(key, f"is {text!r}; Butler takes true or false")
        return text in _TRUE

    def number(self, key: str, low: int, high: int) -> int | None:
        """A whole number in a range."""
        text = self.text(key)
        if text is None:
            return None
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            self.wrong(key, f"is {text!r}; it must be a whole number from {low} to {high}")
            return None
        return int(text)

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        found = (_clean_item(item, self.key(key), self.problems) for item in self._items(key))
        return [text for text in found if text]

    def blocks(self, key: str) -> Iterator["Section"]:
        """A list of blocks."""
        for number, item in enumerate(self._items(key), start=1):
            path = f"{self.key(key)}[{number}]"
            if isinstance(item, Block):
                yield Section(path, item, self.problems)
            else:
                self.problems.add(item.line, path, "must be a block")

    def _items(self, key: str) -> tuple[Node, ...]:
        node = self.block.entries.get(key) if self.has(key) else None
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.wrong(key, "must be a list, each line of it with a dash")
            return ()
        return node.items


def _clean_item(node: Node, key: str, problems: Problems) -> str | None:
    if isinstance(node, Scalar):
        return None if node.is_null else _clean(node, key, problems)
    problems.add(node.line, key, "must be a list of texts")
    return None


def _clean(node: Scalar, key: str, problems: Problems) -> str | None:
    """The text, unless it is a placeholder: what is to be filled in is not known here."""
    text = node.text.strip()
    if _SAMPLE.fullmatch(text):
        problems.add(node.line, key, f"is still the sample's {text}; write the real value")
    elif _FILLED_IN_LATER.search(text):
        problems.add(
            node.line,
            key,
            f"is {text!r}, a placeholder that something else fills in before Butler reads it; "
            "write the real value, or import the file as it is after that",
        )
    else:
        return text or None
    return None
