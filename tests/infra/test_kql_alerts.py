"""The alerts' queries, run over a workspace: what fires them, what ends them, what does not.

Each is asked as the rule asks it: with the number that the template puts before it, over the rule's
window. Any row fires.
"""

import re
from datetime import timedelta

import pytest

from shared.domain.early_warnings import WarningKind
from tests.infra.bicep import at
from tests.infra.kql import ALERTS, opened, whole
from tests.infra.kusto import parse
from tests.infra.test_alerts import rules
from tests.infra.workspace import Row, Workspace

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WINDOWS = {"PT1H": HOUR, "PT2H": 2 * HOUR, "P1D": 24 * HOUR, "P2D": 48 * HOUR}
TEXTS = {path.stem: path for path in ALERTS}
WARNED = {
    "pool_low": ["pool.low", "pool.excess"],
    "pool_running_out": ["pool.running_out"],
    "expiring": [
        "certificate.expiring",
        "secret.expiring",
        "server_license.expiring",
        "server_license.expired",
    ],
    "came_back": ["release.came_back"],
    "leases_refusals": ["lease.refusals_ahead"],
}
WARNINGS = [(alert, name) for alert, names in WARNED.items() for name in names]


def fired(workspace: Workspace, alert: str) -> list[Row]:
    """The rows with which the alert would fire now."""
    path = TEXTS[alert]
    window = WINDOWS[str(at(rules()[alert], "window"))]
    return workspace.ask(path.read_text(), window, **opened(path))


def collect(workspace: Workspace, ago: timedelta, *, warnings: dict[str, str]) -> None:
    """A collection of usage and of leases, in the order in which the app tells of it."""
    for name, subject in warnings.items():
        told = {"subject": subject, "detail": f"about {subject}", "figures": "{}"}
        workspace.event(name, ago + MINUTE, **told)
    workspace.event("pool.counted", ago, pool="analyzer", percent_available=50.0)
    workspace.event("usage.collected", ago, points=7)
    workspace.event("leases.collected", ago, leases=4)


@pytest.mark.parametrize("alert", sorted(TEXTS))
def test_an_empty_workspace_fires_only_what_asks_for_missing_data(alert: str) -> None:
    """And these two fire although there is nothing to be found."""
    rows = fired(Workspace(), alert)
    assert bool(rows) is (alert in {"collection_missing", "lease_collection_missing"})


@pytest.mark.parametrize("alert", ["collection_missing", "lease_collection_missing"])
def test_a_collection_in_time_is_enough_and_one_that_is_too_old_is_not(alert: str) -> None:
    """Up to the hours that the template says; other events don't count."""
    workspace = Workspace()
    collect(workspace, 13 * HOUR + MINUTE, warnings={})
    assert fired(workspace, alert)
    workspace.event("plan.created", HOUR, plan_id="p")
    assert fired(workspace, alert)
    collect(workspace, 13 * HOUR - MINUTE, warnings={})
    assert not fired(workspace, alert)


@pytest.mark.parametrize(("alert", "warning"), WARNINGS)
def test_a_warning_fires_until_a_collection_no_longer_tells_it(alert: str, warning: str) -> None:
    """Once for each subject, however often it was told."""
    workspace = Workspace()
    collect(workspace, 13 * HOUR, warnings={warning: "one"})
    collect(workspace, 7 * HOUR, warnings={warning: "one"})
    (row,) = fired(workspace, alert)
    assert row["Detail"] == "about one"
    assert row["TimeGenerated"] == (workspace.now - 7 * HOUR - MINUTE).replace(tzinfo=None)
    collect(workspace, HOUR, warnings={})
    assert not fired(workspace, alert)


@pytest.mark.parametrize(("alert", "warning"), WARNINGS)
def test_a_warning_of_a_collection_that_then_fails_fires(alert: str, warning: str) -> None:
    """It was told, and no look came after it, or none at all: nobody knows better."""
    workspace = Workspace()
    told = {"subject": "s", "detail": "d", "figures": "{}"}
    workspace.event(warning, HOUR, **told)
    assert fired(workspace, alert)
    collect(workspace, 7 * HOUR, warnings={})
    assert fired(workspace, alert)


def test_each_subject_is_a_row_of_its_own() -> None:
    """One mail for each pool; the template splits by these columns."""
    workspace = Workspace()
    warnings = {"pool.low": "analyzer", "pool.excess": "professional"}
    collect(workspace, HOUR, warnings=warnings)
    rows = fired(workspace, "pool_low")
    assert {(row["Name"], row["Pool"]) for row in rows} == set(warnings.items())


def test_sites_do_not_end_each_others_warnings() -> None:
    """Two apps may share a workspace."""
    workspace = Workspace()
    collect(workspace, 7 * HOUR, warnings={"pool.low": "analyzer"})
    workspace.event("pool.counted", HOUR, site="Other", pool="analyzer")
    assert fired(workspace, "pool_low")


def test_a_refused_plan_fires_until_a_plan_is_made() -> None:
    """A later refusal fires again."""
    workspace = Workspace()
    workspace.event("plan.created", 20 * HOUR, plan_id="p1")
    workspace.event("plan.refused", 10 * HOUR, reason="partial_read", detail="half of it")
    (row,) = fired(workspace, "plan_refused")
    assert (row["Reason"], row["Detail"]) == ("partial_read", "half of it")
    workspace.event("plan.created", 2 * HOUR, plan_id="p2")
    assert not fired(workspace, "plan_refused")
    workspace.event("plan.refused", HOUR, reason="population_jump", detail="too many")
    assert [row["Reason"] for row in fired(workspace, "plan_refused")] == ["population_jump"]


POISON = "https://st.queue.core.windows.net:443/release-candidates-poison/messages?visibility=0"


@pytest.mark.parametrize(
    ("operation", "status", "uri", "fires"),
    [
        ("PutMessage", "201", POISON, True),
        ("PutMessage", "403", POISON, False),
        ("GetMessages", "200", POISON, False),
        ("PutMessage", "201", POISON.replace("-poison", ""), False),
    ],
)
def test_the_log_of_the_queue_tells_of_poison(
    operation: str, status: str, uri: str, *, fires: bool
) -> None:
    """Only what was really put there counts, whatever the status is called in words."""
    workspace = Workspace()
    workspace.add(
        "StorageQueueLogs",
        HOUR,
        OperationName=operation,
        StatusCode=status,
        StatusText="OAuthSuccess",
        Uri=uri,
    )
    assert bool(fired(workspace, "poison")) is fires


def test_the_apps_own_word_tells_of_poison_too() -> None:
    """With the message and its plan."""
    workspace = Workspace()
    workspace.event("message.poisoned", HOUR, message_id="m1", plan_id="p1", licenses=3)
    (row,) = fired(workspace, "poison")
    assert (row["Source"], row["Detail"]) == ("app", "message m1 of plan p1")


def test_the_breaker_fires_while_messages_are_put_back() -> None:
    """And ends an hour after the last one."""
    workspace = Workspace()
    told = {"plan_id": "p", "license_type": "analyzer", "licenses": 3, "until": "2026-11-22"}
    workspace.event("breaker.open", 61 * MINUTE, **told)
    assert not fired(workspace, "breaker_open")
    workspace.event("breaker.open", 59 * MINUTE, **told)
    assert len(fired(workspace, "breaker_open")) == 1


def test_releases_fire_above_the_expected_number_only() -> None:
    """Licenses are summed over messages; those that stayed are none."""
    workspace = Workspace()

    def settle(outcome: str, licenses: int, ago: timedelta = HOUR) -> None:
        told = {"plan_id": "p", "license_type": "analyzer"}
        workspace.event("release.settled", ago, outcome=outcome, licenses=licenses, **told)

    settle("released", 60)
    settle("released_to_quarantine", 40)
    settle("kept_used_since", 500)
    settle("failed", 500)
    settle("released", 500, 25 * HOUR)
    assert not fired(workspace, "releases_above_expectation")
    settle("released", 1)
    (row,) = fired(workspace, "releases_above_expectation")
    assert (row["Site"], row["Released"]) == ("Lab", 101)


def test_settings_that_can_not_be_used_fire_for_each_function() -> None:
    """With the last words; they end two hours after."""
    workspace = Workspace()
    workspace.event("settings.invalid", HOUR, function="collect_usage", detail="old")
    workspace.event("settings.invalid", MINUTE, function="collect_usage", detail="new")
    workspace.event("settings.invalid", 3 * HOUR, function="plan_releases", detail="long ago")
    (row,) = fired(workspace, "settings_invalid")
    assert (row["Function"], row["Detail"]) == ("collect_usage", "new")


def test_a_function_fires_when_its_last_run_failed() -> None:
    """A run that succeeds afterwards ends it, and calls by HTTP are for their callers."""
    workspace = Workspace()

    def run(name: str, ago: timedelta, *, success: bool, url: str = "") -> None:
        about = {"Name": name, "Success": success, "Url": url, "OperationId": "0af7"}
        workspace.add("AppRequests", ago, **about)

    run("plan_releases", 3 * HOUR, success=True)
    run("plan_releases", 2 * HOUR, success=False)
    run("collect_usage", 3 * HOUR, success=False)
    run("collect_usage", 2 * HOUR, success=True)
    run("status", HOUR, success=False, url="https://app.azurewebsites.net/api/status")
    assert [row["Function"] for row in fired(workspace, "functions_failing")] == ["plan_releases"]


def test_alerts_are_split_by_texts_of_their_answer() -> None:
    """Azure takes up to six columns; what changes from one look to the next would fire anew."""
    answers = parse({name: whole(path) for name, path in TEXTS.items()})
    for name, rule in rules().items():
        columns = at(rule, "dimensions")
        assert isinstance(columns, list)
        assert len(columns) <= 6
        types = {answers[name].columns[str(column)] for column in columns}
        assert types <= {"string"}, name
        assert not {"Detail", "OperationId", "Until"} & {str(column) for column in columns}


def test_every_warning_has_an_alert_or_a_reason_to_have_none() -> None:
    """What is told of in the workbook only, because it is no reason to send a mail."""
    quiet = {
        "collection.missing",  # told by the collection after: the alert asked for it meanwhile
        "lease.machine_growing",  # a trend; the users it hurts are told by leases_refusals
        "cal.pool_low",  # the QMC shows it to whoever assigns the next CAL
    }
    asked = {name for names in WARNED.values() for name in names}
    for path in ALERTS:
        asked |= set(re.findall(r"'([a-z_]+\.[a-z_]+)'", path.read_text()))
    assert {kind.value for kind in WarningKind} - asked == quiet
