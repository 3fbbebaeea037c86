"""The app with telemetry on, by the real worker, against an ingestion endpoint of our own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.demo_site import faults
from local.demo_site.site import DemoSite
from local.worker.typed_values import HttpRequest
from tests.e2e.conftest import StartSteward
from tests.e2e.expectations import planned
from tests.ingestion_endpoint import IngestionEndpoint, Item
from tests.integration.webhook.receiver import Answer as Heard
from tests.integration.webhook.receiver import receiver


def links(span: Item) -> list[dict[str, str]]:
    """What a span points to."""
    found: list[dict[str, str]] = json.loads(span.properties.get("_MS.links", "[]"))
    return found


async def test_a_collection_arrives_under_the_hosts_trace(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """Events are custom events with dimensions, in the span of the run, in the host's trace."""
    app = await steward(endpoint.settings())
    run = await app.run("collect_usage")
    assert run.succeeded
    (event,) = endpoint.wait_for(lambda: endpoint.events("usage.collected"))
    (span,) = endpoint.wait_for(lambda: endpoint.spans("collect usage"))

    _, trace_id, host_span, _ = run.trace_parent.split("-")
    assert (span.operation, span.tags["ai.operation.parentId"]) == (trace_id, host_span)
    assert (event.operation, event.tags["ai.operation.parentId"]) == (trace_id, span.data["id"])
    assert event.properties["site"] == span.properties["site"]
    assert int(event.properties["analyzer_available"]) >= 0


async def test_pools_plans_and_releases_arrive_as_metrics(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """The numbers are those of the site: pools as gauges, releases by outcome as counters."""
    app = await steward(endpoint.settings())
    overview = app.rows("license/accesstypeoverview")
    await app.run("collect_usage")
    messages = await planned(app)
    drained = await app.drain()
    assert drained.failed == 0, app.warnings()

    def released() -> dict[str, float]:
        found: dict[str, float] = {}
        for value, series in endpoint.metrics("steward.releases"):
            assert series["outcome"] == "released"
            found[series["license_type"]] = found.get(series["license_type"], 0) + value
        return found if sum(found.values()) >= len(app.deleted()) else {}

    assert endpoint.wait_for(released) == {
        message["license_type"]: len(message["licenses"]) for message in messages
    }
    allocated = {s["pool"]: v for v, s in endpoint.metrics("steward.pool.allocated")}
    assert allocated["analyzer"] == _overview(overview)["analyzerAccess"]["allocated"]
    assert endpoint.metrics("steward.pool.days_until_run_out") == []  # nobody knows it yet
    planned_numbers = {s["action"]: v for v, s in endpoint.metrics("steward.plan.licenses")}
    assert planned_numbers["release"] == len(app.deleted())


async def test_each_message_links_to_its_plan_and_holds_its_licenses(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """From the plan's span one can follow to each license, over the queue."""
    app = await steward(endpoint.settings())
    messages = await planned(app)
    await app.drain()
    ids = {item["license_id"] for message in messages for item in message["licenses"]}
    licenses = endpoint.wait_for(
        lambda: (
            found
            if len(found := endpoint.spans("release license")) == len(ids)
            and len(endpoint.spans("release message")) == len(messages)
            else []
        )
    )
    (plan,) = endpoint.spans("plan releases")
    working = {span.data["id"]: span for span in endpoint.spans("release message")}
    assert len(working) == len(messages) > 0
    for span in working.values():
        assert links(span) == [{"operation_Id": plan.operation, "id": plan.data["id"]}]
        assert span.operation != plan.operation
    assert {span.properties["license_id"] for span in licenses} == ids
    assert {span.properties["outcome"] for span in licenses} == {"released"}
    assert all(span.tags["ai.operation.parentId"] in working for span in licenses)

    told = [*licenses, *working.values(), plan, *endpoint.items("EventData")]
    assert {item.properties["plan_id"] for item in told} == {messages[0]["plan_id"]}


async def test_a_failure_arrives_as_an_exception_and_a_failed_span(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """The alert on exceptions sees it; the events inside it name the plan."""
    app = await steward(endpoint.settings())
    app.site.faults.inject(faults.status(403), path="/qrs/license/accesstypeoverview")
    assert not (await app.run("collect_usage")).succeeded
    (failure,) = endpoint.wait_for(lambda: endpoint.items("ExceptionData"))
    (span,) = endpoint.wait_for(lambda: endpoint.spans("collect usage"))
    assert failure.operation == span.operation
    assert span.data["success"] is False
    assert failure.data["exceptions"][0]["typeName"] == "QrsDeniedError"


async def test_telemetry_does_not_feed_itself(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """What is sent never causes more to be sent: no line of the exporter, no request of ours."""
    app = await steward(endpoint.settings())
    await app.run("collect_usage")
    endpoint.wait_for(lambda: endpoint.events("usage.collected"))
    # Later rounds of metrics: by then the requests of the first would have been told of.
    before = len(endpoint.wait_for(lambda: endpoint.metrics("steward.pool.total")))
    endpoint.wait_for(lambda: len(endpoint.metrics("steward.pool.total")) >= 3 * before)
    endpoint.wait_for(lambda: endpoint.spans("collect usage"))
    assert endpoint.items("MessageData") == []
    assert {span.data["name"] for span in endpoint.items("RemoteDependencyData")} == {
        "collect usage"
    }


@pytest.mark.parametrize("instrumented", [False, True])
async def test_no_secret_is_in_anything_that_arrives(
    steward: StartSteward, endpoint: IngestionEndpoint, tmp_path: Path, *, instrumented: bool
) -> None:
    """Neither keys nor certificates, the site's license, the webhook's address or the token.

    Not even with the instrumentation of HTTP left on, which tells the address of each request.
    """
    address = tmp_path / "webhook.url"
    with receiver(Heard(202), path="/workflows/0f3e-s3cr3t/run?sig=s1gn4ture") as hears:
        address.write_text(hears.url)
        settings = {**endpoint.settings(), "WEBHOOK__URL_FILE": str(address)}
        if instrumented:
            settings["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"] = ""
        app = await steward(settings)
        assert (await app.run("collect_usage")).succeeded
        messages = await planned(app)
        await app.drain()
        endpoint.wait_for(lambda: len(endpoint.spans("release message")) == len(messages))
        endpoint.wait_for(lambda: len(endpoint.events("release.finished")) == len(messages))
    assert hears.bodies
    http = [x for x in endpoint.items("RemoteDependencyData") if "HTTP" in x.data["type"].upper()]
    assert bool(http) is instrumented
    everything = endpoint.text
    secrets = [*_key_lines(app.site), *_texts(app.site.world.site_license)]
    for secret in ("0f3e-s3cr3t", "s1gn4ture", *secrets):
        assert secret not in everything


async def test_an_approval_and_a_restore_point_to_the_plan(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """What people do later belongs to the same story."""
    app = await steward({**endpoint.settings(), "LICENSE_RELEASE__APPROVAL": "required"})
    await planned(app)
    (made,) = endpoint.wait_for(lambda: endpoint.spans("plan releases"))
    plan_id = made.properties["plan_id"]
    url = f"http://localhost/api/plans/{plan_id}/approve"
    await app.host.call_http("approve_plan", HttpRequest("POST", url, route={"id": plan_id}))
    await app.drain()
    (gone, *_) = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    url = f"http://localhost/api/releases/{gone.release_id}/restore"
    route = {"id": gone.release_id}
    await app.host.call_http("restore_release", HttpRequest("POST", url, route=route))
    pointer = [{"operation_Id": made.operation, "id": made.data["id"]}]
    (restored,) = endpoint.wait_for(lambda: endpoint.spans("restore release"))
    (approved,) = endpoint.wait_for(lambda: endpoint.spans("approve plan"))
    assert links(restored) == links(approved) == pointer


def _key_lines(site: DemoSite) -> list[str]:
    """Each whole line of the client's certificate and key."""
    files = (site.certificates.client, site.certificates.client_key)
    lines = [line for file in files for line in Path(file).read_text().splitlines()]
    return [line for line in lines if len(line) > 60]


def _texts(license_: object) -> list[str]:
    """Serial, key and the rest: every long text of the site license."""
    assert isinstance(license_, dict)
    long = [str(text) for text in license_.values() if len(str(text)) > 12]
    assert license_["key"] in long
    return long


def _overview(body: object) -> dict[str, dict[str, int]]:
    assert isinstance(body, dict)
    return body
