"""What is wanted of an XML document: a tree of shapes by local name; all else is skipped.

Reading by local name and not by position is what survives the differences between QlikView
versions (QMS fact 2.5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.adapters.qms.values import Values


@dataclass(frozen=True, slots=True)
class Text:
    """An element whose text is wanted, without outer blanks."""

    def inner(self, name: str) -> "Shape | None":  # noqa: ARG002 - the signature of all shapes
        """Nothing that is inside a text is wanted."""
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """An element with parts of different names; `make` makes of them what is kept."""

    parts: "Mapping[str, Shape]"
    make: Callable[[Values], object]

    def inner(self, name: str) -> "Shape | None":
        """The shape of a part; None for what is not wanted."""
        return self.parts.get(name)


@dataclass(frozen=True, slots=True)
class Rows:
    """An element that is a list: of elements called `item`, each of which is a `record`."""

    item: str
    record: Record

    def inner(self, name: str) -> "Shape | None":
        """The shape of a row."""
        return self.record if name == self.item else None


type Shape = Text | Record | Rows

TEXT = Text()
