"""Commands that read a real site over TLS and keep their records in Azurite."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueClient, TextBase64DecodePolicy

from local.azurite import Azurite
from local.demo_site import faults
from local.demo_site.records import LicenseType
from shared.domain.plan import PlanStatus
from tests.demo_site_fixture import StartDemoSite
from tests.integration.commands.site_commands import SiteCommands, commands_of, fresh_world
from tests.unit.commands.command import shapes_of


@pytest.fixture
def at_site(
    demo_site: StartDemoSite,
    azurite: Azurite,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[SiteCommands]:
    """Runs commands against a demo site of 60 users."""
    made = commands_of(demo_site(fresh_world()), azurite, tmp_path, capsys)
    yield made
    for ledger in made.opened:
        ledger.close()


def rows_of(at_site: SiteCommands) -> int:
    """How many rows the storage account has of this site."""
    wanted = at_site.values["SITE_NAME"].replace(" ", "")
    with TableServiceClient.from_connection_string(at_site.storage) as service:
        names = [table.name for table in service.list_tables()]
        rows = [row for n in names for row in service.get_table_client(n).list_entities()]
    return sum(wanted in str(row["PartitionKey"]).replace("%20", "") for row in rows)


def queued(storage: str) -> list[str]:
    """The plans of the messages in the queue."""
    queue = QueueClient.from_connection_string(
        storage, "release-candidates", message_decode_policy=TextBase64DecodePolicy()
    )
    with queue, suppress(ResourceNotFoundError):
        found = [json.loads(message.content) for message in queue.peek_messages(32)]
        return [str(message["plan_id"]) for message in found]
    return []


def test_usage_shows_the_pools_and_writes_nothing(at_site: SiteCommands) -> None:
    """Neither into the records nor at the site."""
    told = at_site("usage", "--json").json()
    assert set(told) == shapes_of("usage")
    counts = {pool["pool"]: pool for pool in told["pools"]}
    rows = at_site.site.world.counts()
    for kind, pool in rows.items():
        assert counts[kind.value]["total"] == pool.total
    assert told["recorded"] is False
    shown = at_site("usage").out
    assert "professional" in shown
    assert "Site license: until" in shown
    assert rows_of(at_site) == 0


def test_recorded_usage_is_history_and_forecast(at_site: SiteCommands, tmp_path: Path) -> None:
    """As collect_usage keeps it."""
    points = tmp_path / "points.lp"
    at_site.set({"STEWARD_POINTS_FILE": str(points)})
    assert at_site("forecast").code == 1
    assert at_site("usage", "--record", "--json").json()["recorded"] is True
    assert "qlik_sense_license," in points.read_text()
    told = at_site("history", "--json").json()
    assert [run["function"] for run in told["runs"]] == ["collect_usage"]
    assert len(told["usage"]) == 1
    forecast = at_site("forecast", "--json").json()
    assert "not enough history" in forecast["pools"][0]["forecast"]["in_words"]
    assert "not enough history" in at_site("forecast").out
    at_site.set({"LICENSE_MONITOR__ENABLED": "false"})
    refused = at_site("usage", "--record")
    assert (refused.code, refused.out) == (1, "")
    assert "LICENSE_MONITOR__ENABLED" in refused.err


def test_a_plan_is_shown_and_leaves_nothing_behind(at_site: SiteCommands) -> None:
    """What it says agrees with what a recorded plan says."""
    told = at_site("plan", "--json").json()
    assert set(told) == shapes_of("plan")
    assert {name for row in told["decisions"] for name in row} == shapes_of("decision")
    assert told["plan_id"] is None
    assert told["held_back_by"] == "LICENSE_RELEASE__ENABLED"
    assert rows_of(at_site) == 0
    recorded = at_site("plan", "--record", "--json").json()
    assert recorded["counts"] == told["counts"]
    (plan,) = at_site("history", "plans", "--json").json()["plans"]
    assert set(plan) == shapes_of("history")
    assert (plan["plan_id"], plan["status"]) == (recorded["plan_id"], "dry_run")
    assert not at_site.site.world.deleted


def test_filters_pick_decisions(at_site: SiteCommands) -> None:
    """By type, action, reason and user; the counts stay those of the whole plan."""
    every = at_site("plan", "--json").json()
    kept = at_site("plan", "--json", "--action", "keep", "--type", "analyzer").json()
    assert kept["counts"] == every["counts"]
    assert kept["decisions"] == [
        row
        for row in every["decisions"]
        if (row["action"], row["license_type"]) == ("keep", "analyzer")
    ]
    name = every["decisions"][0]["user"]
    mine = at_site("plan", "--json", "--user", name.upper()).json()["decisions"]
    assert {row["user"] for row in mine} == {name}
    shown = at_site("plan", "--reason", "used_recently", "--limit", "2").out
    assert shown.count("keep: used recently") == 3  # two licenses, and the count of all
    assert "--limit 0 lists all" in shown
    assert "No license is like that" in at_site("plan", "--user", "no such user").out


def test_an_explanation_agrees_with_the_plan(at_site: SiteCommands) -> None:
    """For every user that a plan decides on."""
    rows = at_site("plan", "--json").json()["decisions"]
    for action in ("keep", "release"):
        row = next(each for each in rows if each["action"] == action)
        told = at_site("explain", row["user"], "--json").json()
        assert set(told) == shapes_of("explain")
        mine = next(x for x in told["licenses"] if x["plan"]["license_id"] == row["license_id"])
        assert mine["plan"]["reason"] == row["reason"]
        keeping = [rule["rule"] for rule in mine["rules"] if rule["keeps"]]
        assert keeping[:1] == ([row["reason"]] if action == "keep" else [])
        shown = at_site("explain", row["user"]).out
        assert ("It stays" if action == "keep" else "It would go") in shown
    nobody = at_site("explain", "NO\\body")
    assert (nobody.code, nobody.out) == (1, "")
    assert "holds neither" in nobody.err


def answered(at_site: SiteCommands, plan_id: str, answer: str) -> tuple[int, str, str]:
    """Run `release --json` and answer its question."""
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "local", "release", plan_id, "--json"),
            *("--settings", str(at_site.file)),
        ],
        input=answer,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def status_of(at_site: SiteCommands, plan_id: str) -> PlanStatus:
    """Where the plan stands."""
    plan = asyncio.run(at_site.ledger().plan(plan_id))
    assert plan is not None
    return plan.status


def test_a_recorded_plan_is_released_when_no_switch_holds_it(at_site: SiteCommands) -> None:
    """Refused by each switch with its name, asked about, and then queued exactly once."""
    at_site.set({"LICENSE_RELEASE__ENABLED": "true"})
    plan_id = at_site("plan", "--record", "--json").json()["plan_id"]
    refused = at_site("release", plan_id, "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert "LICENSE_RELEASE__DRY_RUN holds releases back" in refused.err
    at_site.open_switches()
    for answer in ("", "n\n", "\n", "yesterday\n"):
        code, out, err = answered(at_site, plan_id, answer)
        assert (code, out) == (1, "")
        assert "licenses at site" in err
        assert "Nothing was done" in err
    assert status_of(at_site, plan_id) is PlanStatus.DRY_RUN
    assert queued(at_site.storage).count(plan_id) == 0
    code, out, _ = answered(at_site, plan_id, "y\n")
    done = json.loads(out)
    assert (code, done["plan_id"], done["status"]) == (0, plan_id, "queued")
    assert queued(at_site.storage).count(plan_id) == done["messages"] > 0
    assert status_of(at_site, plan_id) is PlanStatus.QUEUED
    again = at_site("release", plan_id, "--yes")
    assert (again.code, again.out) == (1, "")
    assert "it is queued" in again.err
    unknown = at_site("release", "no-such-plan")
    assert "there is no plan 'no-such-plan'" in unknown.err


def test_a_site_that_cannot_be_read_is_one_clear_error(at_site: SiteCommands) -> None:
    """For every command that reads it; nothing is recorded."""
    at_site.site.faults.inject(faults.login_redirect())
    for command in (("usage",), ("plan",), ("explain", "a"), ("usage", "--json")):
        done = at_site(*command)
        assert (done.code, done.out) == (1, ""), command
        assert "QLIK_SENSE__HOST" in done.err
    assert rows_of(at_site) == 0


def test_a_plan_that_the_app_would_not_make_says_so(at_site: SiteCommands) -> None:
    """With what it would decide on stdout, and exit code 1."""
    at_site("plan", "--record")
    at_site.set({"LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT": "0"})
    world = at_site.site.world
    rows = world.held(LicenseType.ANALYZER)
    held = min(rows, key=lambda row: row.license.last_used or row.license.created)
    world.release(LicenseType.ANALYZER, held.license.id, "INTERNAL\\sa_api")
    done = at_site("plan", "--json")
    assert done.code == 1
    assert "population" in done.json()["refused_because"][0].lower()
    assert "the app would make no plan now" in done.err


def test_the_report_is_written_privately_and_over_nothing(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """Unless asked for."""
    out = tmp_path / "report.html"
    told = at_site("report", "--out", str(out), "--json").json()
    assert told == {"report": str(out), "bytes": out.stat().st_size}
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text().startswith("<!doctype html>")
    again = at_site("report", "--out", str(out))
    assert (again.code, again.out) == (1, "")
    assert "is there already" in again.err
    assert at_site("report", "--out", str(out), "--force").code == 0
    nowhere = at_site("report", "--out", str(tmp_path / "no" / "x.html"))
    assert "make it first" in nowhere.err


def test_nothing_recorded_is_no_error(at_site: SiteCommands) -> None:
    """The lists are empty."""
    empty: dict[str, list[str]] = {"plans": [], "runs": [], "releases": [], "usage": []}
    assert at_site("history", "--json").json() == empty
    assert at_site("releases", "--json").json() == []
    assert at_site("history").code == 0


def test_without_storage_reading_works_and_records_do_not(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """Until something is recorded: then they are beside the settings."""
    (tmp_path / "azurite").mkdir()
    (tmp_path / "azurite").rmdir()
    at_site.set({"AzureWebJobsStorage": None})
    assert at_site("usage").code == 0
    assert at_site("plan").code == 0
    assert not (tmp_path / "azurite").exists()
