"""Holds slots among the requests that QRS gets at once, for as long as somebody works with them.

One change of the ledger when the first piece of work begins, one when the last ends, one every few
seconds in between, and one when QRS has trouble: none for a request.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from shared.domain.errors import LedgerError, NoSlotError
from shared.usecases.ports import RequestGate
from shared.usecases.qrs_slots import QrsSlots


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. Slots are renewed every `renew`; who waits for some asks every `poll`.

    Every `look` an instance looks whether slots came free that others wait for, and asks nobody.
    `patience` outlasts the lease of an instance that died; `brief_patience` is that of work which
    then goes on anyway, one request at a time.
    """

    renew: float = 5.0
    look: float = 0.5
    poll: float = 2.0
    patience: float = 45.0
    brief_patience: float = 10.0


_PACE = Pace()


class QrsShare:
    """One per gate, for all that is done through it. Without a share the gate lets one through."""

    def __init__(
        self,
        gate: RequestGate,
        slots: QrsSlots,
        *,
        pace: Pace = _PACE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._slots, self._pace, self._sleep = slots, pace, sleep
        self._lock = asyncio.Lock()
        self._news = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None
        self._users = self._unstoppable = self._wants = 0
        gate.watch(self._news.set)

    @asynccontextmanager
    async def held(self, wants: int) -> AsyncIterator[None]:
        """A share for a block that would send `wants` requests at once.

        Raises:
            NoSlotError: other instances use all, at the beginning or later.
            LedgerError: the share can't be taken.
        """
        async with self._user(wants):
            await self._wait(self._pace.patience)
            yield

    @asynccontextmanager
    async def held_or_one(self, wants: int) -> AsyncIterator[None]:
        """The same for what nobody would repeat: it goes on in any case, with one at a time."""
        self._go_on_anyway(+1)
        try:
            async with self._user(wants):
                await self._wait_briefly()
                yield
        finally:
            self._go_on_anyway(-1)

    async def refresh(self) -> None:
        """Renew the share, with what was seen since the last time.

        Raises:
            LedgerError: it can't be renewed.
        """
        async with self._lock:
            await self._slots.renew(self._wants)

    @asynccontextmanager
    async def _user(self, wants: int) -> AsyncIterator[None]:
        async with self._lock:
            self._users += 1
            self._wants += wants
            if self._renewing is None:
                self._renewing = asyncio.create_task(self._renew())
            elif self._wants - wants < self._slots.most:
                self._news.set()  # together they want more
        try:
            yield
        finally:
            async with self._lock:
                self._users -= 1
                self._wants -= wants
                if self._users == 0:
                    await self._end()

    async def _wait(self, patience: float) -> None:
        waited = 0.0
        while True:
            async with self._lock:  # whoever came before may have got it for all
                if self._slots.allowed == 0:
                    await self._slots.renew(self._wants)
                if self._slots.allowed > 0:
                    return
            if waited >= patience:
                raise NoSlotError(
                    f"Other instances use all requests that QRS gets at once: no share of them"
                    f" came free within {waited:.0f} s."
                )
            await self._sleep(self._pace.poll)
            waited += self._pace.poll

    async def _wait_briefly(self) -> None:
        try:
            with suppress(NoSlotError):
                await self._wait(self._pace.brief_patience)
        except LedgerError as error:
            self._slots.tell_failure(error)

    def _go_on_anyway(self, one: int) -> None:
        self._unstoppable += one
        self._slots.at_least_one = self._unstoppable > 0
        if self._users:
            self._slots.open_gate()

    async def _renew(self) -> None:
        while True:
            await self._until_due()
            self._news.clear()
            try:
                await self.refresh()
            except LedgerError as error:
                self._slots.tell_failure(error)

    async def _until_due(self) -> None:
        waited = 0.0
        while waited < self._pace.renew and not self._slots.can_spare():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look):
                    await self._news.wait()
                    return
            waited += self._pace.look

    async def _end(self) -> None:
        """Called under the lock, so that the renewal is never ended in the middle of a write."""
        if self._renewing:
            self._renewing.cancel()
            self._renewing = None
        await self._slots.give_back()
        self._news.clear()
