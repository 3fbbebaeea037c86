"""Slots that are waited for in line, as many as somebody else says at the moment."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.domain.errors import NoSlotError


class Slots:
    """First come, first served, the urgent before all others.

    There may be more taken than `size` says, after it was lowered.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0
        self.closed = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """A slot for a block.

        Raises:
            NoSlotError: there are none, and no sign that there will be.
        """
        await self._enter(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._leave()

    def resize(self, size: int) -> None:
        """Change how many there are."""
        self.size = size
        self.closed &= size == 0
        self._let_in()

    def close(self) -> None:
        """Send all away who wait, and who come, until there are slots again."""
        self.closed = True
        while waiting := self._next():
            waiting.set_exception(_no_slot())

    async def _enter(self, line: deque[asyncio.Future[None]]) -> None:
        if self.closed:
            raise _no_slot()
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(waiting)
        self._let_in()
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._leave()  # let in and cancelled at the same moment
            raise

    def _leave(self) -> None:
        self.taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self.taken < self.size and (waiting := self._next()):
            self.taken += 1
            waiting.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        """Who is first in line and still waits."""
        for line in (self._urgent, self._others):
            while line:
                waiting = line.popleft()
                if not waiting.done():
                    return waiting
        return None


def _no_slot() -> NoSlotError:
    return NoSlotError("QRS has no request slot for this instance: others use all there are.")
