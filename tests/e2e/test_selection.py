"""Licenses that go by selection: few requests, and every license accounted for all the same."""

from dataclasses import replace
from typing import Any

import pytest

from local.demo_site import faults
from local.demo_site.hooks import Seen
from shared.domain.release import Outcome
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, fresh_world
from tests.e2e.expectations import (
    assert_released_once,
    ids_in,
    named_by_the_policy,
    outcomes,
    planned,
    type_of,
)

BY_SELECTION = {"LICENSE_RELEASE__DELETE_STRATEGY": "selection"}
BULK = "/qrs/selection/{id}/license/*accesstype"


async def test_a_selection_costs_a_fifth_of_a_request_a_license_at_most(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Hundreds of licenses in some dozen requests, and exactly those that the policy names."""
    app = await steward(BY_SELECTION, site=demo_site(fresh_world(1000)))
    expected = named_by_the_policy(app)
    await planned(app)
    app.site.log.clear()
    drained = await app.drain()
    assert (drained.failed, drained.poisoned) == (0, 0)
    assert app.site.log.count("DELETE", "/qrs/license/analyzeraccesstype/{id}") == 0
    assert len(app.site.log.entries()) <= 0.2 * len(expected)
    await assert_released_once(app, expected)
    assert app.site.world.site_license is not None


@pytest.mark.parametrize(
    "behaviour",
    [{"selection_delete_stops_after": 5}, {"selection_drops_unknown": True}],
    ids=["stops half way", "drops unknown"],
)
async def test_a_selection_that_does_half_of_it_is_read_and_done_again(
    steward: StartSteward, behaviour: dict[str, Any]
) -> None:
    """What went is recorded by reading, and the rest goes by another selection."""
    app = await steward(BY_SELECTION)
    world = app.site.world
    world.behaviour = replace(world.behaviour, **behaviour)
    expected = named_by_the_policy(app)
    await planned(app)
    drained = await app.drain()
    assert (drained.failed, drained.poisoned) == (0, 0)
    await assert_released_once(app, expected)


async def test_a_selection_whose_answer_got_lost_is_not_sent_again(steward: StartSteward) -> None:
    """It was carried out: reading shows it."""
    app = await steward(BY_SELECTION)
    expected = named_by_the_policy(app)
    lost = app.site.faults.inject(faults.LoseAnswer(), method="DELETE", path=BULK)
    messages = await planned(app)
    await app.drain()
    assert lost.hits == len(messages)
    await assert_released_once(app, expected)


async def test_a_license_that_goes_before_the_selection_is_made_stops_no_other(
    steward: StartSteward,
) -> None:
    """The selection is another than the one asked for: nothing is deleted before a new look."""
    app = await steward(BY_SELECTION)
    world = app.site.world
    world.behaviour = replace(world.behaviour, selection_drops_unknown=True)
    ids = ids_in(await planned(app))
    taken: list[str] = []

    def take(_: Seen) -> None:
        if not taken:
            taken.append(ids[0])
            world.release(type_of(app, ids[0]), ids[0])

    app.site.hooks.before(take, method="POST", path="/qrs/selection")
    drained = await app.drain()
    assert drained.poisoned == 0
    found = await outcomes(app)
    assert found == dict.fromkeys(ids, Outcome.RELEASED) | {ids[0]: Outcome.ALREADY_GONE}
    assert len(world.deleted) == len(ids)


async def test_a_site_whose_selections_can_not_be_checked_loses_no_license(
    steward: StartSteward,
) -> None:
    """Without the items in the answer nobody knows what would go: an error, and no DELETE."""
    app = await steward(BY_SELECTION)
    app.site.world.behaviour = replace(app.site.world.behaviour, selection_shows_items=False)
    messages = await planned(app)
    drained = await app.drain()
    assert drained.poisoned == len(messages)
    assert app.deleted() == set()
    assert app.site.log.count("DELETE", "/qrs/selection/{id}") > 0
    assert set((await outcomes(app)).values()) == {Outcome.FAILED}
    assert len(await app.ledger.refused_messages()) == len(messages)
