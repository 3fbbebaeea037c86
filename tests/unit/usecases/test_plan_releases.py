"""Planning: a complete read, a decision on every license, a recorded plan, queue messages."""

import json
from dataclasses import dataclass, field

import pytest

from shared.domain.errors import PartialReadError
from shared.domain.limits import Limits
from shared.domain.model import AccessTypeOverview
from shared.domain.never_release import NeverRelease
from shared.domain.plan import Action, PlanStatus, Reason
from shared.domain.policy import ReleasePolicy
from shared.domain.switches import Switches
from shared.usecases.plan_releases import Planning, PlanReleases
from tests.unit.build import (
    ANALYZER,
    NOW,
    PROFESSIONAL,
    a_license,
    a_policy,
    a_pool,
    a_user,
    days_ago,
)
from tests.unit.fakes import FakeSite, MemoryLedger, RecordingTelemetry

OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)


@dataclass
class World:
    """A planner with everything around it."""

    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    switches: Switches = OPEN
    policy: ReleasePolicy = field(default_factory=a_policy)

    async def plan(self) -> Planning:
        """Run the planner."""
        limits = Limits(max_per_run=200, max_percent_per_run=100)
        planner = PlanReleases(
            "prod",
            self.policy,
            limits,
            self.switches,
            self.site,
            self.ledger,
            self.telemetry,
            lambda: NOW,
            lambda: "abcd",
        )
        return await planner()


def three_licenses() -> FakeSite:
    """One unused license, one used yesterday, one of a user that can't be seen."""
    site = FakeSite()
    site.add(
        a_license(1),
        a_license(2, last_used=days_ago(1)),
        a_license(3, license_type=PROFESSIONAL),
        users=[a_user(1), a_user(2)],
    )
    return site


async def test_every_license_gets_a_decision_and_the_plan_is_recorded() -> None:
    """Released or kept, each license is in the ledger's plan with its reason."""
    world = World(three_licenses())
    planning = await world.plan()
    recorded = world.ledger.plans["20261122T023000Z-abcd"]
    assert {d.license.id[-1]: d.reason for d in recorded.decisions} == {
        "1": Reason.UNUSED,
        "2": Reason.USED_RECENTLY,
        "3": Reason.USER_NOT_VISIBLE,
    }
    assert recorded.counts == {
        ANALYZER: {Reason.UNUSED: 1, Reason.USED_RECENTLY: 1},
        PROFESSIONAL: {Reason.USER_NOT_VISIBLE: 1},
    }
    assert [json.loads(text)["plan_id"] for text in planning.messages] == [recorded.plan_id]
    assert "1 to release" in planning.summary()


async def test_planning_costs_a_handful_of_requests() -> None:
    """The overview, one list a type, the users: four reads, however many licenses."""
    world = World(three_licenses())
    await world.plan()
    assert world.site.reads == ["overview", "analyzer list", "professional list", "users"]


async def test_a_type_that_is_not_released_is_not_read() -> None:
    """Only the enabled types cost a request."""
    world = World(three_licenses(), policy=a_policy(types=[ANALYZER]))
    await world.plan()
    assert "professional list" not in world.site.reads


async def test_licenses_of_invisible_users_are_reported() -> None:
    """Kept and counted: the account may lack rights."""
    world = World(three_licenses())
    await world.plan()
    assert world.telemetry.names() == ["plan.created", "plan.users_not_visible"]
    assert world.telemetry.events[1][1]["licenses"] == 1


@pytest.mark.parametrize(
    ("switches", "status"),
    [
        (Switches(enabled=True, dry_run=True, confirmed=True, stop=False), PlanStatus.DRY_RUN),
        (
            Switches(enabled=True, dry_run=False, confirmed=False, stop=False),
            PlanStatus.NOT_CONFIRMED,
        ),
        (Switches(enabled=True, dry_run=False, confirmed=True, stop=True), PlanStatus.STOPPED),
        (
            Switches(
                enabled=True, dry_run=False, confirmed=True, stop=False, approval_required=True
            ),
            PlanStatus.WAITING_FOR_APPROVAL,
        ),
    ],
)
async def test_a_closed_switch_records_the_plan_and_queues_nothing(
    switches: Switches, status: PlanStatus
) -> None:
    """Dry run, missing confirmation, stop and approval each hold the messages back."""
    world = World(three_licenses(), switches=switches)
    planning = await world.plan()
    assert planning.messages == ()
    assert [plan.status for plan in world.ledger.plans.values()] == [status]
    assert any(
        d.action is Action.RELEASE for d in next(iter(world.ledger.plans.values())).decisions
    )


async def test_planning_that_is_switched_off_reads_nothing() -> None:
    """ENABLED=false: no request, no plan, an event that says so."""
    world = World(three_licenses(), switches=Switches(False, False, True, False))
    planning = await world.plan()
    assert (planning.plan, world.site.reads, world.ledger.plans) == (None, [], {})
    assert world.telemetry.names() == ["plan.disabled"]


async def test_a_list_that_disagrees_with_the_overview_makes_no_plan() -> None:
    """Three tries, then an error with the numbers; nothing recorded, nothing queued."""
    world = World(three_licenses())
    world.site.shown_overview = AccessTypeOverview({ANALYZER: a_pool(5), PROFESSIONAL: a_pool(1)})
    with pytest.raises(PartialReadError, match=r"2 analyzer licenses were read.*counts 5"):
        await world.plan()
    assert world.ledger.plans == {}
    assert world.telemetry.names() == ["plan.refused"]
    assert world.site.reads.count("overview") == 3


async def test_a_disagreement_that_passes_is_read_again() -> None:
    """Somebody logs in between two reads: the second try agrees and makes the plan."""
    world = World(three_licenses())
    world.site.shown_overview = AccessTypeOverview({ANALYZER: a_pool(5)})
    calm = world.site.overview

    async def overview_that_settles() -> AccessTypeOverview:
        shown = await calm()
        world.site.shown_overview = None
        return shown

    world.site.overview = overview_that_settles  # type: ignore[method-assign]
    assert (await world.plan()).plan is not None


async def test_protected_users_stay_out_of_the_messages() -> None:
    """What a never-release rule keeps is not queued."""
    rules = NeverRelease(user_directories=frozenset({"lab"}))
    world = World(three_licenses(), policy=a_policy(rules))
    assert (await world.plan()).messages == ()


async def test_a_site_without_licenses_makes_an_empty_plan() -> None:
    """Nothing to do is a result, not an error."""
    world = World()
    planning = await world.plan()
    assert planning.plan is not None
    assert planning.plan.decisions == ()
