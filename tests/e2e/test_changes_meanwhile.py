"""People and administrators change things between plan and release, and while licenses go."""

import json
import threading
from datetime import UTC, datetime, timedelta

from local.demo_site.hooks import Seen
from shared.domain.release import Outcome
from shared.domain.runs import MessageRefusal
from shared.usecases.delete_strategies import OneByOne
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import ONE_MESSAGE_AT_A_TIME, StartSteward, Steward, fresh_world
from tests.e2e.expectations import (
    assert_released_once,
    drain_until,
    holder,
    ids_in,
    kill_worker,
    named_by_the_policy,
    outcomes,
    planned,
    type_of,
)

ONE_TYPE = {"LICENSE_RELEASE__PROFESSIONAL__ENABLED": "false"}


async def test_what_changes_between_plan_and_release_is_seen_and_recorded(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Each change is an outcome of its own; whatever did not change goes."""
    app = await steward(site=demo_site(fresh_world(300)))
    world = app.site.world
    ids = ids_in(await planned(app))
    used, tagged, marked, quarantined, taken, orphaned = ids[:6]

    world.login(holder(app, used))
    world.tag(holder(app, tagged), "License do not release")
    world.set_property(holder(app, marked), "LicenseManage", "do-not-release")
    world.login(holder(app, quarantined))
    world.release(type_of(app, quarantined), quarantined)
    kind, user = type_of(app, taken), world.user(holder(app, taken))
    world.release(kind, taken)
    given_anew = world.allocate(kind, user.id).license.id
    world.delete_user(holder(app, orphaned))

    await app.drain()
    assert {x: o for x, o in (await outcomes(app)).items() if o is not Outcome.RELEASED} == {
        used: Outcome.KEPT_USED_SINCE,
        tagged: Outcome.KEPT_PROTECTED,
        marked: Outcome.KEPT_PROTECTED,
        quarantined: Outcome.KEPT_QUARANTINED,
        taken: Outcome.ALREADY_GONE,
        orphaned: Outcome.ALREADY_GONE,
    }
    by_hand = {quarantined, taken}
    assert app.deleted() == set(ids) - {used, tagged, marked, orphaned}
    assert len(world.deleted) == len(app.deleted())
    assert world.license(kind, given_anew)
    recorded = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    details = {record.license_id: record.detail for record in recorded}
    assert "expected last use" in details[used]
    assert "found last use" in details[used]
    assert {r.license_id for r in recorded if r.outcome.is_release} == app.deleted() - by_hand


async def test_what_changes_while_licenses_go_is_seen_by_the_next_look(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Everybody is protected right after the first look: only the batch it was for still goes."""
    app = await steward(ONE_TYPE, site=demo_site(fresh_world(500)))
    ids = ids_in(await planned(app))
    first = OneByOne.batch_size
    assert first < len(ids) <= 100
    once = threading.Lock()

    def protect_all(_: Seen) -> None:
        if once.acquire(blocking=False):
            for license_id in ids:
                app.site.world.tag(holder(app, license_id), "License do not release")

    app.site.hooks.after(protect_all, method="GET", path="/qrs/user/full")
    await app.drain()
    found = await outcomes(app)
    assert app.deleted() == set(ids[:first])
    assert {found[license_id] for license_id in ids[first:]} == {Outcome.KEPT_PROTECTED}


async def test_a_license_is_deleted_within_52_requests_of_the_look_that_released_it(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """The window in which nobody notices a login is measured in requests, not in minutes."""
    app = await steward(ONE_MESSAGE_AT_A_TIME, site=demo_site(fresh_world(1000)))
    await planned(app)
    app.site.log.clear()
    await app.drain()
    entries = app.site.log.entries()
    distances = []
    for number, entry in enumerate(entries):
        if entry.method == "DELETE":
            license_id = entry.path.rsplit("/", 1)[1]
            looks = [i for i, e in enumerate(entries[:number]) if license_id in e.query]
            distances.append(number - looks[-1])
    assert len(distances) > 200
    # The DELETEs of a batch, the users of its licenses, and once a message the overview.
    assert max(distances) <= OneByOne.batch_size + 2 == 52


async def test_a_login_in_the_moment_of_the_delete_is_recorded_as_it_is(
    steward: StartSteward,
) -> None:
    """Nothing prevents it: Qlik Sense puts the license into quarantine, and the record says so."""
    app = await steward()
    expected = named_by_the_policy(app)
    came: list[str] = []

    def log_in(request: Seen) -> None:
        license_id = request.path.rsplit("/", 1)[1]
        if not came:
            came.append(license_id)
            app.site.world.login(holder(app, license_id))

    await planned(app)
    app.site.hooks.before(log_in, method="DELETE")
    await app.drain()
    found = await outcomes(app)
    assert found.keys() == expected
    assert [x for x, o in found.items() if o is Outcome.RELEASED_TO_QUARANTINE] == came
    recorded = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    (record,) = (record for record in recorded if record.license_id == came[0])
    assert record.quarantine_end
    assert record.quarantine_end > datetime.now(UTC) + timedelta(days=6)


async def test_an_administrator_who_is_faster_by_a_moment_gets_the_credit(
    steward: StartSteward,
) -> None:
    """The license is gone when the DELETE arrives: already gone, not released by us."""
    app = await steward()
    ids = ids_in(await planned(app))
    once = threading.Lock()
    took: list[str] = []

    def take(request: Seen) -> None:
        if once.acquire(blocking=False):
            license_id = request.path.rsplit("/", 1)[1]
            app.site.world.release(type_of(app, license_id), license_id)
            took.append(license_id)

    app.site.hooks.before(take, method="DELETE")
    await app.drain()
    found = await outcomes(app)
    assert found == dict.fromkeys(ids, Outcome.RELEASED) | {took[0]: Outcome.ALREADY_GONE}


async def test_stop_holds_in_the_middle_of_a_plan_and_what_was_stopped_can_be_replayed(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """The app starts again with STOP after some DELETEs: none follows; later all is completed."""
    name, site = f"stop {datetime.now(UTC):%H%M%S%f}", demo_site(fresh_world(300))
    own = {"SITE_NAME": name, "LICENSE_RELEASE__CONFIRM_SITE": name, **ONE_TYPE}
    stopped = await steward({**own, "LICENSE_RELEASE__STOP": "true"}, site=site)
    app = await steward(own, site=site)
    expected = set(ids_in(await planned(app)))
    await stop_after_some_deletes(app)
    gone = app.deleted()
    assert 0 < len(gone) < len(expected)

    site.log.clear()
    await stopped.drain()
    assert site.log.entries() == []
    assert app.deleted() == gone
    assert stopped.events() == ["release.switched_off"]
    (kept,) = await app.ledger.refused_messages()
    assert kept.refusal is MessageRefusal.SWITCHED_OFF
    assert ids_in([json.loads(kept.body)])

    again = await steward(own, site=site)
    again.put(kept.body)
    await again.drain()
    assert again.deleted() == expected
    await assert_released_once(again, expected)


async def stop_after_some_deletes(app: Steward) -> None:
    """Work the queue, and end the worker for good in the middle of the first batch."""
    ended = threading.Event()

    def end(_: Seen) -> None:
        if len(app.site.world.deleted) >= 3 and not ended.is_set():
            kill_worker(app)
            ended.set()

    app.site.hooks.before(end, method="DELETE")
    await drain_until(app, ended.is_set)
    # What the worker had sent before it ended still arrives; only then is the count a count.
    assert app.site.traffic.quiet(within=30)
    app.site.hooks.clear()
