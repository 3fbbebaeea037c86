"""A Butler config as a tree: every value keeps its line, and every scalar its own text.

Scalars are not turned into booleans or numbers here. Butler reads YAML 1.2, where `No` is a text;
a reader of YAML 1.1 would hand over false, and a rule that keeps licenses would be lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it was written; `quoted` says whether quotes made it a text."""

    text: str
    quoted: bool
    line: int

    @property
    def is_null(self) -> bool:
        """Whether YAML reads it as nothing."""
        return not self.quoted and self.text in _NULL


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping; `lines` tells where each key stands."""

    entries: Mapping[str, "Node"] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    line: int = 1


type Node = Scalar | Items | Block
