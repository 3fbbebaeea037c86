"""A site that fails while the app plans and releases: in the end everything is as it should be."""

import time
from collections import defaultdict

from local.demo_site import faults
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, fresh_world
from tests.e2e.expectations import assert_released_once, ids_in, named_by_the_policy, planned

# As in host.json; the fixture allows fewer tries, so that poison comes soon.
FIVE_TRIES = {"AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "5"}
ANY_FAULT = (faults.status(503), faults.status(500), faults.Drop(), faults.LoseAnswer())
ANALYZERS = "/qrs/license/analyzeraccesstype/full"


async def test_ten_percent_of_all_requests_fail_and_the_job_is_done(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """503, 500, cut connections and lost answers at random: these licenses went, and no other."""
    app = await steward(FIVE_TRIES, site=demo_site(fresh_world(1000)))
    expected = named_by_the_policy(app)
    assert len(expected) > 200
    struck = [app.site.faults.inject(fault, share=0.025) for fault in ANY_FAULT]
    await planned(app)
    drained = await app.drain()
    assert all(injection.hits for injection in struck)
    assert drained.poisoned == 0
    await assert_released_once(app, expected)


async def test_retry_after_is_honoured(steward: StartSteward) -> None:
    """429 to a DELETE: asked again no sooner than QRS says, and all is done."""
    app = await steward()
    expected = named_by_the_policy(app)
    asked: dict[str, list[float]] = defaultdict(list)
    app.site.hooks.before(lambda seen: asked[seen.path].append(time.monotonic()), method="DELETE")
    app.site.faults.inject(faults.status(429, retry_after="2"), method="DELETE", times=1)
    await planned(app)
    await app.drain()
    ((first, second),) = [times for times in asked.values() if len(times) > 1]
    # Its own wait would be a second at most, and none is ever shorter than it was asked for.
    assert second - first >= 2
    await assert_released_once(app, expected)


async def test_a_list_that_is_cut_in_the_middle_is_read_again(steward: StartSteward) -> None:
    """Half of a JSON list is no list: the second answer is the one that counts."""
    app = await steward()
    expected = named_by_the_policy(app)
    cut = app.site.faults.inject(faults.CutBody(), path=ANALYZERS, times=1)
    assert set(ids_in(await planned(app))) == expected
    assert cut.hits == 1


async def test_a_list_that_is_cut_every_time_makes_no_plan(steward: StartSteward) -> None:
    """One clear error; what was read before the cut is not taken for the whole."""
    app = await steward()
    app.site.faults.inject(faults.CutBody(), path=ANALYZERS)
    result = await app.run("plan_releases")
    assert not result.succeeded
    assert "closed the connection before the answer" in (result.error or "")
    assert "Attempts: 4" in (result.error or "")
    assert app.queued() == []
    assert "plan.created" not in app.events()


async def test_deletes_whose_answers_got_lost_are_not_sent_again(steward: StartSteward) -> None:
    """Each was carried out: reading shows it, and no license gets a second DELETE."""
    app = await steward()
    expected = named_by_the_policy(app)
    lost = app.site.faults.inject(faults.LoseAnswer(), method="DELETE", share=0.5)
    await planned(app)
    drained = await app.drain()
    assert 0 < lost.hits < len(expected)
    assert app.site.log.count("DELETE") == len(expected)
    assert drained.failed == 0
    await assert_released_once(app, expected)


async def test_deletes_that_never_arrived_are_sent_again_after_a_look(
    steward: StartSteward,
) -> None:
    """503 to a DELETE says nothing: between the two DELETEs the license was read."""
    app = await steward()
    expected = named_by_the_policy(app)
    app.site.faults.inject(faults.status(503), method="DELETE", times=1)
    await planned(app)
    app.site.log.clear()
    await app.drain()
    entries = app.site.log.entries()
    first = next(i for i, entry in enumerate(entries) if entry.status == 503)
    path, license_id = entries[first].path, entries[first].path.rsplit("/", 1)[1]
    again = next(i for i, entry in enumerate(entries[first + 1 :], first + 1) if entry.path == path)
    between = entries[first + 1 : again]
    assert any(entry.method == "GET" and license_id in entry.query for entry in between)
    await assert_released_once(app, expected)


async def test_a_delete_that_qrs_refuses_ends_in_the_poison_record_and_the_others_go(
    steward: StartSteward,
) -> None:
    """The other licenses of the message go; the message is kept whole, with all its licenses."""
    app = await steward()
    expected = named_by_the_policy(app)
    messages = await planned(app)
    refused = ids_in(messages)[0]
    app.site.faults.inject(faults.status(403), path=f"/qrs/license/*accesstype/{refused}")
    drained = await app.drain()
    assert drained.poisoned == 1
    assert app.deleted() == expected - {refused}
    (kept,) = await app.ledger.refused_messages()
    assert refused in kept.body
    assert "release.unfinished" in app.events()
