"""Getting a license back: over HTTP and from the command line, at a real site."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.demo_settings import site_settings
from local.demo_site import faults
from local.demo_site.behaviour import Behaviour
from local.demo_site.records import HeldLicense, LicenseType
from local.worker.typed_values import HttpRequest
from shared.domain.release import Outcome, ReleaseRecord
from tests.demo_site_fixture import a_user
from tests.e2e.command_line import CommandLine
from tests.e2e.conftest import StartSteward, Steward

SOON = {
    "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS": "1",
    "LICENSE_RELEASE__PROFESSIONAL__THRESHOLD_DAYS": "1",
}


async def release_some(app: Steward, outcome: Outcome = Outcome.RELEASED) -> ReleaseRecord:
    """Plan and release; returns a release that ended so."""
    assert (await app.run("plan_releases")).succeeded
    await app.drain()
    recorded = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    return next(record for record in recorded if record.outcome is outcome)


async def restore(app: Steward, release_id: str, by: str = "") -> tuple[int, dict[str, Any]]:
    """POST releases/{id}/restore."""
    url = f"http://localhost/api/releases/{release_id}/restore"
    request = HttpRequest("POST", url, query={"by": by} if by else {}, route={"id": release_id})
    answer = await app.host.call_http("restore_release", request)
    return answer.status, json.loads(answer.body)


def held(app: Steward, release: ReleaseRecord) -> list[dict[str, Any]]:
    """The licenses of that type which the user holds at the site."""
    rows = app.rows(f"license/{release.license_type}accesstype/full")
    return [row for row in rows if row["user"] and row["user"]["id"] == release.user_id]


async def test_a_released_license_is_given_back_once(steward: StartSteward) -> None:
    """The user holds one again; asking twice changes nothing, and the audit has it all."""
    app = await steward()
    release = await release_some(app)
    assert held(app, release) == []

    status, told = await restore(app, release.release_id, by="anna")
    (row,) = held(app, release)
    assert (status, told["result"], told["changed"]) == (200, "restored", True)
    assert (told["user"], told["license_id"]) == (release.account, row["id"])
    assert row["quarantined"] is False

    status, told = await restore(app, release.release_id)
    assert (status, told["result"], told["changed"]) == (200, "already_held", False)
    assert held(app, release) == [row]
    trail = await app.ledger.audit_of(release.plan_id, release.license_id)
    assert [entry.happened for entry in trail] == ["releasing", "released", "restoring", "restored"]
    assert trail[-1].actor == "restore_release, by anna"
    assert app.events().count("release.restored") == 1
    assert (await app.ledger.releases(release.plan_id, [release.license_id])) == {
        release.license_id: release
    }


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(),
        Behaviour(post_for_quarantined="refused"),
        Behaviour(put_reinstates="without effect"),
        Behaviour(put_reinstates="refused"),
    ],
    ids=["both ways work", "only PUT works", "PUT without effect", "only POST works"],
)
async def test_within_quarantine_the_very_license_is_reinstated(
    steward: StartSteward, behaviour: Behaviour
) -> None:
    """Whichever of the two undocumented ways the site takes."""
    app = await steward(SOON)
    release = await release_some(app, Outcome.RELEASED_TO_QUARANTINE)
    app.site.world.behaviour = behaviour
    assert held(app, release)[0]["quarantined"] is True

    status, told = await restore(app, release.release_id)
    assert (status, told["result"]) == (200, "reinstated")
    assert "out of quarantine" in told["detail"]
    assert told["license_id"] == release.license_id
    (row,) = held(app, release)
    assert (row["id"], row["quarantined"]) == (release.license_id, False)


async def test_a_site_that_takes_neither_way_refuses_with_both_reasons(
    steward: StartSteward,
) -> None:
    """409, and the license stays in quarantine until its end, which is told."""
    app = await steward(SOON)
    release = await release_some(app, Outcome.RELEASED_TO_QUARANTINE)
    app.site.world.behaviour = Behaviour(post_for_quarantined="refused", put_reinstates="refused")
    status, told = await restore(app, release.release_id)
    assert status == 409
    assert told["error"].count("BrokenRules") == 2
    assert "in quarantine until" in told["error"]
    assert held(app, release)[0]["quarantined"] is True


async def test_without_a_free_license_it_is_refused_and_works_later(steward: StartSteward) -> None:
    """409 with the words of QRS and what to do; once one is free, the same call gives it."""
    app = await steward()
    release = await release_some(app)
    world, kind = app.site.world, LicenseType(release.license_type)
    others: list[HeldLicense] = []
    while world.counts()[kind].available:
        user = a_user(f"LAB\\other{len(others)}")
        world.add_user(user)
        others.append(world.allocate(kind, user.id))

    status, told = await restore(app, release.release_id)
    assert status == 409
    assert "BrokenRules" in told["error"]
    assert f"No {release.license_type} license is free" in told["error"]
    assert held(app, release) == []
    assert "release.restore_refused" in app.events()

    world.release(kind, others[0].license.id)
    assert (await restore(app, release.release_id))[0] == 200
    assert len(held(app, release)) == 1


async def test_a_lost_answer_gives_no_second_license(steward: StartSteward) -> None:
    """The POST was carried out and its answer cut off: reading finds the license."""
    app = await steward()
    release = await release_some(app)
    app.site.faults.inject(faults.LoseAnswer(), method="POST", times=1)
    status, told = await restore(app, release.release_id)
    assert (status, told["result"]) == (200, "restored")
    assert len(held(app, release)) == 1


async def test_what_can_not_be_restored_has_its_own_status(steward: StartSteward) -> None:
    """400 no release id, 404 unknown, 409 never taken, 502 and 503 for QRS, each with why."""
    app = await steward()
    release = await release_some(app)
    unknown = f"no-such-plan~{release.license_id}"
    assert (await restore(app, "anna"))[0] == 400
    assert (await restore(app, unknown))[0] == 404
    app.site.faults.inject(faults.login_redirect(), method="POST")
    status, told = await restore(app, release.release_id)
    assert (status, held(app, release)) == (502, [])
    assert "QLIK_SENSE__" in told["error"]
    app.site.faults.clear()
    app.site.faults.inject(faults.status(500), method="POST")
    status, told = await restore(app, release.release_id)
    assert (status, held(app, release)) == (503, [])
    assert "restore again" in told["error"]


async def test_the_command_line_lists_releases_and_restores_one(
    steward: StartSteward, tmp_path: Path
) -> None:
    """The id that `releases` lists is the one that `restore` takes."""
    app = await steward()
    release = await release_some(app)
    local = await CommandLine.of(app, tmp_path, site_settings(app.site))
    listed = await local("releases", "--user", release.account, "--json")
    (row,) = listed.json()
    assert (listed.code, row["release_id"]) == (0, release.release_id)
    assert release.release_id in (await local("releases", "--days", "2")).out.split()

    done = await local("restore", row["release_id"], "--by", "anna")
    assert (done.code, done.err) == (0, "")
    assert f"{release.account}: allocated" in done.out
    assert len(held(app, release)) == 1
    trail = await app.ledger.audit_of(release.plan_id, release.license_id)
    assert trail[-1].actor == "command line, by anna"
    again = await local("restore", row["release_id"], "--json")
    assert (again.code, again.json()["result"]) == (0, "already_held")

    refused = await local("restore", f"p1~{release.license_id}")
    assert (refused.code, refused.out) == (1, "")
    assert "there is no release" in refused.err
