"""Instances of the app that share QRS, in one process: each with its own gate and share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from shared.adapters.qrs.request_gate import Attempt, RequestGate
from shared.domain.politeness import Politeness
from shared.usecases.ports import Clock, Ledger
from shared.usecases.qrs_share import Pace, QrsShare
from shared.usecases.qrs_slots import SHARES, QrsSlots
from tests.unit.fakes import ManualTime, MemoryLedger, RecordingTelemetry

MOST = 8
AT_ONCE = Pace(patience=0.0, brief_patience=0.0)  # for tests that do not wait


@dataclass
class Instance:
    """One instance; its requests last until the test ends them."""

    name: str
    ledger: Ledger
    clock: Clock
    pace: Pace = AT_ONCE
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    margin: timedelta = timedelta(seconds=5)
    has_ended: Callable[[str], bool] = lambda _: False
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    gate: RequestGate = field(default_factory=lambda: RequestGate(MOST, patience=0.01))
    requests: list[tuple[AbstractAsyncContextManager[Attempt], Attempt]] = field(
        default_factory=list
    )
    work: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        """Join gate and share."""
        self.slots = QrsSlots(
            self.gate,
            self.ledger,
            site="prod",
            holder=self.name,
            most=MOST,
            telemetry=self.telemetry,
            clock=self.clock,
            has_ended=self.has_ended,
            margin=self.margin,
        )
        self.share = QrsShare(self.gate, self.slots, pace=self.pace, sleep=self.sleep)

    async def begin(self, wants: int = MOST) -> None:
        """Begin a piece of work; raises `NoSlotError` when there is no slot."""
        await self.work.enter_async_context(self.share.held(wants))

    async def send(self, number: int = 1) -> None:
        """Begin requests, as many as the gate lets through at once and no more than that."""
        while number > 0 and self.room() > 0:
            request = self.gate.attempt()
            self.requests.append((request, await request.__aenter__()))
            number -= 1

    async def end_requests(self, number: int | None = None) -> None:
        """The oldest requests get their answers."""
        for request, _ in self.requests[:number]:
            await request.__aexit__(None, None, None)
        del self.requests[:number]

    async def finish(self) -> None:
        """All work is done."""
        await self.end_requests()
        await self.work.aclose()

    def room(self) -> int:
        """How many requests could begin now."""
        pulse = self.gate.look()
        return pulse.at_most - pulse.running


async def shares(ledger: MemoryLedger) -> Politeness:
    """What the ledger says."""
    return await ledger.state(Politeness, SHARES) or Politeness()


def limit_of(state: Politeness) -> int:
    """The limit that holds."""
    return state.limit_now(MOST)


def slots_in(state: Politeness, clock: ManualTime) -> int:
    """The slots of all whose leases last."""
    return sum(share.slots for share in state.shares if clock() < share.until)
