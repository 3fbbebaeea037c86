"""All faults together, for longer: two workers, random failures, deaths, doubles and logins."""

import asyncio
import itertools
import json
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from local.demo_site import faults
from local.demo_site.hooks import Seen
from shared.domain.budget import DailyBudget
from shared.domain.release import Outcome
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, fresh_world
from tests.e2e.expectations import (
    holder,
    ids_in,
    kill_worker,
    named_by_the_policy,
    outcomes,
    planned,
)

SOME_FAULTS = (faults.status(503), faults.Drop(), faults.LoseAnswer(), faults.status(429))
SETTINGS = {
    "AzureFunctionsJobHost__extensions__queues__batchSize": "2",
    "AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "9",
}


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_each_license_goes_once_or_has_a_reason_to_stay(
    steward: StartSteward, demo_site: StartDemoSite, seed: int
) -> None:
    """Nobody who came back before the look loses a license; nothing is lost, nothing goes twice."""
    name, site = f"chaos {datetime.now(UTC):%H%M%S%f}", demo_site(fresh_world(1000, seed))
    own = {"SITE_NAME": name, "LICENSE_RELEASE__CONFIRM_SITE": name, **SETTINGS}
    apps = [await steward(own, site=site) for _ in range(2)]
    expected = named_by_the_policy(apps[0])
    messages = await planned(apps[0])
    assert set(ids_in(messages)) == expected
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    came = [site.world.login(holder(apps[0], each)) for each in chance.sample(sorted(expected), 20)]
    back = {license_.id for license_ in came if license_} & expected  # the others may not log in
    for message in messages:
        apps[0].put(json.dumps(message))
    for fault in SOME_FAULTS:
        site.faults.inject(fault, share=0.03)
    deadly, numbers = set(chance.sample(range(1, 200), 3)), itertools.count(1)

    def kill_one(_: Seen) -> None:
        if next(numbers) in deadly:
            with suppress(ProcessLookupError):  # it is dead already
                kill_worker(chance.choice(apps))

    site.hooks.after(kill_one, method="DELETE")
    drained = await asyncio.gather(*(app.drain() for app in apps))

    assert sum(each.lost for each in drained) >= 1
    assert sum(each.poisoned for each in drained) == 0
    assert Counter(d.license_id for d in site.world.deleted) == Counter(expected - back)
    found = await outcomes(apps[0])
    assert found.keys() == expected
    # "Already gone": of two deliveries the one that deleted died, and the other met its 404.
    gone = {x for x, o in found.items() if o.is_release or o is Outcome.ALREADY_GONE}
    assert gone == expected - back
    assert {found[license_id] for license_id in back} == {Outcome.KEPT_USED_SINCE}
    budget = await apps[0].ledger.state(DailyBudget, datetime.now(UTC).date().isoformat())
    assert budget
    assert budget.total() >= len(expected - back)
