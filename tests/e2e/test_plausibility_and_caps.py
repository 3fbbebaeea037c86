"""What holds the app back end to end: reads that are not believed, and caps that hold for a day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from local.demo_site.population import make_population
from local.demo_site.records import LicenseType
from local.demo_site.world import World
from shared.domain.release import Outcome
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, Steward, fresh_world
from tests.e2e.expectations import ids_in, outcomes, planned


async def refused(app: Steward) -> str:
    """The error of a plan that must not be made."""
    result = await app.run("plan_releases")
    assert not result.succeeded
    assert app.queued() == []
    assert app.deleted() == set()
    assert app.events()[-1] == "plan.refused"
    return result.error or ""


async def test_a_population_that_jumps_makes_no_plan(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Most licenses vanished since the last plan: somebody should look first."""
    app = await steward({"LICENSE_RELEASE__DRY_RUN": "true"}, site=demo_site(fresh_world(300)))
    await planned(app)
    world = app.site.world
    for each in world.held(LicenseType.ANALYZER):
        if each.user:  # what was used in the last seven days stays, in quarantine
            world.delete_user(each.user.account)
    assert app.events().count("plan.created") == 1
    error = await refused(app)
    assert "analyzer licenses" in error
    assert "LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT" in error
    assert app.events().count("plan.created") == 1


async def test_licenses_that_the_app_released_itself_are_no_jump(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """A third of all licenses go, and the next plan is made: the ledger knows where they are."""
    app = await steward(
        {"LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT": "1"}, site=demo_site(fresh_world(300))
    )
    await planned(app)
    await app.drain()
    assert len(app.deleted()) > 40
    assert await planned(app) == []
    assert app.events().count("plan.created") == 2


def ahead(by: timedelta) -> Callable[[], datetime]:
    """A clock that is wrong by so much."""
    return lambda: datetime.now(UTC) + by


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_server_whose_clock_is_wrong_makes_no_plan(
    steward: StartSteward, demo_site: StartDemoSite, minutes: int
) -> None:
    """No date of it can be trusted."""
    clock = ahead(timedelta(minutes=minutes))
    app = await steward(site=demo_site(World(make_population(60, now=clock()), clock=clock)))
    error = await refused(app)
    assert "clock of the Qlik Sense server" in error


async def test_a_site_that_stopped_recording_use_makes_no_plan(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Nobody at all for three weeks: it would look as if everybody could go."""
    three_weeks_ago = datetime.now(UTC) - timedelta(days=21)
    app = await steward(
        {"LICENSE_RELEASE__STALE_USAGE_DAYS": "14"},
        site=demo_site(World(make_population(100, now=three_weeks_ago))),
    )
    assert "LICENSE_RELEASE__STALE_USAGE_DAYS" in await refused(app)


async def test_the_caps_hold_over_the_plans_of_a_day(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """A second plan on the same day finds the day's number used up, and says so of each license."""
    app = await steward({"LICENSE_RELEASE__MAX_PER_RUN": "5"}, site=demo_site(fresh_world(300)))
    first = ids_in(await planned(app))
    await app.drain()
    second = ids_in(await planned(app))
    await app.drain()
    assert len(second) == 5
    assert app.deleted() == set(first)
    found = await outcomes(app)
    assert {found[license_id] for license_id in second} == {Outcome.KEPT_OVER_CAP}


async def test_the_percentage_holds_over_the_plans_of_a_day(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Five percent of what was allocated in the morning; it does not shrink with what goes."""
    app = await steward(
        {"LICENSE_RELEASE__MAX_PERCENT_PER_RUN": "5"}, site=demo_site(fresh_world(300))
    )
    counts = app.site.world.counts()
    most = {kind: -(-counts[kind].held * 5 // 100) for kind in LicenseType}
    for _ in range(2):
        await planned(app)
        await app.drain()
    taken = [deletion.type for deletion in app.site.world.deleted]
    assert {kind: taken.count(kind) for kind in LicenseType} == most
