"""The workbook's queries, run over a workspace: they find what happened, and add it up."""

import json
import re
from collections import Counter
from datetime import timedelta

import pytest

from shared.domain import spans
from shared.domain.early_warnings import Thresholds
from shared.domain.model import LicenseType
from shared.domain.returned_users import Returned, ReturnedUsers, came_back
from tests.infra.kql import OPEN, WORKBOOK, opened
from tests.infra.test_alerts import sections
from tests.infra.test_kql_alerts import HOUR, MINUTE, collect
from tests.infra.workspace import LONG_AGO, Row, Workspace
from tests.unit.build import NOW

DAY = 24 * HOUR
TEXTS = {path.stem: path for path in WORKBOOK}


def shown(workspace: Workspace, file: str, **let: str) -> list[Row]:
    """The rows of a query, for all sites unless told otherwise."""
    said = {**opened(TEXTS[file]), **let}
    return workspace.ask(TEXTS[file].read_text(), LONG_AGO, **said)


def attention(workspace: Workspace, site: str = "*") -> dict[str, Row]:
    """What needs attention, by what it is."""
    rows = workspace.ask(TEXTS["attention"].read_text(), 7 * DAY, site=f"'{site}'")
    return {row["What"]: row for row in rows}


def plan(workspace: Workspace, plan_id: str, ago: timedelta, **about: object) -> None:
    """A plan with the numbers that are told of it."""
    numbers = {"status": "queued", "released": 0, "kept": 0, "deferred": 0, "messages": 0}
    workspace.event("plan.created", ago, plan_id=plan_id, **{**numbers, **about})


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_nothing_happened_yet_is_no_error(file: str) -> None:
    """On the first day the screen is empty; only what says so has rows."""
    rows = shown(Workspace(), file)
    assert bool(rows) is (file in {"sites", "has_leases", "pulse", "attention"})


def test_only_silence_needs_attention_on_the_first_day() -> None:
    """Until the first collection."""
    workspace = Workspace()
    assert set(attention(workspace)) == {"no collection"}
    collect(workspace, HOUR, warnings={})
    assert attention(workspace) == {}


def test_silence_is_measured_by_the_rhythm_before_it() -> None:
    """Twice the usual period and a bit; under six hours nobody is told."""
    workspace = Workspace()
    for days in (4, 3, 2):
        collect(workspace, days * DAY + 3 * HOUR, warnings={})
    assert "no collection" not in attention(workspace)
    workspace.now += 5 * HOUR
    row = attention(workspace)["no collection"]
    assert (row["Level"], row["Runbook"]) == ("error", "collection_missing")
    assert "56.0 hours ago" in row["Detail"]


def test_a_warning_needs_attention_as_long_as_collections_tell_it() -> None:
    """Of usage and of leases, each by its own collection."""
    workspace = Workspace()
    told = {"pool.low": "analyzer", "lease.machine_growing": "CTX01"}
    collect(workspace, 7 * HOUR, warnings=told)
    found = attention(workspace)
    assert {name: row["Subject"] for name, row in found.items()} == told
    collect(workspace, HOUR, warnings={})
    assert attention(workspace) == {}


def test_what_failed_within_a_day_needs_attention() -> None:
    """Each kind once, errors first, with its words."""
    workspace = Workspace()
    collect(workspace, HOUR, warnings={"certificate.expiring": "client_certificate"})
    workspace.event("message.poisoned", HOUR, message_id="m", plan_id="p", licenses=2)
    workspace.event("points.failed", HOUR, points=3, error="InfluxDB says no")
    workspace.event("settings.invalid", HOUR, function="plan_releases", detail="wrong")
    workspace.event("secret.stale", 25 * HOUR, secret="s", detail="yesterday")
    found = attention(workspace)
    assert [row["Level"] for row in found.values()] == ["error"] * 3 + ["warning"]
    assert found["points.failed"]["Detail"] == "InfluxDB says no"
    assert found["message.poisoned"]["Detail"] == "1 messages failed on every try."
    assert "secret.stale" not in found


def test_a_plan_waits_for_attention_until_it_is_approved() -> None:
    """One that releases nothing needs no approval."""
    workspace = Workspace()
    collect(workspace, HOUR, warnings={})
    plan(workspace, "p1", 2 * HOUR, status="waiting_for_approval", released=0)
    assert attention(workspace) == {}
    plan(workspace, "p2", HOUR, status="waiting_for_approval", released=12)
    assert attention(workspace)["plan.created"]["Subject"] == "p2"
    workspace.event("plan.approved", MINUTE, plan_id="p2", released=12, messages=1)
    assert attention(workspace) == {}


def test_a_refused_plan_and_an_open_breaker_end_by_themselves() -> None:
    """With the next plan, and when Qlik Sense is asked again."""
    workspace = Workspace()
    collect(workspace, HOUR, warnings={})
    workspace.event("plan.refused", HOUR, reason="partial_read", detail="half")
    until = workspace.now + 5 * MINUTE
    told = {"plan_id": "p", "license_type": "analyzer", "licenses": 3}
    workspace.event("breaker.open", MINUTE, until=until.isoformat(), **told)
    assert set(attention(workspace)) == {"plan.refused", "breaker.open"}
    plan(workspace, "p1", MINUTE)
    workspace.now = until + MINUTE
    assert attention(workspace) == {}


def test_the_chosen_site_is_the_one_that_is_shown() -> None:
    """What has no site, like settings that can't be read, is shown with each."""
    workspace = Workspace()
    collect(workspace, HOUR, warnings={})
    workspace.event("usage.collected", HOUR, site="Other")
    workspace.event("points.failed", HOUR, site="Other", points=1, error="e")
    workspace.event("settings.invalid", HOUR, function="f", detail="d")
    assert set(attention(workspace, "Other")) == {"points.failed", "settings.invalid"}
    assert set(attention(workspace, "Lab")) == {"settings.invalid"}
    assert {row["value"] for row in shown(workspace, "sites")} == {"*", "Lab", "Other"}


def test_runbook_sections_that_are_named_exist() -> None:
    """The column leads to docs/runbook.md."""
    text = TEXTS["attention"].read_text().split("extend Runbook")[1]
    named = set(re.findall(r"'([a-z]+(?:_[a-z]+)*)'[,\n]", text))
    assert {"poison", "pool_low"} <= named <= set(sections())


def test_pools_are_shown_as_last_counted_the_emptiest_first() -> None:
    """With the day on which they are empty, if that is known."""
    workspace = Workspace()
    workspace.event("pool.counted", 7 * HOUR, pool="analyzer", percent_available=90.0)
    counts = {"total": 100.0, "available": 9.0, "percent_available": 9.04}
    workspace.event("pool.counted", HOUR, pool="analyzer", days_until_run_out=12.2, **counts)
    workspace.event("pool.counted", HOUR, pool="professional", percent_available=40.0)
    analyzer, professional = shown(workspace, "pools_now")
    assert (analyzer["Pool"], analyzer["PercentAvailable"]) == ("analyzer", 9.0)
    assert (analyzer["Available"], analyzer["Total"], analyzer["DaysLeft"]) == (9.0, 100.0, 12.0)
    assert (professional["DaysLeft"], professional["EmptyOn"]) == (None, None)
    assert analyzer["EmptyOn"] - analyzer["Counted"] == 12 * DAY


@pytest.mark.parametrize(
    ("file", "dimension", "column"),
    [
        ("pools_over_time", "percent_available", "PercentAvailable"),
        ("run_out_over_time", "days_until_run_out", "DaysLeft"),
    ],
)
def test_pools_over_time_have_a_line_each(file: str, dimension: str, column: str) -> None:
    """Named by site as well when all are shown; the lowest of a step, and no guesses."""
    workspace = Workspace()
    for ago, number in ((13 * HOUR, 8.0), (7 * HOUR, None), (HOUR, 9.0), (HOUR, 5.0)):
        workspace.event("pool.counted", ago, pool="analyzer", **{dimension: number})
    rows = shown(workspace, file)
    assert [(row["Pool"], row[column]) for row in rows] == [
        ("Lab: analyzer", 8.0),
        ("Lab: analyzer", 5.0),
    ]
    assert {row["Pool"] for row in shown(workspace, file, site="'Lab'")} == {"analyzer"}


def test_the_last_plan_is_shown_with_its_reasons() -> None:
    """Those of the plan before are gone; what goes comes first."""
    workspace = Workspace()
    plan(workspace, "p1", DAY, released=9)
    plan(workspace, "p2", HOUR, status="waiting_for_approval", released=5, kept=10, deferred=2)
    for plan_id, action, reason, licenses in (
        ("p1", "release", "unused", 9),
        ("p2", "keep", "used_recently", 10),
        ("p2", "defer", "in_grace", 2),
        ("p2", "release", "never_used", 5),
    ):
        told = {"license_type": "analyzer", "action": action, "reason": reason}
        workspace.event("plan.decided", HOUR, plan_id=plan_id, licenses=licenses, **told)
    (row,) = shown(workspace, "last_plan")
    assert [row[name] for name in ("Release", "Keep", "Defer")] == [5, 10, 2]
    assert (row["PlanId"], row["Status"]) == ("p2", "waiting_for_approval")
    rows = shown(workspace, "last_plan_reasons")
    assert [(each["Reason"], each["Licenses"]) for each in rows] == [
        ("never_used", 5),
        ("in_grace", 2),
        ("used_recently", 10),
    ]
    workspace.event("plan.approved", MINUTE, plan_id="p2", released=5, messages=1)
    assert shown(workspace, "last_plan")[0]["Status"] == "approved"


def test_of_several_plans_a_day_the_last_counts() -> None:
    """A plan that was made again did not want twice as much."""
    workspace = Workspace()
    plan(workspace, "p1", 2 * MINUTE, released=100)
    plan(workspace, "p2", MINUTE, released=7, deferred=3)
    (row,) = shown(workspace, "reasons_over_time")
    assert (row["Release"], row["Defer"]) == (7, 3)


def test_releases_add_up_by_day_type_and_outcome() -> None:
    """Over messages and runs."""
    workspace = Workspace()
    settled = [
        (2 * DAY, "analyzer", "released", 3),
        (HOUR, "analyzer", "released", 4),
        (HOUR, "professional", "released", 5),
        (HOUR, "analyzer", "kept_used_since", 6),
    ]
    for ago, license_type, outcome, licenses in settled:
        told = {"plan_id": "p", "license_type": license_type, "outcome": outcome}
        workspace.event("release.settled", ago, licenses=licenses, **told)
    by_day = shown(workspace, "releases_by_day")
    assert sorted(row["Licenses"] for row in by_day) == [3, 6, 9]
    by_type = {
        (row["LicenseType"], row["Outcome"]): row["Licenses"]
        for row in shown(workspace, "releases_by_type")
    }
    assert by_type[("analyzer", "released")] == 7
    assert sum(by_type.values()) == 18


def test_people_who_came_back_are_counted_as_the_warning_counts_them() -> None:
    """The figures of the last warning of each day, under the names that the rule gives them."""
    returned = tuple(Returned(name, f"ACME\\{name}", NOW, NOW) for name in "abc")
    found = ReturnedUsers(LicenseType.ANALYZER, 9, returned)
    warning = came_back(found, Thresholds())
    assert warning
    workspace = Workspace()
    for ago, more in ((2 * MINUTE, {"returned": 1.0}), (MINUTE, {})):
        told = {"subject": warning.subject, "detail": warning.sentence}
        figures = json.dumps({**warning.figures, **more})
        workspace.event("release.came_back", ago, figures=figures, **told)
    (row,) = shown(workspace, "came_back")
    assert [row[name] for name in ("LicenseType", "Returned", "Released")] == ["analyzer", 3, 9]
    assert row["Percent"] == pytest.approx(33.3)


def test_restores_are_counted_by_how_they_went() -> None:
    """Given back, or refused."""
    workspace = Workspace()
    told = {"plan_id": "p", "license_type": "analyzer"}
    workspace.event("release.restored", HOUR, how="restored", **told)
    workspace.event("release.restored", HOUR, how="reinstated", **told)
    workspace.event("release.restore_refused", HOUR, detail="none free", **told)
    rows = {row["What"]: row["Licenses"] for row in shown(workspace, "restores")}
    assert rows == {"given back": 2, "refused": 1}


def test_failures_are_shown_in_their_own_words_the_newest_first() -> None:
    """And counted by day."""
    workspace = Workspace()
    workspace.event("plan.refused", 3 * HOUR, reason="partial_read", detail="half")
    workspace.event("message.refused", HOUR, message_id="m", refusal="expired", detail="too old")
    rows = shown(workspace, "failures_latest")
    assert [(row["Name"], row["Subject"], row["Detail"]) for row in rows] == [
        ("message.refused", "expired", "too old"),
        ("plan.refused", "partial_read", "half"),
    ]
    workspace.event("plan.refused", 4 * HOUR, reason="partial_read", detail="half")
    counted: Counter[str] = Counter()
    for row in shown(workspace, "failures_by_day"):
        counted[row["Name"]] += row["Events"]
    assert counted == {"plan.refused": 2, "message.refused": 1}


def test_the_breaker_the_poison_queue_and_exceptions_are_counted() -> None:
    """By hour, by day, by type."""
    workspace = Workspace()
    told = {"plan_id": "p", "license_type": "analyzer", "until": "2026-11-22T03:00:00Z"}
    for _ in range(2):
        workspace.event("breaker.open", MINUTE, licenses=3, **told)
    uri = "https://st.queue.core.windows.net/release-candidates-poison/messages"
    put = {"OperationName": "PutMessage", "StatusCode": "201", "Uri": uri}
    workspace.add("StorageQueueLogs", MINUTE, **put)
    error = {"ExceptionType": "QrsDeniedError", "OuterMessage": "no", "OperationName": "f"}
    for _ in range(2):
        workspace.add("AppExceptions", MINUTE, ItemCount=1, **error)
    (hour,) = shown(workspace, "breaker")
    assert (hour["Messages"], hour["Licenses"]) == (2, 6)
    assert shown(workspace, "poison_queue")[0]["Messages"] == 1
    (thrown,) = shown(workspace, "exceptions")
    assert (thrown["Times"], thrown["Message"]) == (2, "no")


def test_leases_add_up_over_sites_and_not_over_looks() -> None:
    """Of two looks in one step of the chart the higher counts."""
    workspace = Workspace()
    for site, ago, leased in (("Lab", 2, 5), ("Lab", 1, 7), ("Other", 1, 10)):
        counts = {"leased": leased, "users_at_limit": 1, "users_blocked": 0}
        told = {**counts, "users_next_refused": 2, "appeared": 1, "moved": 0, "vanished": 3}
        workspace.event("leases.collected", ago * MINUTE, site=site, **told)
    (row,) = shown(workspace, "leases_over_time")
    counted = [row[name] for name in ("Leased", "AtLimit", "Blocked", "NextRefused")]
    assert counted == [17, 2, 0, 4]
    (changed,) = shown(workspace, "lease_changes")
    assert [changed[name] for name in ("Appeared", "Moved", "Vanished")] == [3, 0, 9]
    assert shown(workspace, "has_leases") == [{"value": "yes"}]
    assert shown(workspace, "has_leases", site="'Third'") == [{"value": "no"}]


def test_machines_are_those_of_the_last_look() -> None:
    """One that was taken out of the farm is gone; only the farm has lines over time."""
    workspace = Workspace()

    def count(machine: str, ago: timedelta, leases: int, farm: str = "true") -> None:
        told = {"server": "QVS@QV1", "machine": machine, "farm": farm}
        workspace.event("leases.machine_counted", ago, leases=leases, users=leases, **told)

    count("CTX01", 2 * HOUR, 3)
    count("CTX09", 2 * HOUR, 9)
    count("CTX01", HOUR, 4)
    count("CTX02", HOUR, 6)
    count("3f2a", HOUR, 8, "false")
    rows = shown(workspace, "machines_now")
    assert [(row["Machine"], row["Farm"], row["Leases"]) for row in rows] == [
        ("CTX02", "farm", 6),
        ("CTX01", "farm", 4),
        ("3f2a", "other", 8),
    ]
    lines = {row["Machine"] for row in shown(workspace, "machines_over_time")}
    assert lines == {"CTX01", "CTX02", "CTX09"}


def test_runs_and_work_are_timed() -> None:
    """In seconds, with what failed."""
    workspace = Workspace()
    for milliseconds, success in ((1000.0, True), (3000.0, False), (2000.0, True)):
        run = {"Name": "collect_usage", "DurationMs": milliseconds, "Success": success}
        workspace.add("AppRequests", HOUR, ItemCount=1, **run)
        seconds = milliseconds / 1000
        workspace.work(spans.COLLECT_USAGE, HOUR, seconds=seconds, success=success)
    (run_row,) = shown(workspace, "function_runs")
    assert (run_row["Function"], run_row["Runs"], run_row["Failed"]) == ("collect_usage", 3, 1)
    (row,) = shown(workspace, "work")
    assert (row["Work"], row["Times"], row["Failed"]) == ("collect usage", 3, 1)
    assert row["Slowest"] == run_row["Slowest"] == 3.0


def test_only_telemetry_that_is_charged_for_counts() -> None:
    """By day and table."""
    workspace = Workspace()
    for megabytes, billable in ((3.5, True), (1.0, True), (100.0, False)):
        usage = {"IsBillable": billable, "DataType": "AppEvents", "StartTime": workspace.now}
        workspace.add("Usage", MINUTE, Quantity=megabytes, **usage)
    assert [row["Megabytes"] for row in shown(workspace, "volume")] == [4.5]


def test_the_tiles_tell_how_long_ago_and_how_many() -> None:
    """Without QlikView there is no tile about it."""
    workspace = Workspace()
    tiles = {row["Tile"]: row["Value"] for row in shown(workspace, "pulse")}
    assert tiles == {
        "Usage collected": "not seen",
        "Plan": "not seen",
        "Released": "0",
        "Poison": "0",
    }
    collect(workspace, 90 * MINUTE, warnings={})
    workspace.event("plan.refused", HOUR, reason="r", detail="d")
    told = {"plan_id": "p", "license_type": "analyzer", "outcome": "released"}
    workspace.event("release.settled", HOUR, licenses=3, **told)
    workspace.event("release.settled", 25 * HOUR, licenses=3, **told)
    tiles = {row["Tile"]: row["Value"] for row in shown(workspace, "pulse")}
    assert tiles == {
        "Usage collected": "1.5 h ago",
        "Plan": "refused",
        "Released": "3",
        "Poison": "0",
        "Leases collected": "1.5 h ago",
    }


def test_the_step_of_charts_is_the_parameters() -> None:
    """A day on a long range, an hour on a short one."""
    workspace = Workspace()
    for hours in (1, 2):
        workspace.event("pool.counted", hours * HOUR, pool="analyzer", percent_available=9.0)
    assert OPEN["grain"] == "6h"
    assert len(shown(workspace, "pools_over_time", grain="1h")) == 2
    assert len(shown(workspace, "pools_over_time", grain="1d")) <= 2
