"""The workbook is what the builder makes, and shows columns that its queries have."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from local.workbook.build import PATH, workbook_text
from local.workbook.items import OPENED, WORKSPACE, Query, Shown, asked
from local.workbook.sections import SECTIONS
from tests.infra.bicep import FOLDER, code
from tests.infra.kql import OPEN, WORKBOOK, opened
from tests.infra.kusto import Parsed, parse

MOST_CHARACTERS = 131_072  # what loadTextContent takes
PAGE = Path("docs/workbook.md")
QUERIES = tuple(query for section in SECTIONS for query in section.queries)
PARAMETER_QUERIES = {"sites", "has_leases"}
each = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.file)
BUILT = json.loads(PATH.read_text())


@cache
def parsed() -> dict[str, Parsed]:
    """The queries as the workbook asks them, with its parameters filled in."""
    files = [*(query.file for query in QUERIES), *PARAMETER_QUERIES]
    return parse({file: filled(asked(file)) for file in files})


def filled(text: str) -> str:
    """What the portal makes of a query when all sites are chosen."""
    for name, parameter in OPENED.items():
        text = text.replace(parameter, OPEN[name])
    return text


def items(node: object) -> Iterator[dict[str, object]]:
    """Every item of the workbook, also those in groups."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), int) and "content" in node:
            yield node
        for value in node.values():
            yield from items(value)
    elif isinstance(node, list):
        for value in node:
            yield from items(value)


def test_the_file_is_what_the_builder_makes() -> None:
    """Whoever changed a query or the layout runs `python -m local.workbook`."""
    assert PATH.read_text() == workbook_text()


def test_the_workbook_can_be_embedded() -> None:
    """It is not too long for the template, and names the workspace by the text it replaces."""
    assert len(PATH.read_text()) <= MOST_CHARACTERS
    assert BUILT["version"] == "Notebook/1.0"
    assert BUILT["fallbackResourceIds"] == [WORKSPACE]
    bicep = code(FOLDER / "modules" / "workbook.bicep")
    assert f"loadTextContent('../../workbook/workbook.json'), '{WORKSPACE}', workspace.id" in bicep


def test_every_query_is_on_the_screen_once() -> None:
    """A file that nothing shows would rot."""
    files = [query.file for query in QUERIES]
    assert sorted([*files, *PARAMETER_QUERIES]) == [path.stem for path in WORKBOOK]


def test_names_of_items_are_unique() -> None:
    """The portal tells items apart by their names."""
    names = [item["name"] for item in items(BUILT["items"])]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", WORKBOOK, ids=lambda path: path.stem)
def test_what_a_query_leaves_open_is_a_parameter(path: Path) -> None:
    """Each is said before it, by a parameter that the workbook has."""
    text = asked(path.stem)
    said = re.findall(r"^let (\w+) = '?\{(\w+):\w+\}'?;$", text, re.MULTILINE)
    assert {name for name, _ in said} == set(opened(path))
    (item,) = [item for item in items(BUILT["items"]) if item["type"] == 9]
    content = item["content"]
    assert isinstance(content, dict)
    assert {parameter for _, parameter in said} <= {one["name"] for one in content["parameters"]}
    assert not re.search(r"[{}]", path.read_text())  # the portal would look for a parameter


@each
def test_what_is_asked_is_sound(query: Query) -> None:
    """With the parameters filled in, Microsoft's parser finds nothing wrong."""
    assert parsed()[query.file].problems == ()


@each
def test_columns_that_are_formatted_are_columns_of_the_answer(query: Query) -> None:
    """A misspelled one is passed over in silence."""
    columns = parsed()[query.file].columns
    named = {*query.formats, *query.labels, *query.values, *query.tile}
    named |= {query.axis, query.series} - {""}
    assert named <= set(columns)


@each
def test_charts_have_a_time_numbers_and_at_most_one_series(query: Query) -> None:
    """Every column of their answer has its part; one more would be drawn as something."""
    if query.shown not in (Shown.TIMECHART, Shown.BARCHART):
        return
    columns = parsed()[query.file].columns
    assert columns[query.axis] == "datetime"
    assert {columns[name] for name in query.values} <= {"long", "real"}
    assert not query.series or columns[query.series] == "string"
    assert set(columns) == {query.axis, *query.values, *([query.series] if query.series else [])}


def test_sections_that_depend_on_a_parameter_name_one_that_there_is() -> None:
    """Else they would never be shown."""
    wanted = {section.only_if for section in SECTIONS if section.only_if}
    assert wanted == {"HasLeases"}
    assert '"name": "HasLeases"' in PATH.read_text()


def test_widths_fill_rows() -> None:
    """Items stand side by side only when their widths come to a hundred."""
    for section in SECTIONS:
        left = 0
        for query in section.queries:
            left = (left or 100) - query.width
            assert left >= 0, query.file
        assert left == 0, section.name


def test_the_page_tells_of_every_item() -> None:
    """docs/workbook.md has a row for each section's item, and no other."""
    rows = re.findall(r"^\| ([^|]+) \| `([a-z_]+)\.kql` \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [(query.title, query.file) for query in QUERIES]
