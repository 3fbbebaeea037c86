"""Previews and explanations: what a plan would decide, and nothing is written."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import PartialReadError
from shared.domain.grace import Mark
from shared.domain.limits import Limits
from shared.domain.model import AccessTypeOverview
from shared.domain.never_release import NeverRelease
from shared.domain.plan import Action, PlanStatus, Reason
from shared.domain.plausibility import Believable
from shared.domain.policy import ReleasePolicy
from shared.domain.switches import Switches
from shared.usecases.explain_user import ExplainUser, NoLicenseError
from shared.usecases.plan_releases import PlanReleases
from shared.usecases.preview_plan import PreviewPlan
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_policy, a_user, days_ago
from tests.unit.fakes import (
    FakeSite,
    ManualTime,
    MemoryLedger,
    RecordingNotifier,
    RecordingPoints,
    RecordingTelemetry,
)


@dataclass
class World:
    """A site, and what is known of it."""

    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    time: ManualTime = field(default_factory=ManualTime)
    policy: ReleasePolicy = field(default_factory=a_policy)
    limits: Limits = field(default_factory=lambda: Limits(10, 100))
    grace_days: int = 0

    def preview(self, *, with_ledger: bool = True) -> PreviewPlan:
        """The use case."""
        return PreviewPlan(
            policy=self.policy,
            limits=self.limits,
            grace_days=self.grace_days,
            believable=Believable(25, 14),
            qrs=self.site,
            ledger=self.ledger if with_ledger else None,
            clock=self.time,
        )

    def planner(self) -> PlanReleases:
        """The real thing."""
        return PlanReleases(
            site="prod",
            policy=self.policy,
            limits=self.limits,
            grace_days=self.grace_days,
            believable=Believable(25, 14),
            switches=Switches(enabled=True, dry_run=True, confirmed=False, stop=False),
            qrs=self.site,
            ledger=self.ledger,
            static_tags={},
            points=RecordingPoints(),
            notifier=RecordingNotifier(),
            telemetry=RecordingTelemetry(),
            clock=self.time,
            new_id=lambda: f"{self.time.now:%H%M%S}",
        )


def some_users(number: int = 6) -> World:
    """Users 1 to `number`; the first was used yesterday, the others longer ago."""
    world = World()
    for each in range(1, number + 1):
        used = days_ago(1) if each == 1 else days_ago(100 - each)
        world.site.add(a_license(each, last_used=used), users=[a_user(each)])
    return world


async def test_a_preview_decides_as_a_plan_does_and_leaves_nothing_behind() -> None:
    """Caps included."""
    world = some_users()
    world.limits = Limits(2, 100)
    shown = await world.preview()()
    assert (world.ledger.plans, world.ledger.states) == ({}, {})
    planned = (await world.planner()()).plan
    assert planned is not None
    assert [replace(d, candidate_since=None) for d in shown.decisions] == [
        replace(d, candidate_since=None) for d in planned.decisions
    ]
    assert shown.counts == planned.counts
    assert len(shown.released) == 2
    assert not shown.from_history
    assert (await world.preview()()).from_history


async def test_grace_days_go_on_from_the_plan_before() -> None:
    """Without it a preview begins them anew, as a first plan would."""
    world = some_users(2)
    world.grace_days = 3
    await world.planner()()
    world.time.now = NOW + timedelta(days=4)
    known = await world.preview()()
    assert [d.action for d in known.decisions if d.license.id == a_license(2).id] == ["release"]
    unknown = await world.preview(with_ledger=False)()
    assert not unknown.released
    mark = Mark.of(next(d for d in unknown.decisions if d.reason is Reason.IN_GRACE))
    assert mark is not None
    assert mark.candidate_since == world.time.now


async def test_what_the_app_would_not_believe_is_told() -> None:
    """With the decisions all the same."""
    world = some_users()
    world.site.shown_clock_difference = timedelta(hours=1)
    shown = await world.preview()()
    assert [doubt.reason for doubt in shown.doubts] == ["clocks_disagree"]
    assert shown.released


async def test_a_partial_read_previews_nothing() -> None:
    """As it plans nothing."""
    world = some_users()
    world.site.shown_overview = AccessTypeOverview()
    with pytest.raises(PartialReadError):
        await world.preview()()


@pytest.mark.parametrize("name", ["LAB\\user2", "lab\\USER2", "user2", a_user(2).id])
async def test_a_user_is_found_by_every_name(name: str) -> None:
    """Upper and lower case are the same."""
    told = await ExplainUser(some_users().preview())(name)
    assert told.account == "LAB\\user2"
    (license_,) = told.licenses
    assert license_.policy.action is Action.RELEASE
    assert license_.plan is not None
    assert license_.plan.reason is Reason.UNUSED
    assert not [answer for answer in license_.answers if answer.keeps]


async def test_caps_are_told_beside_the_rules() -> None:
    """The license may go, and has to wait."""
    world = some_users()
    world.limits = Limits(0, 100)
    (license_,) = (await ExplainUser(world.preview())("user3")).licenses
    assert license_.policy.reason is Reason.UNUSED
    assert license_.plan is not None
    assert license_.plan.reason is Reason.OVER_MAX_PER_RUN


async def test_all_licenses_of_a_user_are_told_also_of_a_type_that_is_off() -> None:
    """No plan reads those."""
    world = some_users(2)
    world.policy = a_policy(NeverRelease(tags=frozenset({"x"})), types=[ANALYZER])
    world.site.add(a_license(50, user=a_user(2), license_type=PROFESSIONAL))
    told = await ExplainUser(world.preview())("user2")
    off = next(x for x in told.licenses if x.license.license_type is PROFESSIONAL)
    assert (off.policy.reason, off.plan) == (Reason.TYPE_DISABLED, None)
    assert len(told.licenses) == 2


async def test_a_hidden_user_is_told_as_hidden() -> None:
    """The license stays."""
    world = World()
    world.site.add(a_license(1))
    told = await ExplainUser(world.preview())("LAB\\user1")
    assert told.user is None
    assert told.licenses[0].policy.reason is Reason.USER_NOT_VISIBLE


async def test_who_holds_nothing_or_is_not_alone_is_an_error() -> None:
    """It names those that it may be."""
    world = some_users(2)
    world.site.add(
        a_license(9, user=a_user(9, directory="SALES", user_id="user2")),
        users=[a_user(9, directory="SALES", user_id="user2")],
    )
    with pytest.raises(NoLicenseError, match=r"may be one of 2 users: LAB\\user2, SALES\\user2"):
        await ExplainUser(world.preview())("user2")
    with pytest.raises(NoLicenseError, match="holds neither"):
        await ExplainUser(world.preview())("nobody")
    with pytest.raises(NoLicenseError):
        await ExplainUser(world.preview())("")


async def test_a_recorded_plan_is_dry() -> None:
    """It is kept under a status that queues nothing."""
    world = some_users()
    plan = (await world.planner()()).plan
    assert plan is not None
    assert plan.status is PlanStatus.DRY_RUN
