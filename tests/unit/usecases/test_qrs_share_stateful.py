"""Instances that come, work, have trouble, die and go, in any order: never too many requests."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.errors import NoSlotError
from shared.domain.politeness import LEASE, PROBE
from shared.usecases.qrs_share import Pace
from tests.unit.fakes import ManualTime, MemoryLedger
from tests.unit.usecases.instances import MOST, Instance, limit_of, shares, slots_in

INSTANCES = 4
any_number = st.integers(0, 11)


class Instances(RuleBasedStateMachine):
    """The real share and gate; a ledger in memory, and a clock that the test moves."""

    @initialize()
    def start(self) -> None:
        """Nobody is there."""
        self.loop = asyncio.new_event_loop()
        self.ledger, self.clock = MemoryLedger(), ManualTime()
        self.working: list[Instance] = []
        self.dead: list[Instance] = []
        self.names = 0

    @precondition(lambda self: len(self.working) < INSTANCES)
    @rule(wants=st.integers(1, 12))
    def come(self, wants: int) -> None:
        """One more instance asks for a share; without one it goes away again."""
        self.names += 1

        async def come() -> None:
            one = Instance(f"i{self.names}", self.ledger, self.clock)
            with suppress(NoSlotError):
                await one.begin(wants)
                self.working.append(one)

        self.run(come())

    @precondition(lambda self: self.working)
    @rule(which=any_number, number=any_number)
    def send(self, which: int, number: int) -> None:
        """Requests begin."""
        self.run(self.one(which).send(number))

    @precondition(lambda self: self.working)
    @rule(which=any_number, number=any_number)
    def answer(self, which: int, number: int) -> None:
        """Requests end."""
        self.run(self.one(which).end_requests(number))

    @precondition(lambda self: self.working)
    @rule(which=any_number, number=any_number)
    def trouble(self, which: int, number: int) -> None:
        """QRS says that it is too much, and perhaps nobody has told the ledger yet."""
        one = self.one(which)
        if one.requests:
            one.requests[number % len(one.requests)][1].answered(503)

    @precondition(lambda self: self.working)
    @rule(which=any_number)
    def renew(self, which: int) -> None:
        """The time has come for it."""
        self.run(self.one(which).share.refresh())

    @rule(seconds=st.integers(0, 25))
    def time_passes(self, seconds: int) -> None:
        """Those who work renew in time; those who are dead do not."""
        self.clock.now += timedelta(seconds=seconds)
        for one in self.working:
            self.run(one.share.refresh())

    @precondition(lambda self: self.working)
    @rule(which=any_number)
    def go(self, which: int) -> None:
        """The work is done."""
        one = self.one(which)
        self.working.remove(one)
        self.run(one.finish())

    @precondition(lambda self: self.working)
    @rule(which=any_number)
    def die(self, which: int) -> None:
        """The process ends, and its requests with it; the ledger does not know."""
        one = self.one(which)
        self.working.remove(one)
        self.dead.append(one)

    @invariant()
    def never_more_requests_than_slots_nor_more_slots_than_the_setting(self) -> None:
        """Each instance keeps to its slots, and all slots together to the most there may be."""
        if not hasattr(self, "working"):
            return
        state = self.run(shares(self.ledger))
        for one in self.working:
            assert len(one.requests) <= state.slots_of(one.name)
        assert slots_in(state, self.clock) <= MOST
        over = max(0, slots_in(state, self.clock) - limit_of(state))
        assert over == 0 or state.cuts > 0

    def teardown(self) -> None:
        """When the trouble is over, each has its part; when all are gone, nothing is left."""
        if not hasattr(self, "working"):
            return
        self.run(self._settle())
        self.loop.close()

    async def _settle(self) -> None:
        for one in self.working:
            await one.end_requests()
        self.clock.now += LEASE
        for _ in range(3):
            for one in self.working:
                await one.share.refresh()
        state = await shares(self.ledger)
        assert slots_in(state, self.clock) <= limit_of(state)
        fed = [one for one in self.working if state.slots_of(one.name)]
        assert len(fed) == min(len(self.working), limit_of(state))
        for one in self.working:
            await one.finish()
        await self._recover()
        for one in self.dead:
            await one.finish()

    async def _recover(self) -> None:
        """One that works on and on, without trouble, comes back to the setting."""
        last = Instance("last", self.ledger, self.clock, pace=Pace())
        await last.begin()
        before = limit_of(await shares(self.ledger))
        for _ in range(MOST):
            await last.send(MOST)
            self.clock.now += PROBE
            await last.share.refresh()
            assert limit_of(await shares(self.ledger)) >= before
        assert limit_of(await shares(self.ledger)) == MOST
        await last.finish()
        assert (await shares(self.ledger)).shares == ()

    def one(self, which: int) -> Instance:
        """One of those that work."""
        return self.working[which % len(self.working)]

    def run[T](self, work: Coroutine[object, object, T]) -> T:
        """Do it now."""
        return self.loop.run_until_complete(work)


pytestmark = pytest.mark.timeout(600)
TestInstances = Instances.TestCase
TestInstances.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
