"""The queries of the workbook and the alerts, over what a real run of the app really sends."""

from datetime import timedelta
from pathlib import Path

from local.demo_leases import qlikview_settings
from local.demo_site import faults
from shared.domain.pseudonym import pseudonym
from tests.e2e.conftest import StartSteward
from tests.e2e.expectations import planned
from tests.e2e.test_leases import FARM, farm
from tests.infra.kql import ALERTS, WORKBOOK, opened
from tests.infra.workspace import Row, Workspace
from tests.ingestion_endpoint import IngestionEndpoint
from tests.qms_fixture import StartDemoQms

QUERIES = {path.stem: path for path in (*WORKBOOK, *ALERTS)}
DAY = timedelta(days=1)


def asked(endpoint: IngestionEndpoint, name: str, **let: str) -> list[Row]:
    """The answer of a query over everything that arrived."""
    workspace = Workspace()
    for item in endpoint.items():
        workspace.receive(item)
    said = {**opened(QUERIES[name]), **let}
    return workspace.ask(QUERIES[name].read_text(), DAY, **said)


async def test_the_workbook_shows_what_the_app_did(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """Pools, the plan with its reasons, releases: the numbers are those of the site."""
    app = await steward(endpoint.settings())
    overview = _overview(app.rows("license/accesstypeoverview"))
    await app.run("collect_usage")
    messages = await planned(app)
    await app.drain()
    endpoint.wait_for(lambda: len(endpoint.events("release.finished")) == len(messages))
    endpoint.wait_for(lambda: endpoint.events("pool.counted") and endpoint.events("plan.decided"))
    endpoint.wait_for(lambda: len(endpoint.spans("release message")) == len(messages))

    pools = {row["Pool"]: row for row in asked(endpoint, "pools_now")}
    for pool in ("analyzer", "professional"):
        counts = overview[f"{pool}Access"]
        assert pools[pool]["Available"] == counts["available"]
        assert pools[pool]["Total"] == counts["total"]
    (plan,) = asked(endpoint, "last_plan")
    assert (plan["Status"], plan["PlanId"]) == ("queued", messages[0]["plan_id"])
    reasons = asked(endpoint, "last_plan_reasons")
    for action, column in (("release", "Release"), ("keep", "Keep"), ("defer", "Defer")):
        assert sum(r["Licenses"] for r in reasons if r["Action"] == action) == plan[column]
    released = {row["Outcome"]: row["Licenses"] for row in asked(endpoint, "releases_by_day")}
    assert released == {"released": len(app.deleted())}
    assert plan["Release"] == len(app.deleted()) > 0
    work = {row["Work"]: row for row in asked(endpoint, "work")}
    assert work["release message"]["Times"] == len(messages)
    assert all(row["Failed"] == 0 for row in work.values())

    assert len(asked(endpoint, "releases_above_expectation", expected="0")) == 1
    for quiet in ("collection_missing", "plan_refused", "poison", "breaker_open"):
        assert asked(endpoint, quiet) == []


async def test_a_refused_plan_and_poison_fire_and_are_shown(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """With the words that the app found for them."""
    app = await steward(endpoint.settings())
    messages = await planned(app)
    refused = messages[0]["licenses"][0]["license_id"]
    path = f"/qrs/license/*accesstype/{refused}"
    app.site.faults.inject(faults.status(403), method="DELETE", path=path)
    assert (await app.drain()).poisoned == 1
    endpoint.wait_for(lambda: endpoint.events("message.poisoned"))
    app.site.faults.inject(faults.LoseRows(5), path="/qrs/license/analyzeraccesstype/full")
    assert not (await app.run("plan_releases")).succeeded
    (told,) = endpoint.wait_for(lambda: endpoint.events("plan.refused"))
    endpoint.wait_for(lambda: endpoint.items("ExceptionData"))

    (row,) = asked(endpoint, "plan_refused")
    assert (row["Reason"], row["Detail"]) == (
        told.properties["reason"],
        told.properties["detail"],
    )
    assert {row["Source"] for row in asked(endpoint, "poison")} == {"app"}
    found = {row["What"]: row for row in asked(endpoint, "attention", site="'*'")}
    assert {"plan.refused", "message.poisoned", "release.unfinished"} <= set(found)
    words = {row["Name"]: row["Detail"] for row in asked(endpoint, "failures_latest")}
    assert words["plan.refused"] == told.properties["detail"]
    assert asked(endpoint, "exceptions")


async def test_the_farm_is_shown_by_name_and_a_notebook_is_not(
    steward: StartSteward,
    demo_qms: StartDemoQms,
    endpoint: IngestionEndpoint,
    tmp_path: Path,
) -> None:
    """Machines of the farm also when nothing is on them; the others under pseudonyms."""
    settings = qlikview_settings(demo_qms(farm()), tmp_path / "password")
    app = await steward(settings | endpoint.settings() | {"LEASES__FARM": FARM})
    assert (await app.run("collect_leases")).succeeded
    endpoint.wait_for(lambda: endpoint.events("leases.collected"))
    rows = asked(endpoint, "machines_now")
    assert [(row["Machine"], row["Leases"]) for row in rows if row["Farm"] == "farm"] == [
        ("CTX01", 1),
        ("CTX02", 1),
        ("CTX03", 0),
    ]
    (notebook,) = [row for row in rows if row["Farm"] == "other"]
    assert notebook["Machine"] == pseudonym("NB-0815", notebook["Site"])
    assert "NB-0815" not in endpoint.text
    (users,) = asked(endpoint, "leases_over_time")
    assert (users["Leased"], users["AtLimit"]) == (2, 1)
    assert asked(endpoint, "has_leases") == [{"value": "yes"}]
    assert len(asked(endpoint, "leases_refusals")) == 1
    assert asked(endpoint, "lease_collection_missing") == []


def _overview(body: object) -> dict[str, dict[str, int]]:
    assert isinstance(body, dict)
    return body
