"""The operator's desk over HTTP."""

import json

from tests.e2e.conftest import QUEUES, StartSteward


async def test_status_tells_the_last_runs_and_the_switches(steward: StartSteward) -> None:
    """Probes and scripts see what ran, how it went, and what holds releases back."""
    app = await steward({"LICENSE_RELEASE__DRY_RUN": "true"})
    await app.run("collect_usage")
    await app.run("plan_releases")
    answer = await app.get("status")
    status = json.loads(answer.body)
    assert answer.status == 200
    assert {run["function"]: run["succeeded"] for run in status["runs"]} == {
        "collect_usage": True,
        "plan_releases": True,
    }
    assert status["switches"]["dry_run"] is True
    assert status["plan"]["status"] == "dry_run"
    assert status["pending"]["messages"] == dict.fromkeys(QUEUES, 0)
    assert status["breaker"]["open"] is False


async def test_a_plan_can_be_read_with_its_reasons(steward: StartSteward) -> None:
    """Counts by reason, and each license that goes with its evidence."""
    app = await steward({"LICENSE_RELEASE__DRY_RUN": "true"})
    await app.run("plan_releases")
    plan_id = next(str(x.extra["plan_id"]) for x in app.logs if "plan_id" in x.extra)
    plan = json.loads((await app.get("get_plan", id=plan_id)).body)
    assert plan["status"] == "dry_run"
    assert plan["decisions"]
    assert all(row["evidence"] for row in plan["decisions"])
    assert (await app.get("get_plan", id="no such plan")).status == 404
