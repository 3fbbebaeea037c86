"""docs/telemetry.md tells of every metric and span, and its queries name what there is."""

import json
import re
from pathlib import Path

from shared.domain.events import CATALOGUE as EVENTS
from shared.domain.metrics import METRICS
from shared.domain.spans import CATALOGUE as SPANS
from tests.ingestion_endpoint import TELEMETRY_ON

PAGE = Path("docs/telemetry.md").read_text()
SPAN_ROW = re.compile(r"^\| `([a-z ]+)` \| ((?:`\w+`(?:, )?)+) \| ([^|]+) \|$", re.MULTILINE)
METRIC_ROW = re.compile(r"^\| `steward\..*\|$", re.MULTILINE)
SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", re.MULTILINE)
QUERY = re.compile(r"```kusto\n(.*?)```", re.DOTALL)


def test_the_page_lists_the_spans_exactly() -> None:
    """Name, attributes and meaning as in the catalogue."""
    assert SPAN_ROW.findall(PAGE) == [
        (kind.name, ", ".join(f"`{name}`" for name in kind.attributes), kind.meaning)
        for kind in SPANS
    ]


def test_the_page_lists_the_metrics_exactly() -> None:
    """Each with the event and the dimension that it is made of."""
    rows = []
    for metric in METRICS:
        series = [f"`{name}`" for name in metric.attributes]
        series += [f"`{name}` = `{value}`" for name, value in metric.fixed.items()]
        source = f"`{metric.event.name}`" + f" `{metric.dimension}`" * bool(metric.dimension)
        rows.append(
            f"| `{metric.name}` | {metric.kind.value} | {metric.unit} | {', '.join(series)} "
            f"| {source} | {metric.meaning} |"
        )
    assert METRIC_ROW.findall(PAGE) == rows


def test_the_queries_name_events_spans_and_dimensions_that_there_are() -> None:
    """A query that finds nothing looks like a site where nothing happens."""
    names = {event.name for event in EVENTS} | {kind.name for kind in SPANS}
    dimensions = {name for event in EVENTS for name in event.dimensions}
    dimensions |= {name for kind in SPANS for name in kind.attributes}
    queries = QUERY.findall(PAGE)
    assert len(queries) == 5
    for query in queries:
        assert set(re.findall(r'name == "([^"]+)"', query)) <= names, query
        assert set(re.findall(r"customDimensions\.(\w+)", query)) <= dimensions, query


def test_the_settings_on_the_page_are_those_that_the_tests_run_with() -> None:
    """What is recommended is what was seen to work."""
    told = dict(SETTING_ROW.findall(PAGE))
    for name, value in told.items():
        if name in TELEMETRY_ON:
            assert TELEMETRY_ON[name] == value, name
    wanted = {name for name in TELEMETRY_ON if name.startswith(("PYTHON_", "OTEL_TRACES"))}
    assert wanted | {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"} <= set(told)


def test_the_host_speaks_opentelemetry() -> None:
    """Sampling of the other mode, which this one does not use, is not left lying about."""
    host = json.loads(Path("host.json").read_text())
    assert host["telemetryMode"] == "OpenTelemetry"
    assert "applicationInsights" not in host.get("logging", {})
