"""Collecting usage: one snapshot into the ledger, its points into InfluxDB."""

from dataclasses import dataclass, field

import pytest

from shared.domain.errors import PointsError, QrsDeniedError
from shared.domain.model import ServerLicense
from shared.usecases.collect_usage import Collection, CollectUsage
from shared.usecases.record_failed_release import RecordFailedRelease
from tests.unit.build import NOW, a_license
from tests.unit.fakes import FakeSite, MemoryLedger, RecordingPoints, RecordingTelemetry


@dataclass
class World:
    """A collector with everything around it."""

    enabled: bool = True
    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)

    async def collect(self) -> Collection:
        """Collect once."""
        return await CollectUsage(
            "prod",
            self.enabled,
            {"foo": "bar"},
            self.site,
            self.ledger,
            self.points,
            self.telemetry,
            lambda: NOW,
        )()


async def test_a_collection_goes_to_the_ledger_and_to_the_points() -> None:
    """Both pools and the server license become points with the static tags; the ledger has all."""
    world = World()
    world.site.add(a_license(1))
    collection = await world.collect()
    assert world.ledger.usage == [collection.snapshot]
    assert [p.measurement for p in world.points.written] == [
        "qlik_sense_license",
        "qlik_sense_license",
        "qlik_sense_server_license",
    ]
    assert all(p.tags["foo"] == "bar" and p.tags["site"] == "prod" for p in world.points.written)
    assert world.telemetry.names() == ["usage.collected"]


async def test_points_that_fail_leave_the_snapshot_in_the_ledger() -> None:
    """The run fails loudly, and the history has no hole."""
    world = World(points=RecordingPoints(failing=True))
    with pytest.raises(PointsError):
        await world.collect()
    assert len(world.ledger.usage) == 1
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


@pytest.mark.parametrize("body", ["rubbish", '{"version": 7}', ""])
async def test_a_poison_message_is_kept_whole_whatever_it_holds(body: str) -> None:
    """What failed on every try is recorded and raises the alarm."""
    ledger, telemetry = MemoryLedger(), RecordingTelemetry()
    await RecordFailedRelease("prod", ledger, telemetry, lambda: NOW)("m1", body, 5)
    assert [(m.body, m.dequeue_count) for m in ledger.messages] == [(body, 5)]
    assert telemetry.names() == ["message.poisoned"]
