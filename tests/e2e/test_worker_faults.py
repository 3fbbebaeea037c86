"""Workers that die, and messages that come twice, in two workers at once, or again much later."""

import asyncio
import itertools
import json
import threading
from datetime import UTC, datetime
from typing import Literal

import pytest

from local.demo_site import faults
from local.demo_site.hooks import Seen
from shared.domain.budget import DailyBudget
from shared.domain.release import Outcome
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
)

MEETING_SECONDS = 20


async def reserved_today(app: Steward) -> int:
    """How many licenses the day's budget counts."""
    budget = await app.ledger.state(DailyBudget, datetime.now(UTC).date().isoformat())
    return budget.total() if budget else 0


@pytest.mark.parametrize(
    ("moment", "method", "skip"),
    [
        pytest.param("before", "DELETE", 2, id="before a DELETE", marks=pytest.mark.long),
        pytest.param("after", "DELETE", 0, id="between DELETE and record"),
        pytest.param("before", "GET", 2, id="while reading", marks=pytest.mark.long),
    ],
)
async def test_a_worker_that_is_killed_loses_nothing_and_does_nothing_twice(
    steward: StartSteward, moment: Literal["before", "after"], method: str, skip: int
) -> None:
    """The next delivery finds what was begun, completes the record, and deletes nothing twice."""
    app = await steward()
    await planned(app)
    expected = named_by_the_policy(app)
    seen: list[Seen] = []

    def kill_once(request: Seen) -> None:
        seen.append(request)
        if len(seen) == skip + 1:
            kill_worker(app)

    add = app.site.hooks.before if moment == "before" else app.site.hooks.after
    add(kill_once, method=method)
    drained = await app.drain()
    assert drained.lost >= 1
    assert drained.poisoned == 0
    await assert_released_once(app, expected)
    # More than that, if it died between reserving and writing down what for: never less.
    assert await reserved_today(app) >= len(expected)


async def test_a_license_that_is_used_after_a_worker_died_before_its_delete_stays(
    steward: StartSteward,
) -> None:
    """What was begun is looked at again like everything else."""
    app = await steward()
    await planned(app)
    expected = named_by_the_policy(app)
    users: list[str] = []

    def kill_and_log_in(request: Seen) -> None:
        if users:
            return
        license_id = request.path.rsplit("/", 1)[1]
        users.append(license_id)
        kill_worker(app)
        app.site.world.login(holder(app, license_id))
        # This DELETE must not arrive: the worker died before it sent it.
        app.site.faults.inject(faults.Drop(), path=request.path, times=1)

    app.site.hooks.before(kill_and_log_in, method="DELETE")
    drained = await app.drain()
    assert drained.lost >= 1
    (kept,) = users
    assert app.deleted() == expected - {kept}
    assert (await outcomes(app))[kept] is Outcome.KEPT_USED_SINCE


def meet_after_the_look(app: Steward) -> None:
    """Hold the first two reads of the same licenses back until both were made."""
    barrier, numbers = threading.Barrier(2), itertools.count()

    def meet(_: Seen) -> None:
        if next(numbers) < barrier.parties:
            barrier.wait(MEETING_SECONDS)

    app.site.hooks.after(meet, method="GET", path="/qrs/license/analyzeraccesstype/full")


async def test_a_message_that_is_delivered_twice_at_once_releases_each_license_once(
    steward: StartSteward,
) -> None:
    """Both deliveries look before either deletes; the records agree all the same."""
    app = await steward()
    messages = await planned(app)
    expected = named_by_the_policy(app)
    for message in messages:
        app.put(json.dumps(message))
    meet_after_the_look(app)
    drained = await app.drain()
    assert (drained.ok, drained.failed, drained.poisoned) == (2 * len(messages), 0, 0)
    await assert_released_once(app, expected)
    assert await reserved_today(app) >= len(expected)  # never too few, else the caps leak


async def test_two_workers_on_the_same_messages_release_each_license_once(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Instances share no memory; what they share is the ledger, and it is enough."""
    one, two = await two_apps(steward, demo_site)
    messages = await planned(one)
    expected = named_by_the_policy(one)
    for message in messages:
        one.put(json.dumps(message))
    meet_after_the_look(one)
    done = await asyncio.gather(one.drain(), two.drain())
    assert all(drained.ok for drained in done)
    assert sum(drained.failed + drained.poisoned for drained in done) == 0
    await assert_released_once(one, expected)
    assert await reserved_today(one) >= len(expected)


async def test_the_caps_hold_over_messages_that_two_workers_release_at_once(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """The cap was lowered after the plan: the budget in the ledger holds for both together."""
    one, two = await two_apps(steward, demo_site, {"LICENSE_RELEASE__MAX_PER_RUN": "12"})
    name = str((await planned(one))[0]["site"])
    planner = await steward(
        {"SITE_NAME": name, "LICENSE_RELEASE__CONFIRM_SITE": name}, site=one.site
    )
    messages = await planned(planner)
    assert len(messages) == 2
    assert len(ids_in(messages)) > 40
    await asyncio.gather(one.drain(), two.drain())
    assert len(one.site.world.deleted) == 12
    assert await reserved_today(one) == 12
    kept = [o for o in (await outcomes(one)).values() if o is Outcome.KEPT_OVER_CAP]
    assert len(kept) == len(ids_in(messages)) - 12


async def test_a_delivery_that_overtakes_another_one_does_not_free_the_days_budget(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """The first stops right before its DELETEs, the second does the work: that is counted once."""
    one, two = await two_apps(steward, demo_site, {"LICENSE_RELEASE__MAX_PER_RUN": "6"})
    messages = await planned(one)
    size = len(messages[0]["licenses"])
    held, overtaken, numbers = threading.Event(), threading.Event(), itertools.count(1)

    def hold_the_first(_: Seen) -> None:
        number = next(numbers)
        if number == size:
            held.set()
        if number <= size:
            assert overtaken.wait(MEETING_SECONDS)

    path = f"/qrs/license/{messages[0]['license_type']}accesstype/*"
    one.site.hooks.before(hold_the_first, method="DELETE", path=path)
    first = asyncio.create_task(one.drain())
    assert await asyncio.to_thread(held.wait, MEETING_SECONDS)
    one.put(json.dumps(messages[0]))
    await drain_until(two, lambda: two.events().count("release.finished") == len(messages))
    overtaken.set()
    await first
    await assert_released_once(one, set(ids_in(messages)))

    await planned(one)
    await asyncio.gather(one.drain(), two.drain())
    assert len(one.site.world.deleted) == 6


async def two_apps(
    steward: StartSteward, demo_site: StartDemoSite, settings: dict[str, str] | None = None
) -> tuple[Steward, Steward]:
    """Two instances of one app: two hosts, two workers, one site, one ledger, one queue."""
    name, site = f"twins {datetime.now(UTC):%H%M%S%f}", demo_site(fresh_world(300))
    own = {
        "SITE_NAME": name,
        "LICENSE_RELEASE__CONFIRM_SITE": name,
        # One message at a time each, so that both get some.
        **ONE_MESSAGE_AT_A_TIME,
        **(settings or {}),
    }
    return await steward(own, site=site), await steward(own, site=site)
