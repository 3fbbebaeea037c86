"""Collecting leases: what is read, kept, told and warned of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.domain.early_warnings import Thresholds
from shared.domain.errors import LedgerError, PointsError, QmsAnswerError, QmsUnavailableError
from shared.domain.leases.history import LeaseChange, LeaseLook
from shared.domain.leases.model import CalConfiguration, LeaseRules, QlikViewServer
from shared.usecases.collect_leases import CollectLeases
from tests.unit.build import NOW
from tests.unit.fakes import ManualTime, MemoryLeaseLedger, RecordingPoints, RecordingTelemetry
from tests.unit.leases.build import FARM, JOHN, QVS, a_config, a_lease

OTHER = QlikViewServer("9b1d", "QVS@QV2")
HOUR = timedelta(hours=1)


@dataclass
class FakeQms:
    """A management service whose answers can be changed; it remembers the order of calls."""

    configs: dict[str, CalConfiguration] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    cache_is_kept: str = ""
    calls: list[str] = field(default_factory=list)

    def tell(self, *configs: CalConfiguration) -> None:
        """What the servers tell from now on."""
        self.configs = {config.server.id: config for config in configs}

    async def servers(self) -> list[QlikViewServer]:
        """The servers that have something to tell."""
        self.calls.append("servers")
        return [config.server for config in self.configs.values()]

    async def forget_cached_cals(self) -> str:
        """Why the cache stays, if it does."""
        self.calls.append("forget")
        return self.cache_is_kept

    async def cal_configuration(self, server: QlikViewServer) -> CalConfiguration:
        """What a server tells, unless it is down."""
        self.calls.append(f"read {server.name}")
        if server.id in self.down:
            raise QmsUnavailableError(f"{server.name} did not answer; try again later.")
        return self.configs[server.id]


@dataclass
class DyingLedger(MemoryLeaseLedger):
    """A ledger on which one write fails, once."""

    dies_at: str = ""

    async def append_lease_changes(self, changes: Sequence[LeaseChange]) -> None:
        """Add, or die."""
        self._die("append_lease_changes")
        await super().append_lease_changes(changes)

    async def save_lease_look(self, look: LeaseLook) -> None:
        """Keep, or die."""
        self._die("save_lease_look")
        await super().save_lease_look(look)

    def _die(self, where: str) -> None:
        if self.dies_at == where:
            self.dies_at = ""
            raise LedgerError("the storage account died")


@dataclass
class World:
    """A use case with everything around it made by hand."""

    qms: FakeQms = field(default_factory=FakeQms)
    ledger: DyingLedger = field(default_factory=DyingLedger)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    clock: ManualTime = field(default_factory=lambda: ManualTime(NOW))

    def collect(self, rules: LeaseRules = FARM, *, personal_names: bool = False) -> CollectLeases:
        """The use case."""
        return CollectLeases(
            site="Lab",
            rules=rules,
            thresholds=Thresholds(),
            personal_names=personal_names,
            static_tags={"where": "here"},
            qms=self.qms,
            ledger=self.ledger,
            points=self.points,
            telemetry=self.telemetry,
            clock=self.clock,
        )

    def told(self, event: str) -> list[dict[str, object]]:
        """The dimensions of the events of that name."""
        return [dict(dims) for name, dims in self.telemetry.events if name == event]


@pytest.fixture
def world() -> World:
    """A world in which John holds two leases on the farm."""
    made = World()
    made.qms.tell(a_config([a_lease("CTX01"), a_lease("CTX02")]))
    return made


async def test_a_look_is_kept_counted_and_written(world: World) -> None:
    """The ledger has the look and its counts, and the points have the numbers."""
    collected = await world.collect()()
    look = await world.ledger.lease_look()
    assert look is not None
    assert look.servers == tuple(world.qms.configs.values())
    (counts,) = await world.ledger.lease_counts_since(NOW)
    assert counts == collected.counts
    assert counts.machines == {"CTX01": 1, "CTX02": 1, "CTX03": 0, "CTX04": 0}
    measured = {point.measurement for point in world.points.written}
    assert measured == {"qlikview_cal", "qlikview_lease", "qlikview_lease_machine"}
    assert "2 leases of 1 users on 1 QlikView Servers" in collected.summary()


async def test_the_cache_is_cleared_before_anything_is_read(world: World) -> None:
    """A lease that was given a minute ago would be missing otherwise (QlikView fact 1.10)."""
    await world.collect()()
    assert world.qms.calls == ["servers", "forget", "read QVS@QV1"]


async def test_a_cache_that_stays_is_told_and_costs_nothing(world: World) -> None:
    """The account may lack the role; what is read may then be some minutes old."""
    world.qms.cache_is_kept = "no Document Folder Administrator"
    await world.collect()()
    assert world.told("leases.cached")[0]["detail"] == "no Document Folder Administrator"
    assert world.told("leases.collected")


async def test_the_first_look_changes_nothing(world: World) -> None:
    """Leases that were there before anybody looked did not appear."""
    collected = await world.collect()()
    assert collected.changes == 0
    assert await world.ledger.lease_changes(NOW - HOUR) == []


async def test_what_moved_between_two_looks_is_known_later(world: World) -> None:
    """The user, both machines and the time stay in the ledger."""
    await world.collect()()
    world.clock.now = NOW + HOUR
    world.qms.tell(a_config([a_lease("CTX01"), a_lease("CTX03", leased=NOW, used=NOW)]))
    collected = await world.collect()()
    assert collected.changes == 1
    (change,) = await world.ledger.lease_changes(NOW, user=JOHN.upper())
    assert change.before is not None
    assert change.after is not None
    assert (change.before.machine, change.after.machine) == ("CTX02", "CTX03")
    assert world.told("leases.collected")[-1]["moved"] == 1


async def test_a_user_with_no_slot_left_on_the_farm_is_warned_of(world: World) -> None:
    """Two of four machines would refuse John, and nobody would tell him why."""
    await world.collect()()
    (warning,) = world.told("lease.refusals_ahead")
    assert '"users_next_refused": 1' in str(warning["figures"])
    assert "john" not in str(warning["detail"]).lower()


async def test_a_server_that_is_down_does_not_make_its_leases_vanish(world: World) -> None:
    """What it told last stays, with the time at which it was read."""
    world.qms.tell(*world.qms.configs.values(), a_config([a_lease("NB-7")], server=OTHER))
    await world.collect()()
    world.clock.now = NOW + HOUR
    world.qms.down = {OTHER.id}
    collected = await world.collect()()
    assert collected.unread == 1
    assert "1 could not be read" in collected.summary()
    look = await world.ledger.lease_look()
    assert look is not None
    assert [config.server for config in look.servers] == [QVS, OTHER]
    assert look.read_at == {QVS.id: NOW + HOUR, OTHER.id: NOW}
    assert world.told("leases.incomplete")[0]["server"] == "QVS@QV2"
    assert await world.ledger.lease_changes(NOW - HOUR) == []


async def test_when_no_server_can_be_read_nothing_is_kept(world: World) -> None:
    """The run fails with the first reason, and the last look stands."""
    await world.collect()()
    before = await world.ledger.lease_look()
    world.clock.now = NOW + HOUR
    world.qms.down = {QVS.id}
    with pytest.raises(QmsUnavailableError, match="QVS@QV1"):
        await world.collect()()
    assert await world.ledger.lease_look() == before
    assert len(await world.ledger.lease_counts_since(NOW - HOUR)) == 1


async def test_a_service_without_servers_is_an_error(world: World) -> None:
    """Otherwise a wrong address would look like a farm without leases."""
    world.qms.tell()
    with pytest.raises(QmsAnswerError, match="names no QlikView Server"):
        await world.collect()()


async def test_lists_that_are_not_told_are_told_of(world: World) -> None:
    """No leases and leases not told are different things."""
    world.qms.tell(a_config(None))
    collected = await world.collect()()
    assert world.told("leases.incomplete")[0]["detail"] == "It did not tell its leases."
    assert collected.counts.servers[QVS.id].leases is None
    assert world.told("leases.collected")[0]["leases"] is None


async def test_names_are_written_only_where_a_setting_says_so(world: World) -> None:
    """By default the user's tag is a pseudonym."""
    await world.collect()()
    assert all("john" not in str(point.tags).lower() for point in world.points.written)
    await world.collect(personal_names=True)()
    users = {point.tags.get("user") for point in world.points.written}
    assert JOHN in users


async def test_points_that_fail_cost_neither_ledger_nor_warnings(world: World) -> None:
    """InfluxDB being down fails the run after everything else is done."""
    world.points.failing = True
    with pytest.raises(PointsError):
        await world.collect()()
    assert await world.ledger.lease_look()
    assert world.told("lease.refusals_ahead")
    assert world.told("points.failed")


async def test_the_same_run_twice_is_one_run(world: World) -> None:
    """A timer that fires twice leaves one look, one row of counts and no changes."""
    await world.collect()()
    await world.collect()()
    assert len(await world.ledger.lease_counts_since(NOW - HOUR)) == 1
    assert await world.ledger.lease_changes(NOW - HOUR) == []


@pytest.mark.parametrize("fails", ["append_lease_changes", "save_lease_look"])
async def test_a_run_that_dies_while_it_writes_loses_no_change(world: World, fails: str) -> None:
    """The next run compares with the same look and finds the same change, once."""
    await world.collect()()
    world.clock.now = NOW + HOUR
    world.qms.tell(a_config([a_lease("CTX01")]))
    world.ledger.dies_at = fails
    with pytest.raises(LedgerError, match="died"):
        await world.collect()()
    world.clock.now = NOW + 2 * HOUR
    await world.collect()()
    (change,) = await world.ledger.lease_changes(NOW - HOUR)
    assert change.kind == "vanished"
