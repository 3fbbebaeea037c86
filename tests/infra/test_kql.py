"""Every query is sound KQL over tables and columns that there are, about events that there are.

Microsoft's own parser says the first, the catalogues say the second. That the queries also find
what they should is tested by running them: `test_kql_alerts.py`, `test_kql_workbook.py`.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from shared.domain.events import CATALOGUE, Level
from shared.domain.spans import CATALOGUE as SPANS
from tests.infra.kql import ALERTS, WORKBOOK, names_in, opened, reads, statements, whole
from tests.infra.kusto import Parsed, parse

EVENTS = {event.name: set(event.dimensions) for event in CATALOGUE}
KINDS = {kind.name: set(kind.attributes) for kind in SPANS}
NAMED = {"AppEvents": EVENTS, "AppDependencies": KINDS}
query = pytest.mark.parametrize("path", [*ALERTS, *WORKBOOK], ids=lambda path: path.stem)


@cache
def parsed() -> dict[str, Parsed]:
    """What the parser says of all queries."""
    return parse({str(path): whole(path) for path in (*ALERTS, *WORKBOOK)})


@query
def test_the_parser_of_microsoft_finds_nothing_wrong(path: Path) -> None:
    """Syntax, functions, columns and types."""
    found = parsed()[str(path)]
    assert found.problems == ()
    assert found.columns


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("AppEvents | where Nmae == 'x'", "'Nmae' does not refer to any known column"),
        ("AppEvent | count", "'AppEvent' does not refer to any known table"),
        ("AppEvents | extend a = tonumber(Name)", "does not refer to any known function"),
        ("AppEvents | summarize sum(Name)", "must be summable"),
        ("AppEvents | where TimeGenerated > ago(silence)", "'silence' does not refer"),
        ("AppEvents | wher Name == 'x'", "Query operator expected"),
    ],
)
def test_the_parser_would_find_what_is_wrong(wrong: str, why: str) -> None:
    """A check that can't fail shows nothing."""
    assert why in " ".join(parse({"wrong": wrong})["wrong"].problems)


@query
def test_each_query_begins_by_saying_what_it_finds(path: Path) -> None:
    """Whoever opens it from an alert or the workbook reads that first."""
    first = path.read_text().splitlines()[0]
    assert re.fullmatch(r"// [A-Z].{20,}", first)


@query
def test_each_read_names_events_or_spans_that_there_are(path: Path) -> None:
    """What nobody emits is never found; a read without names would take in everything."""
    for read in reads(statements(path)):
        if read.table in NAMED:
            assert read.names, read
            assert read.names <= set(NAMED[read.table]), read


@query
def test_each_read_uses_dimensions_that_all_its_events_have(path: Path) -> None:
    """A misspelled dimension is empty, not an error."""
    text = statements(path)
    for read in reads(text):
        if read.table in NAMED:
            known = set.intersection(*(NAMED[read.table][name] for name in read.names))
            assert read.properties <= known, read
    # Away from a read nobody could tell whose dimension it is.
    inside = sum(read.body.count("Properties['") for read in reads(text))
    assert text.count("Properties['") == inside
    assert not re.search(r"Properties\.|customDimensions|customEvents", text)


@query
def test_nothing_is_left_open_but_what_is_said_where_the_query_is_used(path: Path) -> None:
    """Alerts get numbers of the template, the workbook's queries its parameters."""
    allowed = {"silence", "expected"} if path in ALERTS else {"site", "grain"}
    assert set(opened(path)) <= allowed


def test_what_needs_attention_is_as_loud_as_the_catalogue_says() -> None:
    """The list of errors in the query is that of the events of this level which it reads."""
    text = statements(next(path for path in WORKBOOK if path.stem == "attention"))
    loud = names_in(text.split("extend Level = iff(")[1].split("'error'")[0])
    read = {name for each in reads(text) for name in each.names}
    errors = {event.name for event in CATALOGUE if event.level is Level.ERROR}
    assert loud == (read & errors) | {"no collection"}


def test_no_event_that_calls_for_somebody_is_forgotten() -> None:
    """Each warning and error is somewhere on the screen."""
    shown = {name for path in WORKBOOK for each in reads(statements(path)) for name in each.names}
    loud = {event.name for event in CATALOGUE if event.level is not Level.INFO}
    assert loud - shown == set()
