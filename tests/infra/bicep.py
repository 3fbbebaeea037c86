"""Reads the templates: parsed by pycep, and as text where pycep's tree says less than the file.

pycep 0.7.1 knows syntax only, neither types nor names. It refuses decorators, `T[]` and `*` inside
object types, conditions inside loops, `?` at the start of a line, and parameter files; the
templates do without, and a parameter file is read as the variables that it amounts to.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pycep

FOLDER = Path("infra/bicep")
MAIN = FOLDER / "main.bicep"
KQL_FOLDER = Path("infra/kql/alerts")
PARAMETER_FILES = tuple(sorted(FOLDER.glob("*.bicepparam")))
FILES = tuple(sorted(FOLDER.rglob("*.bicep")))
_COMMENT = re.compile(r"^\s*(//|#disable-next-line).*$|\s//\s.*$", re.MULTILINE)
_DESCRIPTION = re.compile(r"@description\('(?:[^'\\]|\\.)*'\)")

type Node = dict[str, Node] | list[Node] | str | int | float | bool | None


def parse(text: str) -> dict[str, Node]:
    """The tree of a template's text."""
    tree: dict[str, Node] = json.loads(json.dumps(pycep.BicepParser().parse(text=text)))
    return tree


@cache
def read(path: Path) -> dict[str, Node]:
    """The tree of a template."""
    return parse(path.read_text())


def module(name: str) -> dict[str, Node]:
    """The tree of a file in `modules`."""
    return read(FOLDER / "modules" / f"{name}.bicep")


@cache
def code(path: Path) -> str:
    """The text of a template without comments and descriptions."""
    return _COMMENT.sub("", _DESCRIPTION.sub("", path.read_text()))


def at(node: Node, *path: str | int) -> Node:
    """What is at the path in a tree.

    Raises:
        AssertionError: there is nothing.
    """
    for number, step in enumerate(path):
        where = "/".join(map(str, path[: number + 1]))
        if isinstance(node, dict) and isinstance(step, str):
            assert step in node, f"there is no {where}"
            node = node[step]
        else:
            assert isinstance(node, list), f"there is no {where}"
            assert isinstance(step, int), f"there is no {where}"
            node = node[step]
    return node


def table(node: Node, *path: str | int) -> dict[str, Node]:
    """The object at the path; empty when its last step is missing."""
    parent = at(node, *path[:-1])
    assert isinstance(parent, dict)
    found = parent.get(str(path[-1]), {})
    assert isinstance(found, dict)
    return found


def decorators(node: Node) -> dict[str, Node]:
    """A declaration's decorators with their arguments."""
    found = at(node, "decorators")
    assert isinstance(found, list)
    return {str(at(each, "type")): table_or_none(each).get("argument") for each in found}


def table_or_none(node: Node) -> dict[str, Node]:
    """The node, which is an object."""
    assert isinstance(node, dict)
    return node


@dataclass(frozen=True, slots=True)
class Resource:
    """One `resource` of a template; `body` is what stands in its braces, also of a loop's."""

    path: Path
    symbol: str
    kind: str
    api_version: str
    existing: bool
    body: dict[str, Node]


def resources(path: Path) -> Iterator[Resource]:
    """The resources of a template, also those that exist already."""
    for symbol, node in table(read(path), "resources").items():
        body = at(node, "config")
        while isinstance(body, dict) and isinstance(body.get("config"), dict):
            body = body["config"]  # a condition or a loop around it
        yield Resource(
            path,
            symbol,
            str(at(node, "type")),
            str(at(node, "api_version")),
            bool(at(node, "existing")),
            table_or_none(body),
        )


def resource(name: str, symbol: str) -> dict[str, Node]:
    """The body of a resource in a file of `modules`."""
    path = FOLDER / "modules" / f"{name}.bicep"
    return next(each.body for each in resources(path) if each.symbol == symbol)


def every_resource() -> list[Resource]:
    """The resources that the templates make, of all files."""
    return [each for path in FILES for each in resources(path) if not each.existing]


def strings(node: Node) -> Iterator[str]:
    """Every text in a tree."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
