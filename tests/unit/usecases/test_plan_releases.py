"""Planning: a complete read, a decision on every license, a recorded plan, queue messages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from shared.domain.errors import PartialReadError
from shared.domain.limits import Limits
from shared.domain.model import AccessLicense, AccessTypeOverview
from shared.domain.never_release import NeverRelease
from shared.domain.notice import NoticeKind
from shared.domain.plan import Action, PlanStatus, Reason
from shared.domain.plausibility import Believable
from shared.domain.policy import ReleasePolicy
from shared.domain.release import Outcome, ReleaseRecord
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
from tests.unit.fakes import (
    FakeSite,
    ManualTime,
    MemoryLedger,
    RecordingNotifier,
    RecordingPoints,
    RecordingTelemetry,
)

OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)


@dataclass
class World:
    """A planner with everything around it."""

    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    switches: Switches = OPEN
    policy: ReleasePolicy = field(default_factory=a_policy)
    grace_days: int = 0
    points: RecordingPoints = field(default_factory=RecordingPoints)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)
    time: ManualTime = field(default_factory=ManualTime)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    async def plan(self) -> Planning:
        """Run the planner."""
        planner = PlanReleases(
            site="prod",
            policy=self.policy,
            limits=Limits(max_per_run=200, max_percent_per_run=100),
            grace_days=self.grace_days,
            believable=Believable(max_population_change_percent=25, stale_usage_days=14),
            switches=self.switches,
            qrs=self.site,
            ledger=self.ledger,
            static_tags={"foo": "bar"},
            points=self.points,
            notifier=self.notifier,
            telemetry=self.telemetry,
            clock=self.time,
            new_id=lambda: f"{next(self.ids):04d}",
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
    recorded = world.ledger.plans["20261122T023000Z-0001"]
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


async def test_what_a_plan_decided_becomes_points_and_their_loss_holds_nothing_back() -> None:
    """A point for each reason; when InfluxDB is down, the plan goes on and an event tells."""
    world = World(three_licenses())
    await world.plan()
    counts = {point.tags["reason"]: point.fields["count"] for point in world.points.written}
    assert counts == {"unused": 1, "used_recently": 1, "user_not_visible": 1}
    world.points.failing = True
    assert (await world.plan()).messages
    assert "points.failed" in world.telemetry.names()


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
    assert world.telemetry.names()[:2] == ["plan.created", "plan.users_not_visible"]
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


async def test_a_candidate_waits_for_its_grace_and_goes_after_it() -> None:
    """Marked by the first plan, deferred by the second, released by the one after seven days."""
    world = World(three_licenses(), grace_days=7)
    assert (await world.plan()).messages == ()
    assert [notice.kind for notice in world.notifier.notices] == [NoticeKind.LICENSES_MARKED]
    world.time.now += timedelta(days=3)
    assert (await world.plan()).messages == ()
    world.time.now += timedelta(days=4)
    assert len((await world.plan()).messages) == 1
    assert len(world.notifier.notices) == 1


async def test_a_candidate_that_is_used_in_its_grace_begins_anew() -> None:
    """Used on day three, a candidate again later: seven days from then."""
    world = World(three_licenses(), grace_days=7, policy=a_policy(days=1))
    await world.plan()
    world.time.now += timedelta(days=3)
    world.site.add(a_license(1, last_used=world.time.now - timedelta(days=2)))
    await world.plan()
    world.time.now += timedelta(days=5)
    second = await world.plan()
    assert second.plan is not None
    waiting = {d.license.id[-1]: d.candidate_since for d in second.plan.decisions}
    assert waiting["1"] == world.time.now - timedelta(days=5)
    assert json.loads(second.messages[0])["licenses"][0]["license_id"].endswith("2")


async def test_a_population_that_jumps_since_the_last_plan_makes_no_plan() -> None:
    """A hundred licenses yesterday and fifty today: somebody should look first."""
    world = World()
    world.site.add(*(a_license(n, last_used=days_ago(1)) for n in range(100)))
    await world.plan()
    for number in range(50):
        del world.site.licenses[a_license(number).id]
    with pytest.raises(PartialReadError, match=r"there are 50 analyzer.* 100 to 100"):
        await world.plan()
    assert world.telemetry.events[-1][1]["reason"] == "population_jump"
    assert len(world.ledger.plans) == 1


async def test_licenses_that_this_app_released_are_no_jump() -> None:
    """The ledger knows what went."""
    world = World()
    world.site.add(*(a_license(n, last_used=days_ago(1)) for n in range(100)))
    await world.plan()
    for number in range(50):
        gone = world.site.licenses.pop(a_license(number).id)
        world.ledger.rows["p", gone.id] = released(gone)
    assert (await world.plan()).plan is not None


async def test_a_server_whose_clock_is_wrong_makes_no_plan() -> None:
    """Ten minutes off is too much to trust any date."""
    world = World(three_licenses())
    world.site.shown_clock_difference = timedelta(minutes=10)
    with pytest.raises(PartialReadError, match=r"\+600 s"):
        await world.plan()


async def test_a_plan_that_waits_tells_who_asked_to_be_told() -> None:
    """The notice says how many licenses and until when."""
    switches = Switches(
        enabled=True, dry_run=False, confirmed=True, stop=False, approval_required=True
    )
    world = World(three_licenses(), switches=switches)
    await world.plan()
    assert [notice.kind for notice in world.notifier.notices] == [NoticeKind.PLAN_WAITING]
    assert "1 licenses" in world.notifier.notices[0].text


def released(license_: AccessLicense) -> ReleaseRecord:
    """The record that this license was released now."""
    return ReleaseRecord(
        site="prod",
        plan_id="p",
        license_id=license_.id,
        license_type=license_.license_type,
        user_id="",
        account="",
        outcome=Outcome.RELEASED,
        detail="",
        started_at=NOW,
    )
