"""The main job, end to end: usage in, candidates queued, licenses released."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, fresh_world
from tests.e2e.expectations import SEED, named_by_the_policy
from tests.influxdb_fixture import InfluxDb
from tests.naive_reading import as_settings

STRICTER: dict[str, Any] = {
    "neverRelease": {
        **SEED["neverRelease"],
        "user": [],
        "userDirectory": ["lab"],
        "inactive": "yes",
        "removedExternally": "YES",
    },
    "licenseType": {
        "analyzer": {"enable": False, "releaseThresholdDays": 30},
        "professional": {"enable": True, "releaseThresholdDays": 8},
    },
}


@pytest.mark.parametrize(("seed", "config"), [(1, SEED), (2, SEED), (3, STRICTER)])
async def test_exactly_the_licenses_that_the_policy_names_are_deleted(
    steward: StartSteward, demo_site: StartDemoSite, seed: int, config: dict[str, Any]
) -> None:
    """Collect, plan, queue, release, confirm: the site lost these licenses and no other."""
    app = await steward(as_settings(config), site=demo_site(fresh_world(300, seed)))
    expected = named_by_the_policy(app, config)
    assert expected

    for timer in ("collect_usage", "plan_releases"):
        assert (await app.run(timer)).succeeded
    drained = await app.drain()

    assert (drained.failed, drained.poisoned) == (0, 0)
    assert app.deleted() == expected
    recorded = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    assert {record.license_id for record in recorded} == expected
    assert all(record.outcome.is_release and record.before for record in recorded)


async def test_planning_and_releasing_cost_a_handful_of_requests(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """No request per license but its DELETE."""
    app = await steward(site=demo_site(fresh_world(1000)))
    await app.run("plan_releases")
    assert len(app.site.log.entries()) == 4
    app.site.log.clear()
    await app.drain()
    deletes = len(app.deleted())
    others = len(app.site.log.entries()) - deletes
    assert deletes > 100
    assert others < 0.15 * deletes


async def test_usage_and_releases_arrive_in_influxdb_under_butlers_names(
    steward: StartSteward, influxdb: InfluxDb, tmp_path: Path
) -> None:
    """Its measurements, tags and float fields, with the site and the static tags added."""
    token = tmp_path / "token"
    token.write_text(influxdb.token)
    settings = {
        "INFLUXDB__URL": influxdb.url,
        "INFLUXDB__ORG": influxdb.org,
        "INFLUXDB__BUCKET": influxdb.bucket,
        "INFLUXDB__TOKEN_FILE": str(token),
    }
    app = await steward(settings)
    for timer in ("collect_usage", "plan_releases"):
        assert (await app.run(timer)).succeeded
    await app.drain()

    pools = influxdb.query("SELECT * FROM qlik_sense_license")
    assert {"professional", "analyzer"} <= {row["license_type"] for row in pools}
    assert all(row["foo"] == "bar" for row in pools)
    server = influxdb.query("SELECT * FROM qlik_sense_server_license")[0]
    assert (server["days_until_expiry"], server["license_expired"]) == (165, False)
    released = influxdb.query("SELECT * FROM qlik_sense_license_release")
    assert len(released) == len(app.deleted())
    assert all(float(str(row["days_since_last_use"])) >= 30 for row in released)


async def test_the_same_message_twice_releases_once(steward: StartSteward) -> None:
    """At-least-once delivery: the second delivery finds everything done."""
    app = await steward()
    await app.run("plan_releases")
    messages = app.queued()
    await app.drain()
    deleted = len(app.site.world.deleted)
    for message in messages:
        app.put(json.dumps(message))
    drained = await app.drain()
    assert (drained.ok, drained.failed) == (len(messages), 0)
    assert len(app.site.world.deleted) == deleted > 0


@pytest.mark.parametrize(
    "settings",
    [
        {"LICENSE_RELEASE__ENABLED": None},
        {"LICENSE_RELEASE__DRY_RUN": None},
        {"LICENSE_RELEASE__CONFIRM_SITE": None},
        {"LICENSE_RELEASE__CONFIRM_SITE": "another site"},
        {"LICENSE_RELEASE__STOP": "true"},
        {"LICENSE_RELEASE__MAX_PER_RUN": "0"},
        {"LICENSE_RELEASE__MAX_PERCENT_PER_RUN": "0"},
        {"LICENSE_RELEASE__APPROVAL": "required"},
    ],
    ids=str,
)
async def test_each_switch_alone_queues_nothing(
    steward: StartSteward, settings: dict[str, str | None]
) -> None:
    """Defaults are safe: without any one of the switches no message is queued."""
    app = await steward(settings)
    assert (await app.run("plan_releases")).succeeded
    assert app.queued() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"LICENSE_RELEASE__ENABLED": "false"},
        {"LICENSE_RELEASE__DRY_RUN": "true"},
        {"LICENSE_RELEASE__CONFIRM_SITE": None},
        {"LICENSE_RELEASE__STOP": "true"},
    ],
    ids=str,
)
async def test_each_switch_holds_for_messages_queued_before(
    steward: StartSteward, settings: dict[str, str | None]
) -> None:
    """The message is recorded with the switch's name and nothing is deleted."""
    planner = await steward()
    await planner.run("plan_releases")
    messages = planner.queued()
    name = messages[0]["site"]
    app = await steward(
        {"SITE_NAME": name, "LICENSE_RELEASE__CONFIRM_SITE": name, **settings}, site=planner.site
    )
    for message in messages:
        app.put(json.dumps(message))
    drained = await app.drain()
    assert (drained.ok, drained.failed, drained.poisoned) == (len(messages), 0, 0)
    assert app.deleted() == set()
    assert app.events() == ["release.switched_off"] * len(messages)


async def test_the_caps_hold_and_the_longest_unused_go_first(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Three per run are three, the longest unused of both types."""
    settings = {"LICENSE_RELEASE__MAX_PER_RUN": "3"}
    app = await steward(settings, site=demo_site(fresh_world(300)))
    candidates = named_by_the_policy(app, SEED)
    rows = [
        *app.rows("license/analyzeraccesstype/full"),
        *app.rows("license/professionalaccesstype/full"),
    ]
    unused_since = {
        row["id"]: row["createdDate"] if row["lastUsed"].startswith("1753") else row["lastUsed"]
        for row in rows
    }
    await app.run("plan_releases")
    await app.drain()
    oldest = sorted(candidates, key=lambda x: unused_since[x])[:3]
    assert app.deleted() == set(oldest)
