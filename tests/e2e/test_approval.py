"""Approval over HTTP: a plan waits, is approved once, and goes exactly as it was made."""

import json

from local.worker.typed_values import HttpRequest
from tests.e2e.conftest import StartSteward, Steward


async def approve(app: Steward, plan_id: str) -> tuple[int, dict[str, object]]:
    """POST plans/{id}/approve."""
    url = f"http://localhost/api/plans/{plan_id}/approve"
    answer = await app.host.call_http(
        "approve_plan", HttpRequest("POST", url, route={"id": plan_id})
    )
    return answer.status, json.loads(answer.body)


async def test_a_plan_waits_for_its_approval_and_goes_once(steward: StartSteward) -> None:
    """Queued by the approval, released by the queue; a second approval is refused."""
    app = await steward({"LICENSE_RELEASE__APPROVAL": "required"})
    await app.run("plan_releases")
    plan_id = next(str(x.extra["plan_id"]) for x in app.logs if "plan_id" in x.extra)
    assert app.queued() == []

    assert (await approve(app, plan_id))[0] == 200
    assert {message["plan_id"] for message in app.queued()} == {plan_id}
    await app.drain()
    assert app.deleted()
    status, answer = await approve(app, plan_id)
    assert status == 409
    assert "not waiting" in str(answer["error"])
    assert (await approve(app, "no-such-plan"))[0] == 404


async def test_a_message_of_a_plan_that_nobody_approved_is_refused(steward: StartSteward) -> None:
    """Somebody put it into the queue by hand, or before approval was required."""
    planner = await steward()
    await planner.run("plan_releases")
    message = planner.queued()[0]
    name = message["site"]
    app = await steward(
        {
            "SITE_NAME": name,
            "LICENSE_RELEASE__CONFIRM_SITE": name,
            "LICENSE_RELEASE__APPROVAL": "required",
        },
        site=planner.site,
    )
    app.put(json.dumps(message))
    await app.drain()
    assert app.deleted() == set()
    assert app.events() == ["release.switched_off"]
