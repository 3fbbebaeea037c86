"""Watching usage: forecast, early warnings and holders after each collection."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from shared.domain.early_warnings import Thresholds
from shared.domain.errors import QrsDeniedError
from shared.domain.holders import HolderQuestion
from shared.domain.model import (
    AccessTypeOverview,
    LicensePool,
    ServerLicense,
    UsageSnapshot,
)
from shared.domain.outlook import OUTLOOK, Outlook
from shared.domain.release import Outcome, ReleaseRecord
from shared.usecases.survey_holders import SurveyHolders
from shared.usecases.watch_usage import Expiries, WatchUsage
from tests.unit.build import ANALYZER, NOW, a_license, a_user, days_ago, guid
from tests.unit.fakes import FakeSite, ManualTime, MemoryLedger, RecordingPoints, RecordingTelemetry


def a_snapshot(at: datetime, available: int, total: int = 500) -> UsageSnapshot:
    """A collection that saw this many analyzer licenses available."""
    pool = LicensePool(True, total, total - available, 0, 0, 0, available)
    license_ = ServerLicense(date(2028, 1, 1), expired=False)
    return UsageSnapshot("prod", at, AccessTypeOverview({ANALYZER: pool}), license_, "30")


@dataclass
class World:
    """A watcher with everything around it."""

    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    expiries: Expiries = field(default_factory=Expiries)
    asks_holders: bool = True
    ask_owners: bool = False

    async def past(self, days: int, per_day: int) -> None:
        """That many days on which the pool shrank by `per_day`, down to 100 available yesterday."""
        for back in range(days, 0, -1):
            await self.ledger.save_usage(a_snapshot(days_ago(back), 100 + per_day * (back - 1)))

    async def watch(self, snapshot: UsageSnapshot) -> Outlook:
        """Save the snapshot, as the collection does, and look at it."""
        await self.ledger.save_usage(snapshot)
        survey = SurveyHolders(
            "prod",
            lambda owners: HolderQuestion(NOW, owners),
            self.ask_owners,
            self.site,
            self.telemetry,
        )
        return await WatchUsage(
            static_tags={"foo": "bar"},
            thresholds=Thresholds(),
            expiries=self.expiries,
            survey=survey if self.asks_holders else None,
            ledger=self.ledger,
            points=self.points,
            telemetry=self.telemetry,
            clock=ManualTime(),
        )(snapshot)

    def details(self, name: str) -> list[str]:
        """The sentences of an event."""
        return [str(dims["detail"]) for event, dims in self.telemetry.events if event == name]


async def test_a_pool_that_shrinks_steadily_gets_a_date_and_a_warning() -> None:
    """Five a day for two months, a hundred left: about twenty days."""
    world = World(asks_holders=False)
    await world.past(60, per_day=5)
    outlook = await world.watch(a_snapshot(NOW, 95))
    assert "runs out about 2026-12" in outlook.pools[0].forecast
    assert len(world.details("pool.running_out")) == 1
    assert await world.ledger.state(Outlook, OUTLOOK) == outlook


async def test_a_young_site_is_told_that_its_history_is_too_short() -> None:
    """No guess, no warning."""
    world = World(asks_holders=False)
    outlook = await world.watch(a_snapshot(NOW, 300))
    assert outlook.pools[0].forecast.startswith("not enough history")
    assert world.telemetry.names() == ["pool.counted"]


async def test_what_this_app_released_does_not_look_like_falling_demand() -> None:
    """Demand grows by five a day, hidden by our own releases of five a day: it still runs out."""
    world = World(asks_holders=False)
    for back in range(60, 0, -1):
        await world.ledger.save_usage(a_snapshot(days_ago(back), 50))
        for number in range(5):
            record = released(back * 10 + number, days_ago(back - 0.5))
            world.ledger.rows["p", record.license_id] = record
    outlook = await world.watch(a_snapshot(NOW, 50))
    assert "runs out about 2026-12" in outlook.pools[0].forecast


async def test_an_empty_pool_an_expiring_certificate_and_secret_are_warned_of() -> None:
    """Each warning is an event of its own, with figures for alerts."""
    expiries = Expiries(NOW + timedelta(days=10), {"jwt": NOW + timedelta(days=5), "other": None})
    world = World(asks_holders=False, expiries=expiries)
    await world.watch(
        replace(a_snapshot(NOW, 5), server_license=ServerLicense(date(2026, 11, 1), expired=True))
    )
    assert world.telemetry.names() == [
        "pool.low",
        "server_license.expired",
        "certificate.expiring",
        "secret.expiring",
        "pool.counted",
    ]
    figures = json.loads(str(world.telemetry.events[0][1]["figures"]))
    assert figures["available"] == 5


async def test_collections_that_were_missing_are_told_when_they_are_back() -> None:
    """Daily until three days ago, then nothing until now."""
    world = World(asks_holders=False)
    for back in range(20, 2, -1):
        await world.ledger.save_usage(a_snapshot(days_ago(back), 300))
    await world.watch(a_snapshot(NOW, 300))
    assert len(world.details("collection.missing")) == 1


async def test_who_uses_what_becomes_points_and_returned_users_a_warning() -> None:
    """Three of three released users hold a license again."""
    world = World()
    for number in range(1, 4):
        user = a_user(number)
        world.site.add(a_license(number, user=user, created=days_ago(1)), users=[user])
        record = released(100 + number, days_ago(3), user_id=user.id)
        world.ledger.rows["p", record.license_id] = record
    outlook = await world.watch(a_snapshot(NOW, 300))
    assert [(one.license_type, one.counts["holders"]) for one in outlook.holders] == [
        ("analyzer", 3)
    ]
    assert "qlik_license_holders" in {point.measurement for point in world.points.written}
    assert len(world.details("release.came_back")) == 1


async def test_a_survey_that_fails_stops_nothing_else() -> None:
    """The pools and their forecast are written; an event tells what is missing."""
    world = World()

    async def refused(*_: object) -> list[object]:
        raise QrsDeniedError("no rights")

    world.site.access_licenses = refused  # type: ignore[assignment,method-assign]
    await world.watch(a_snapshot(NOW, 300))
    assert world.telemetry.names() == ["usage.incomplete", "pool.counted"]
    assert "qlik_license_pool" in {point.measurement for point in world.points.written}


async def test_every_point_carries_site_and_static_tags() -> None:
    """Dashboards filter by them."""
    world = World(asks_holders=False)
    await world.past(60, per_day=5)
    await world.watch(a_snapshot(NOW, 95))
    assert {p.measurement for p in world.points.written} == {
        "qlik_license_pool",
        "qlik_license_forecast",
        "qlik_license_expiry",
    }
    assert all(p.tags["site"] == "prod" and p.tags["foo"] == "bar" for p in world.points.written)


def released(number: int, at: datetime, user_id: str = "") -> ReleaseRecord:
    """The record of an analyzer license that went at that time."""
    return ReleaseRecord(
        site="prod",
        plan_id="p",
        license_id=guid(number),
        license_type=ANALYZER,
        user_id=user_id or guid(5000 + number),
        account="LAB\\someone",
        outcome=Outcome.RELEASED,
        detail="",
        started_at=at,
        finished_at=at,
        before=a_license(number, created=at - timedelta(days=400)),
    )
