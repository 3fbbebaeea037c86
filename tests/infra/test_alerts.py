"""Alerts ask for events that exist, link to a runbook section, and fire when data is missing."""

import re
from pathlib import Path

import pytest

import function_app
from shared.domain.release import Outcome
from tests.infra.bicep import (
    FOLDER,
    KQL_FOLDER,
    MAIN,
    Node,
    at,
    code,
    module,
    read,
    resource,
    table,
)
from tests.infra.kql import ALERTS, names_in, opened, statements
from tests.infra.rendering import defaults

TEMPLATE = FOLDER / "modules" / "alerts.bicep"
RUNBOOK = Path("docs/runbook.md")
FREQUENCIES = ["PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H"]
WINDOWS = [*FREQUENCIES, "PT6H", "P1D", "P2D"]
query = pytest.mark.parametrize("path", ALERTS, ids=lambda path: path.stem)


def rules() -> dict[str, dict[str, Node]]:
    """The alerts of the template by name."""
    listed = at(module("alerts"), "variables", "alerts", "value")
    assert isinstance(listed, list)
    return {str(at(each, "name")): each for each in listed if isinstance(each, dict)}


def sections() -> dict[str, str]:
    """The sections of the runbook by their headings."""
    parts = re.split(r"^## (.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_template_queries_names_and_runbook_agree() -> None:
    """Each alert has a rule, a file, a name that can be silenced, and a section."""
    words = at(read(TEMPLATE), "types", "alertName", "value")
    names = set(re.findall(r"\b[a-z_]+\b", str(words))) & set(rules())
    assert set(rules()) == {path.stem for path in ALERTS} == names == set(sections())
    assert len(
        re.findall(r"'", code(TEMPLATE).split("type alertName")[1].splitlines()[0])
    ) == 2 * len(names)


@query
def test_what_a_query_leaves_open_is_set_by_the_rule(path: Path) -> None:
    """`silence` and `expected` come from parameters; nothing else is open."""
    asked = str(at(rules()[path.stem], "query"))
    assert set(re.findall(r"let (\w+) = \$\{", asked)) == set(opened(path))
    assert f"loadTextContent('../../kql/alerts/{path.name}')" in code(TEMPLATE)


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
    link = "${runbook}${alert.name}"
    assert link in str(at(properties, "description"))
    assert at(properties, "actions", "customProperties", "runbook") == link
    assert "actionGroup.id" in code(TEMPLATE).split("actionGroups: ")[1].splitlines()[0]


def test_without_an_address_an_alert_names_the_file_and_makes_no_link_that_leads_nowhere() -> None:
    """A relative address would be one in a mail."""
    operands = at(module("alerts"), "variables", "runbook", "value", "operator", "operands")
    assert at(operands, "true_value") == f"{RUNBOOK} in the repository, section "
    assert at(operands, "false_value") == "${runbookUrl}#"
    assert at(operands, "condition", "function", "type") == "empty"
    assert defaults()["runbookUrl"] == ""


@pytest.mark.parametrize("name", sorted(sections()))
def test_each_section_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    """Whoever is woken by the alert needs no more than this."""
    for part in ("**What it means.**", "**Look at**", "**Do"):
        assert part in sections()[name], f"{name} lacks {part}"


@pytest.mark.parametrize(
    ("name", "event", "parameter"),
    [
        ("collection_missing", "usage.collected", "collectionMissingHours"),
        ("lease_collection_missing", "leases.collected", "leaseCollectionMissingHours"),
    ],
)
def test_a_collection_that_is_missing_fires_although_there_is_no_data(
    name: str, event: str, parameter: str
) -> None:
    """A count without groups answers with a row of 0; the window is longer than any silence."""
    text = statements(KQL_FOLDER / f"{name}.kql")
    assert re.search(r"\| summarize Collections = count\(\)\n\| where Collections == 0", text)
    assert names_in(text) == {event}
    assert at(rules()[name], "window") == "P2D"
    assert at(rules()[name], "dimensions") == []  # no data has no values to be split by
    for template in (TEMPLATE, MAIN):
        assert "'max_value', 'argument': 47" in str(table(read(template), "parameters")[parameter])


def test_leases_are_missed_only_where_qlikview_is_configured() -> None:
    """Without it they are never collected, and nobody must be told."""
    enabled = str(at(resource("alerts", "rules"), "properties", "enabled"))
    assert "leasesExpected" in enabled
    assert "lease_collection_missing" in enabled
    assert "leasesExpected: qlikView != null" in code(MAIN)


def test_the_silence_by_default_is_two_periods_of_the_default_schedule() -> None:
    """And some slack, so that a collection that is a minute late fires nothing."""
    hours = re.fullmatch(r"0 0 \*/(\d+) \* \* \*", str(defaults()["usageSchedule"]))
    assert hours
    silence = defaults()["collectionMissingHours"]
    assert isinstance(silence, int)
    assert 2 * int(hours[1]) < silence <= 3 * int(hours[1])
    assert re.fullmatch(r"0 \d+ \* \* \* \*", str(defaults()["leaseSchedule"]))  # each hour
    assert defaults()["leaseCollectionMissingHours"] == 3


def test_rules_are_split_by_the_columns_that_they_name() -> None:
    """Each value of them is an alert of its own, so that a second pool is told of as well."""
    made = "map(alert.dimensions, column => { name: column, operator: 'Include', values: [ '*' ] })"
    assert f"dimensions: {made}" in code(TEMPLATE)


def test_the_poison_alert_watches_the_queue_that_the_app_watches() -> None:
    """Both the app's own record and the log of the queue, made by the template."""
    text = statements(KQL_FOLDER / "poison.kql")
    triggers = [each.get_trigger() for each in function_app.app.get_functions()]
    queues = {getattr(each, "queue_name", None) for each in triggers} - {None}
    made = {at(resource("storage", symbol), "name") for symbol in ("candidates", "poison")}
    assert made == queues
    assert "release-candidates-poison/messages" in text
    assert "StorageQueueLogs" in text
    assert names_in(text) == {"message.poisoned"}


def test_released_licenses_are_counted_by_outcomes_that_exist() -> None:
    """Gone at once, or gone into quarantine."""
    text = statements(KQL_FOLDER / "releases_above_expectation.kql")
    words = set(re.findall(r"'(\w+)'", text.split("in (")[1].split(")")[0]))
    assert words == {Outcome.RELEASED.value, Outcome.RELEASED_TO_QUARANTINE.value}
