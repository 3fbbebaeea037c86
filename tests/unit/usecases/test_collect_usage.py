"""Collecting usage: one snapshot into the ledger, its points into InfluxDB."""

from dataclasses import dataclass, field, replace

import pytest

from shared.domain.errors import PointsError, QrsDeniedError
from shared.domain.model import ServerLicense, UsageSnapshot
from shared.domain.outlook import Outlook
from shared.usecases.collect_usage import Collection, CollectUsage
from shared.usecases.record_failed_release import RecordFailedRelease
from tests.unit.build import NOW, a_license, an_overview
from tests.unit.fakes import FakeSite, MemoryLedger, RecordingPoints, RecordingTelemetry


@dataclass
class World:
    """A collector with everything around it."""

    enabled: bool = True
    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    watched: list[UsageSnapshot] = field(default_factory=list)

    async def collect(self) -> Collection:
        """Collect once; what comes after is noted only."""

        async def watch(snapshot: UsageSnapshot) -> Outlook:
            self.watched.append(snapshot)
            return Outlook(NOW, (), ())

        return await CollectUsage(
            site="prod",
            enabled=self.enabled,
            static_tags={"foo": "bar"},
            qrs=self.site,
            ledger=self.ledger,
            points=self.points,
            watch=watch,
            telemetry=self.telemetry,
            clock=lambda: NOW,
        )()


async def test_a_collection_goes_to_the_ledger_and_to_the_points() -> None:
    """Both pools and the server license become points with the static tags; the ledger has all."""
    world = World()
    world.site.add(a_license(1))
    collection = await world.collect()
    assert world.ledger.usage == [collection.snapshot] == world.watched
    assert [p.measurement for p in world.points.written] == [
        "qlik_sense_license",
        "qlik_sense_license",
        "qlik_sense_server_license",
    ]
    assert all(p.tags["foo"] == "bar" and p.tags["site"] == "prod" for p in world.points.written)
    assert world.telemetry.names() == ["usage.collected"]


async def test_points_that_fail_leave_the_snapshot_in_the_ledger() -> None:
    """The run fails loudly, the history has no hole, and early warnings are given all the same."""
    world = World(points=RecordingPoints(failing=True))
    with pytest.raises(PointsError):
        await world.collect()
    assert world.ledger.usage == world.watched
    assert world.telemetry.names() == ["points.failed"]


async def test_a_monitor_that_is_switched_off_reads_nothing() -> None:
    """LICENSE_MONITOR__ENABLED=false: an event, and no request."""
    world = World(enabled=False)
    assert (await world.collect()).snapshot is None
    assert world.site.reads == []


async def test_a_server_license_that_can_not_be_read_does_not_cost_the_counts() -> None:
    """The pools are collected; the license is unknown, which is a gap and no number."""
    world = World()
    world.site.add(a_license(1))

    async def refused() -> ServerLicense | None:
        raise QrsDeniedError("no rights to read the license")

    world.site.server_license = refused  # type: ignore[method-assign]
    await world.collect()
    assert {p.measurement for p in world.points.written} == {"qlik_sense_license"}
    assert world.telemetry.names() == ["usage.incomplete", "usage.collected"]


async def test_what_is_odd_about_the_overview_is_told_and_the_rest_collected() -> None:
    """A pool with impossible numbers is left out with a remark; the others are counted."""
    world = World()
    shown = replace(an_overview([a_license(1)]), remarks=("the professional pool has -5 licenses",))
    world.site.shown_overview = shown
    await world.collect()
    assert world.telemetry.names() == ["usage.incomplete", "usage.collected"]
    assert "-5" in str(world.telemetry.events[0][1]["error"])


@pytest.mark.parametrize("body", ["rubbish", '{"version": 7}', ""])
async def test_a_poison_message_is_kept_whole_whatever_it_holds(body: str) -> None:
    """What failed on every try is recorded and raises the alarm."""
    ledger, telemetry = MemoryLedger(), RecordingTelemetry()
    await RecordFailedRelease("prod", ledger, telemetry, lambda: NOW)("m1", body, 5)
    assert [(m.body, m.dequeue_count) for m in ledger.messages] == [(body, 5)]
    assert telemetry.names() == ["message.poisoned"]
