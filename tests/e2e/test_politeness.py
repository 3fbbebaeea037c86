"""Several instances at one site: together they never ask more of it than it can bear."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

import pytest

from local.demo_site import faults
from local.demo_site.faults import Effect
from local.demo_site.site import DemoSite
from shared.domain.breaker import Breaker
from shared.domain.politeness import Politeness
from shared.usecases.qrs_breaker import BREAKER
from shared.usecases.qrs_slots import SHARES
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import ONE_MESSAGE_AT_A_TIME, StartSteward, Steward, fresh_world
from tests.e2e.expectations import assert_released_once, named_by_the_policy, planned

NUMBERS = count()


async def instances(
    steward: StartSteward, site: DemoSite, number: int, settings: Mapping[str, str] | None = None
) -> list[Steward]:
    """Instances of one app: each with its own host and worker; one site, ledger and queue."""
    name = f"polite {datetime.now(UTC):%H%M%S} {next(NUMBERS)}"
    own = {"SITE_NAME": name, "LICENSE_RELEASE__CONFIRM_SITE": name, **ONE_MESSAGE_AT_A_TIME}
    return [await steward({**own, **(settings or {})}, site=site) for _ in range(number)]


async def release_all(apps: list[Steward]) -> None:
    """Work the queue with all of them; no delivery fails."""
    drained = await asyncio.gather(*(app.drain() for app in apps))
    assert sum(each.failed + each.poisoned + each.lost for each in drained) == 0
    assert all(each.ok for each in drained)


async def politeness(app: Steward) -> Politeness:
    """What the instances agreed on."""
    state = await app.ledger.state(Politeness, SHARES)
    assert state
    assert state.shares == ()  # all were given back
    return state


async def test_instances_together_never_send_more_than_the_setting(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Each of three would send as many alone; a site that is slow shows every one of them."""
    site = demo_site(fresh_world(1000))
    apps = await instances(steward, site, 3, {"QLIK_SENSE__MAX_CONCURRENCY": "4"})
    expected = named_by_the_policy(apps[0])
    assert len(await planned(apps[0])) == 3
    site.faults.inject(faults.Delay(0.1), method="DELETE")
    site.traffic.forget()
    await release_all(apps)
    assert site.traffic.most == 4
    await assert_released_once(apps[0], expected)
    assert await politeness(apps[0]) == Politeness()


@pytest.mark.parametrize(
    "overload",
    [
        pytest.param(faults.Overload(at_most=3, status=503), id="503"),
        pytest.param(faults.Overload(at_most=3, status=429, retry_after="1"), id="429"),
        pytest.param(faults.Overload(at_most=1, status=503), id="fewer than instances"),
    ],
)
async def test_a_site_that_turns_requests_away_gets_fewer_and_all_licenses_go(
    steward: StartSteward, demo_site: StartDemoSite, overload: faults.Overload
) -> None:
    """The breaker stays closed, no delivery fails, and few requests are turned away."""
    site = demo_site(fresh_world(300))
    apps = await instances(steward, site, 2)
    expected = named_by_the_policy(apps[0])
    await planned(apps[0])
    site.faults.inject(faults.Delay(0.1), method="DELETE")
    site.faults.inject(overload)
    site.log.clear()
    await release_all(apps)
    await assert_released_once(apps[0], expected)
    state = await politeness(apps[0])
    assert state.limit is not None
    assert state.limit <= overload.at_most
    refused = sum(entry.status == overload.status for entry in site.log.entries())
    assert 0 < refused < site.log.count() / 5
    assert await apps[0].ledger.state(Breaker, BREAKER) in {None, Breaker()}
    events = [name for app in apps for name in app.events()]
    assert "qrs.limit_lowered" in events
    assert "breaker.open" not in events


async def test_a_site_that_is_slow_under_load_gets_less_of_it(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """It never says that it is too much: its answers take longer the more is under way."""
    site = demo_site(fresh_world(120))
    apps = await instances(steward, site, 2)
    expected = named_by_the_policy(apps[0])
    await planned(apps[0])
    slow: Effect = faults.DelayEach(0.25)
    site.faults.inject(slow, method="DELETE")
    site.traffic.forget()
    await asyncio.gather(*(app.drain() for app in apps))
    assert site.traffic.most <= 8
    await assert_released_once(apps[0], expected)
    state = await politeness(apps[0])
    assert state.limit is not None
    assert state.limit <= 4
