"""The dashboard: sound JSON, tied to no installation, and every query finds what the app writes.

The queries run in a real InfluxDB that holds points of the app's own functions, so a measurement, a
field or a tag that exists nowhere makes a test fail.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import pytest

from shared.adapters.line_protocol import to_lines
from tests.grafana.every_point import SITE, every_point
from tests.influxdb_fixture import InfluxDb
from tests.unit.build import NOW

PATH = Path("infra/grafana/license-steward.json")
TEXT = PATH.read_text()
DASHBOARD = json.loads(TEXT)
DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
POINTS = every_point()
_MACRO = re.compile(r"\$\w+|\$\{|\[\[")


class Grid(TypedDict):
    """Where a panel stands, in the 24 columns of Grafana."""

    x: int
    y: int
    w: int
    h: int


class Target(TypedDict):
    """A query of a panel."""

    query: str
    rawQuery: bool
    datasource: dict[str, str]
    resultFormat: str


class Panel(TypedDict):
    """A panel, as far as the tests look at it."""

    id: int
    title: str
    type: str
    description: str
    gridPos: Grid
    datasource: dict[str, str]
    targets: list[Target]
    transformations: list[dict[str, dict[str, dict[str, str]]]]


ALL: list[Panel] = DASHBOARD["panels"]
PANELS = [panel for panel in ALL if panel["type"] != "row"]
QUERIES = [
    pytest.param(target["query"], id=f"{panel['id']} {panel['title']} {number}")
    for panel in PANELS
    for number, target in enumerate(panel["targets"])
]


def filled_in(query: str, site: str = ".*", server: str = ".*") -> str:
    """The query as Grafana sends it, for the time around NOW."""
    start, end = (f"'{(NOW + timedelta(days=days)).isoformat()[:19]}Z'" for days in (-2, 1))
    values = {
        "$timeFilter": f"time >= {start} and time <= {end}",
        "$__interval": "1h",
        "$site": site,
        "$server": server,
        "$low": "10",
    }
    for name, value in values.items():
        query = query.replace(name, value)
    assert not _MACRO.search(query), query
    return query


@pytest.fixture
def filled(influxdb: InfluxDb) -> InfluxDb:
    """An InfluxDB with a point of every kind."""
    lines, refused = to_lines(POINTS)
    assert not refused
    answer = influxdb.engine.write(influxdb.bucket, "ns", "\n".join(lines).encode())
    assert answer.status < 300
    return influxdb


def columns_asked(query: str) -> set[str]:
    """What a query shows: its fields by their final names, and the tags that it groups by."""
    selected = query.partition(" FROM ")[0].removeprefix("SELECT ")
    named = re.findall(r'AS "(\w+)"', selected) or re.findall(r'"(\w+)"', selected)
    if not re.search(r" AS ", selected) and "(" in selected:
        named = re.findall(r"(\w+)\(", selected)  # InfluxDB names the column by the function
    grouped = re.findall(r'"(\w+)"', query.rpartition(" GROUP BY ")[2]) if "GROUP" in query else []
    return {*named, *grouped}


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_finds_points_that_the_app_writes(filled: InfluxDb, query: str) -> None:
    """Rows come back, and each field and each tag has a value in some of them."""
    rows = filled.query(filled_in(query))
    assert rows
    for column in columns_asked(query):
        values = [row.get(column) for row in rows]
        assert any(value not in {None, ""} for value in values), (column, rows[:3])


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_of_one_site_and_the_time_that_is_looked_at(
    filled: InfluxDb, query: str
) -> None:
    """Another site has nothing of it, and neither has another month."""
    assert filled.query(filled_in(query, site="^another site$")) == []
    month_before = NOW - timedelta(days=30)
    early = filled_in(query).replace(f"{NOW:%Y-%m}", f"{month_before:%Y-%m}")
    # Days without a release are told as zeros.
    assert [row for row in filled.query(early) if row.get("count") != 0] == []


def test_every_measurement_of_the_app_is_shown() -> None:
    """What is worth writing is worth looking at."""
    shown = set(re.findall(r'FROM "(\w+)"', "\n".join(query_texts())))
    assert shown == {point.measurement for point in POINTS}


def query_texts() -> Iterator[str]:
    """All queries of panels."""
    return (target["query"] for panel in PANELS for target in panel["targets"])


def test_the_fields_of_the_points_are_shown() -> None:
    """Of Butler's measurement too; what is left out is left out on purpose."""
    named = set(re.findall(r'"(\w+)"', "\n".join(query_texts())))
    fields = {name for point in POINTS for name in point.fields}
    # An expiry is told by its days, once for all; a price is no count.
    assert fields - named == {"token_cost", "license_expired", "expiry_date"}


def test_only_the_low_pools_are_in_the_list_of_low_ones(filled: InfluxDb) -> None:
    """5 % of the analyzer licenses are left, 20 % of the professional ones."""
    (panel,) = (panel for panel in PANELS if panel["title"] == "Who is low")
    rows = filled.query(filled_in(panel["targets"][0]["query"]))
    assert [(row["site"], row["pool"], row["percent_available"]) for row in rows] == [
        (SITE, "analyzer", 5)
    ]


def test_points_that_butler_wrote_are_there_with_all_sites(filled: InfluxDb) -> None:
    """They have no tag `site`; the history of a site that moved over stays on the dashboard."""
    (panel,) = (panel for panel in PANELS if panel["title"] == "Analyzer licenses")
    nanoseconds = int((NOW - timedelta(hours=12)).timestamp()) * 10**9
    line = f"qlik_sense_license,license_type=analyzer total=7,allocated=7 {nanoseconds}"
    filled.engine.write(filled.bucket, "ns", line.encode())
    totals = {row["total"] for row in filled.query(filled_in(panel["targets"][0]["query"]))}
    assert totals == {7, 100}


def test_the_variables_offer_what_there_is(filled: InfluxDb) -> None:
    """Sites and QlikView Servers come from the data."""
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    found = {
        name: {row["value"] for row in filled.query(filled_in(variables[name]["query"]))}
        for name in ("site", "server")
    }
    assert found == {"site": {SITE}, "server": {"QVS@QV1"}}


def test_columns_are_renamed_that_exist(filled: InfluxDb) -> None:
    """A heading for a column that is not there would never be seen."""
    for panel in PANELS:
        for change in panel.get("transformations", []):
            (target,) = panel["targets"]
            (row, *_) = filled.query(filled_in(target["query"]))
            columns = {"Time" if name == "time" else name for name in row}
            assert set(change["options"]["renameByName"]) <= columns, panel["title"]


def test_panels_have_ids_titles_and_explanations_of_their_own() -> None:
    """Grafana loses one of two panels with the same id; a reader, one without a title."""
    ids = [panel["id"] for panel in ALL]
    assert len(ids) == len(set(ids))
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith(".")


def test_no_panel_lies_on_another_or_beyond_the_edge() -> None:
    """Each cell of the grid belongs to one panel."""
    cells = [
        (x, y)
        for panel in ALL
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_dashboard_belongs_to_no_installation() -> None:
    """It asks for its data source, and brings no id of a database, folder or organization."""
    assert DASHBOARD["id"] is None
    variables = DASHBOARD["templating"]["list"]
    assert variables[0]["name"] == "datasource"
    assert variables[0]["query"] == "influxdb"
    sources = [panel["datasource"] for panel in PANELS]
    sources += [target["datasource"] for panel in PANELS for target in panel["targets"]]
    sources += [each["datasource"] for each in variables if each["type"] == "query"]
    assert all(source == DATASOURCE for source in sources)
    assert "://" not in TEXT


def test_all_queries_are_influxql_as_written() -> None:
    """No query builder that would write them anew, and no Flux, which 1.8 has switched off."""
    for panel in PANELS:
        for target in panel["targets"]:
            assert target["rawQuery"] is True
            assert target["query"].startswith("SELECT ")
            assert target["resultFormat"] == (
                "table" if panel["type"] == "table" else "time_series"
            )
