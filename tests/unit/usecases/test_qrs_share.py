"""An instance's share of the requests to QRS: taken, renewed, lost, given back, and adapted."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain.errors import LedgerError, NoSlotError
from shared.domain.politeness import LEASE, PROBE, QUIET, Politeness, Share
from shared.usecases.qrs_share import Pace
from shared.usecases.qrs_slots import SHARES
from tests.unit.build import NOW
from tests.unit.fakes import ManualTime, MemoryLedger
from tests.unit.usecases.instances import MOST, Instance, limit_of, shares


class FailingLedger(MemoryLedger):
    """A ledger that can be away."""

    away: bool = False

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """Change it, or fail."""
        if self.away:
            raise LedgerError("the storage account does not answer")
        return await super().change_state(kind, name, change)


class CountingLedger(MemoryLedger):
    """A ledger that counts the changes."""

    changes: int = 0

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """Count and change."""
        self.changes += 1
        return await super().change_state(kind, name, change)


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks run until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_without_a_share_requests_go_one_at_a_time() -> None:
    """What forgot to take a share can't do much harm."""
    one = Instance("a", MemoryLedger(), ManualTime())
    assert one.room() == 1
    await one.begin()
    assert one.room() == MOST
    await one.finish()
    assert one.room() == 1


async def test_a_share_costs_two_changes_of_the_ledger_however_many_requests_it_is_for() -> None:
    """One when the work begins and one when it ends; work that joins it costs none."""
    ledger = CountingLedger()
    one = Instance("a", ledger, ManualTime())
    await one.begin()
    await one.begin()
    for _ in range(100):
        await one.send()
        await asyncio.sleep(0)
        await one.end_requests()
    await one.finish()
    assert ledger.changes == 2
    assert (await shares(ledger)).shares == ()


async def test_two_instances_share_and_never_send_more_than_the_limit_together() -> None:
    """The second waits until the first has made room, and has its part from then on."""
    ledger, clock = MemoryLedger(), ManualTime()
    one, two = Instance("a", ledger, clock), Instance("b", ledger, clock)
    await one.begin()
    await one.send(6)
    with pytest.raises(NoSlotError, match="Other instances"):
        await two.begin()

    waiting = Share("b", MOST, 0, NOW + LEASE)
    await ledger.change_state(
        Politeness, SHARES, lambda s: Politeness(shares=(*(s or Politeness()).shares, waiting))
    )
    await one.share.refresh()
    assert one.room() < 0  # it has six under way, and may have four
    await two.begin()  # two came free at once
    await two.send(MOST)
    assert len(two.requests) == 2
    await one.end_requests(3)
    await one.share.refresh()
    await two.share.refresh()
    await one.send(MOST)
    await two.send(MOST)
    assert (len(one.requests), len(two.requests)) == (4, 4)
    await one.finish()
    await two.finish()


async def test_who_waits_gets_a_share_as_soon_as_one_is_given_back() -> None:
    """The waiting is done with the clock that the test gives."""
    ledger, clock = MemoryLedger(), ManualTime()
    one = Instance("a", ledger, clock)
    await one.begin()
    await one.send(MOST)

    async def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)
        if clock.now >= NOW + timedelta(seconds=6):
            await one.finish()

    two = Instance("b", ledger, clock, pace=Pace(), sleep=sleep)
    await two.begin()
    assert clock.now == NOW + timedelta(seconds=6)
    assert two.room() == MOST
    await two.finish()


async def test_the_share_of_a_dead_instance_is_waited_for() -> None:
    """A worker that is started again has its share before its patience ends."""
    ledger, clock = MemoryLedger(), ManualTime()
    dead = Instance("dead", ledger, clock)
    await dead.begin()

    async def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    again = Instance("again", ledger, clock, pace=Pace(), sleep=sleep)
    await again.begin()
    assert NOW + LEASE <= clock.now <= NOW + timedelta(seconds=Pace().patience)
    assert again.room() == MOST
    await again.finish()
    await dead.finish()


async def test_what_must_go_on_goes_on_with_one_request_at_a_time() -> None:
    """Usage is collected though others hold all, and though the ledger is away."""
    ledger = FailingLedger()
    clock = ManualTime()
    one, timer = Instance("a", ledger, clock), Instance("timer", ledger, clock)
    await one.begin()
    await one.send(MOST)
    async with timer.share.held_or_one(3):
        assert timer.room() == 1
    assert [share.holder for share in (await shares(ledger)).shares] == ["a"]
    ledger.away = True
    async with timer.share.held_or_one(3):
        assert timer.room() == 1
    assert set(timer.telemetry.names()) == {"qrs.share_failed"}
    ledger.away = False
    await one.finish()
    async with timer.share.held_or_one(3):
        assert timer.room() == 3


async def test_a_release_is_not_begun_without_the_ledger() -> None:
    """It needs it anyway; the message comes again."""
    ledger = FailingLedger()
    ledger.away = True
    with pytest.raises(LedgerError):
        await Instance("a", ledger, ManualTime()).begin()


async def test_trouble_halves_at_once_and_all_instances_learn_of_it() -> None:
    """The one that saw it lets fewer through before the ledger has it, the other when it renews."""
    ledger, clock = MemoryLedger(), ManualTime()
    one, two = Instance("a", ledger, clock), Instance("b", ledger, clock)
    await one.begin(4)
    await two.begin(4)
    await one.send(4)
    for _, attempt in one.requests:
        attempt.answered(503)
    assert one.gate.look().at_most == 2
    await until(lambda: "qrs.limit_lowered" in one.telemetry.names())
    assert limit_of(await shares(ledger)) == 4
    assert one.telemetry.events[0][1] == {"site": "prod", "limit": 4, "was": 8}
    await one.end_requests()
    await two.share.refresh()
    assert two.room() == 2
    assert two.telemetry.names() == []
    await one.finish()
    await two.finish()


async def test_a_burst_that_two_instances_see_halves_once() -> None:
    """All of it was sent before the cut."""
    ledger, clock = MemoryLedger(), ManualTime()
    one, two = Instance("a", ledger, clock), Instance("b", ledger, clock)
    await one.begin(4)
    await two.begin(4)
    await one.send(4)
    await two.send(4)
    for _, attempt in [*one.requests, *two.requests]:
        attempt.answered(429)
    await one.share.refresh()
    await two.share.refresh()
    assert limit_of(await shares(ledger)) == 4
    await one.end_requests()
    await one.send()
    one.requests[0][1].failed(TimeoutError())  # this one was sent after the cut
    await one.share.refresh()
    assert limit_of(await shares(ledger)) == 2
    await one.finish()
    await two.finish()


async def test_the_limit_recovers_slowly_while_it_is_used() -> None:
    """One more after each quiet stretch, up to the setting; what was too many takes longer."""
    ledger, clock = MemoryLedger(), ManualTime()
    one = Instance("a", ledger, clock)
    await one.begin()
    await one.send()
    one.requests[0][1].answered(503)
    await one.share.refresh()
    seen = []
    for _ in range(6):
        await one.end_requests()
        await one.send(MOST)
        clock.now += QUIET
        await one.share.refresh()
        seen.append(limit_of(await shares(ledger)))
    assert seen == [5, 6, 7, 7, 7, 7]
    clock.now += PROBE
    await one.send(MOST)
    await one.share.refresh()
    assert limit_of(await shares(ledger)) == MOST
    assert one.telemetry.names().count("qrs.limit_raised") == 4
    await one.finish()


async def test_work_that_ends_quickly_lets_the_limit_recover_too() -> None:
    """A night of small messages is as good as a long one."""
    ledger, clock = MemoryLedger(), ManualTime()
    await ledger.change_state(Politeness, SHARES, lambda _: Politeness(2, 1, 8, NOW))
    one = Instance("a", ledger, clock)
    clock.now += QUIET
    await one.begin()
    await one.send(MOST)
    await one.finish()
    assert limit_of(await shares(ledger)) == 3


async def test_a_share_that_can_not_be_renewed_is_not_used_any_more() -> None:
    """Before its lease ends the instance goes one at a time, whatever keeps the ledger."""
    ledger, clock = FailingLedger(), ManualTime()
    margin = LEASE - timedelta(seconds=0.05)
    one = Instance("a", ledger, clock, pace=Pace(renew=0.01, look=0.01), margin=margin)
    await one.begin()
    assert one.room() == MOST
    ledger.away = True
    await until(lambda: one.room() == 1)
    assert "qrs.share_failed" in one.telemetry.names()
    ledger.away = False
    await until(lambda: one.room() == MOST)
    await one.finish()


async def test_an_instance_that_gets_no_slot_any_more_is_told_so_instead_of_hanging() -> None:
    """The limit fell below the number of instances: its requests end, unsent."""
    ledger, clock = MemoryLedger(), ManualTime()
    one, two = Instance("a", ledger, clock), Instance("b", ledger, clock)
    await one.begin(4)
    await two.begin(4)
    await ledger.change_state(
        Politeness, SHARES, lambda s: Politeness(1, 3, 2, NOW, (s or Politeness()).shares)
    )
    await one.share.refresh()
    await two.share.refresh()
    assert (one.room(), two.room()) == (1, 0)
    with pytest.raises(NoSlotError):
        async with two.gate.caller():
            raise AssertionError("it must not be let in")
    with pytest.raises(NoSlotError):
        async with two.gate.caller():  # the next ones are not even kept waiting
            raise AssertionError("it must not be let in")
    await one.finish()
    await two.share.refresh()
    async with two.gate.caller():
        assert two.room() == 1
    await two.finish()


async def test_a_share_is_not_waited_for_when_its_holder_is_known_to_have_ended() -> None:
    """A worker that died and was started again has its share at once."""
    ledger, clock = MemoryLedger(), ManualTime()
    dead = Instance("dead", ledger, clock)
    await dead.begin()
    again = Instance("again", ledger, clock, has_ended=lambda name: name == "dead")
    await again.begin()
    assert again.room() == MOST
    assert [share.holder for share in (await shares(ledger)).shares] == ["again"]
    await again.finish()
    await dead.finish()
