"""Alerts ask for events that exist, link to a runbook section, and fire when data is missing."""

import re
from pathlib import Path

import pytest

import function_app
from shared.domain.events import CATALOGUE
from shared.domain.release import Outcome
from tests.infra.bicep import FOLDER, KQL_FOLDER, Node, at, code, module, read, resource, table
from tests.infra.rendering import defaults

ALERTS = FOLDER / "modules" / "alerts.bicep"
RUNBOOK = Path("docs/runbook.md")
DIMENSIONS = {event.name: set(event.dimensions) for event in CATALOGUE}
QUERIES = tuple(sorted(KQL_FOLDER.glob("*.kql")))
FREQUENCIES = ["PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H"]
WINDOWS = [*FREQUENCIES, "PT6H", "P1D", "P2D"]
query = pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)


def rules() -> dict[str, dict[str, Node]]:
    """The alerts of the template by name."""
    listed = at(module("alerts"), "variables", "alerts", "value")
    assert isinstance(listed, list)
    return {str(at(each, "name")): each for each in listed if isinstance(each, dict)}


def statements(path: Path) -> str:
    """A query without its comments."""
    return re.sub(r"^//.*$", "", path.read_text(), flags=re.MULTILINE)


def events_of(text: str) -> set[str]:
    """The events that a query asks for by name."""
    single = re.findall(r"\bName == '([^']+)'", text)
    several = re.findall(r"\bName in \(([^)]*)\)", text)
    return {*single, *(name for each in several for name in re.findall(r"'([^']+)'", each))}


def sections() -> dict[str, str]:
    """The sections of the runbook by their headings."""
    parts = re.split(r"^## (.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_template_queries_names_and_runbook_agree() -> None:
    """Each alert has a rule, a file, a name that can be silenced, and a section."""
    words = at(read(ALERTS), "types", "alertName", "value")
    names = set(re.findall(r"\b[a-z_]+\b", str(words))) & set(rules())
    assert set(rules()) == {path.stem for path in QUERIES} == names == set(sections())
    assert len(
        re.findall(r"'", code(ALERTS).split("type alertName")[1].splitlines()[0])
    ) == 2 * len(names)


@query
def test_queries_ask_for_events_of_the_catalogue(path: Path) -> None:
    """An event that nobody emits would never fire."""
    named = events_of(statements(path))
    assert named
    assert named <= set(DIMENSIONS)


@query
def test_queries_read_dimensions_that_their_events_have(path: Path) -> None:
    """A misspelled dimension is empty, not an error."""
    text = statements(path)
    known = set.intersection(*(DIMENSIONS[name] for name in events_of(text)))
    used = set(re.findall(r"Properties\['(\w+)'\]", text))
    assert used <= known
    assert not re.search(r"Properties\.", text)


@query
def test_queries_read_the_tables_of_the_workspace(path: Path) -> None:
    """The rules' scope is the workspace, where customEvents is called AppEvents."""
    text = statements(path)
    tables = set(re.findall(r"^(?:let \w+ = )?([A-Z]\w+)$", text, re.MULTILINE))
    assert tables <= {"AppEvents", "StorageQueueLogs"}
    assert tables
    assert "customEvents" not in text
    assert "customDimensions" not in text


@query
def test_what_a_query_leaves_open_is_set_by_the_rule(path: Path) -> None:
    """`silence` and `expected` come from parameters; nothing else is open."""
    text = statements(path)
    open_names = {name for name in ("silence", "expected") if re.search(rf"\b{name}\b", text)}
    asked = str(at(rules()[path.stem], "query"))
    assert set(re.findall(r"let (\w+) = \$\{", asked)) == open_names
    assert f"loadTextContent('../../kql/alerts/{path.name}')" in code(ALERTS)


@pytest.mark.parametrize("name", sorted(rules()))
def test_severity_frequency_and_window_are_ones_that_azure_takes(name: str) -> None:
    """And no row can fall between two looks."""
    rule = rules()[name]
    assert at(rule, "severity") in range(5)
    frequency, window = str(at(rule, "frequency")), str(at(rule, "window"))
    assert frequency in FREQUENCIES
    assert WINDOWS.index(frequency) <= WINDOWS.index(window)


def test_any_row_fires_and_the_alert_links_to_its_section() -> None:
    """One row is enough; description and custom properties carry the link."""
    properties = at(resource("alerts", "rules"), "properties")
    criterion = at(properties, "criteria", "allOf", 0)
    assert [at(criterion, key) for key in ("timeAggregation", "operator", "threshold")] == [
        "Count",
        "GreaterThan",
        0,
    ]
    link = "${runbookUrl}#${alert.name}"
    assert link in str(at(properties, "description"))
    assert at(properties, "actions", "customProperties", "runbook") == link
    assert "actionGroup.id" in code(ALERTS).split("actionGroups: ")[1].splitlines()[0]
    assert Path(str(defaults()["runbookUrl"])) == RUNBOOK


@pytest.mark.parametrize("name", sorted(sections()))
def test_each_section_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    """Whoever is woken by the alert needs no more than this."""
    for part in ("**What it means.**", "**Look at**", "**Do"):
        assert part in sections()[name], f"{name} lacks {part}"


def test_a_collection_that_is_missing_fires_although_there_is_no_data() -> None:
    """A count without groups answers with a row of 0 also when the table is empty."""
    text = statements(KQL_FOLDER / "collection_missing.kql")
    assert re.search(r"\| summarize Collections = count\(\)\n\| where Collections == 0", text)
    assert events_of(text) == {"usage.collected"}
    rule = rules()["collection_missing"]
    assert at(rule, "window") == "P2D"  # longer than the longest silence that can be set
    bounds = table(read(ALERTS), "parameters")["collectionMissingHours"]
    assert "'max_value', 'argument': 47" in str(bounds)


def test_the_silence_by_default_is_two_periods_of_the_default_schedule() -> None:
    """And some slack, so that a collection that is a minute late fires nothing."""
    hours = re.fullmatch(r"0 0 \*/(\d+) \* \* \*", str(defaults()["usageSchedule"]))
    assert hours
    silence = defaults()["collectionMissingHours"]
    assert isinstance(silence, int)
    assert 2 * int(hours[1]) < silence <= 3 * int(hours[1])


def test_the_poison_alert_watches_the_queue_that_the_app_watches() -> None:
    """Both the app's own record and the log of the queue, made by the template."""
    text = statements(KQL_FOLDER / "poison.kql")
    triggers = [each.get_trigger() for each in function_app.app.get_functions()]
    queues = {getattr(each, "queue_name", None) for each in triggers} - {None}
    made = {at(resource("storage", symbol), "name") for symbol in ("candidates", "poison")}
    assert made == queues
    assert "release-candidates-poison/messages" in text
    assert "StorageQueueLogs" in text
    assert events_of(text) == {"message.poisoned"}


def test_released_licenses_are_counted_by_outcomes_that_exist() -> None:
    """Gone at once, or gone into quarantine."""
    text = statements(KQL_FOLDER / "releases_above_expectation.kql")
    words = set(re.findall(r"'(\w+)'", text.split("in (")[1].split(")")[0]))
    assert words == {Outcome.RELEASED.value, Outcome.RELEASED_TO_QUARANTINE.value}
