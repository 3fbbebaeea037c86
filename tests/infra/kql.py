"""The query files: what they read, and what is put before them where they are used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.infra.kusto import TABLES

FOLDER = Path("infra/kql")
ALERTS = tuple(sorted((FOLDER / "alerts").glob("*.kql")))
WORKBOOK = tuple(sorted((FOLDER / "workbook").glob("*.kql")))
# What a query may leave open, with a value as the template or the workbook puts it before.
OPEN = {"silence": "13h", "expected": "100", "site": "'*'", "grain": "6h"}
_TABLE = re.compile(rf"\b(?:{'|'.join(TABLES)})\b")
_NAMES = re.compile(r"\bName (?:== ('[^']*')|in \(([^)]*)\))")


@dataclass(frozen=True, slots=True)
class Read:
    """A table that a query reads, and what it does with the rows until the next table or `;`."""

    table: str
    body: str

    @property
    def names(self) -> set[str]:
        """What it compares the column Name with."""
        return names_in(self.body)

    @property
    def properties(self) -> set[str]:
        """The dimensions that it reads."""
        return set(re.findall(r"Properties\['(\w+)'\]", self.body))


def statements(path: Path) -> str:
    """A query without its comments."""
    return re.sub(r"^//.*$", "", path.read_text(), flags=re.MULTILINE)


def names_in(text: str) -> set[str]:
    """The names that the column Name is compared with."""
    return {
        name
        for single, several in _NAMES.findall(text)
        for name in re.findall(r"'([^']*)'", single or several)
    }


def reads(text: str) -> list[Read]:
    """The reads of a query."""
    found = []
    for part in text.split(";"):
        starts = [match.span() for match in _TABLE.finditer(part)]
        ends = [start for start, _ in starts[1:]] + [len(part)]
        found += [
            Read(part[start:stop], part[stop:end])
            for (start, stop), end in zip(starts, ends, strict=False)
        ]
    return found


def opened(path: Path) -> Mapping[str, str]:
    """What a query leaves open, with values."""
    text = re.sub(r"'[^'\n]*'", "", statements(path))
    return {
        name: value
        for name, value in OPEN.items()
        if re.search(rf"\b{name}\b", text) and not re.search(rf"\blet {name} =", text)
    }


def whole(path: Path) -> str:
    """A query as it is asked, with what it leaves open put before it."""
    before = "".join(f"let {name} = {value};\n" for name, value in opened(path).items())
    return before + path.read_text()
