"""The gate that all requests to QRS pass: how many at once, and what tells that it is too many."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from shared.adapters.qrs.slots import Slots
from shared.domain.politeness import Pulse, is_slow

_OVERLOADED = frozenset({429, 503, 504})
_PATIENCE = 10.0
_LATEST_TIMES, _EARLIER_TIMES = 8, 64


class RequestGate:
    """Lets `at_most` requests be under way, until it is told to allow another number.

    Two lines: callers, who keep their slot while they wait for their next attempt, so that a QRS
    that asks for a pause gets one; and attempts, so that callers who were let in before the number
    was lowered do not all ask again at once. For one event loop.

    It adapts only where somebody watches it, for who lowers must be able to raise again.
    """

    def __init__(self, at_most: int, *, patience: float = _PATIENCE) -> None:
        """`patience`: seconds after which callers are sent away while nothing is allowed."""
        self._patience = patience
        self._callers = Slots(at_most)
        self._attempts = Slots(at_most)
        self._cut = 0
        self._troubled = False
        self._full = False
        self._on_trouble: Callable[[], None] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._latest: deque[float] = deque(maxlen=_LATEST_TIMES)
        self._earlier: deque[float] = deque(maxlen=_EARLIER_TIMES)

    def watch(self, on_trouble: Callable[[], None]) -> None:
        """Have somebody told at once when QRS has trouble; what it is then told by `look`."""
        self._on_trouble = on_trouble

    def running(self) -> int:
        """How many requests are under way."""
        return self._attempts.taken

    def look(self) -> Pulse:
        """What happened since the last look, unless there was trouble: that stays until a cut."""
        pulse = Pulse(
            running=self._attempts.taken,
            at_most=self._attempts.size,
            full=self._full,
            troubled=self._troubled,
            cut=self._cut,
        )
        self._full = self._is_full()
        return pulse

    def allow(self, at_most: int, cut: int) -> None:
        """From now on this many; `cut` is the last cut of the limit that this number knows of."""
        if cut != self._cut:
            self._cut, self._troubled = cut, False
            self._latest.clear()
        # Trouble that nobody was told of yet: the number was made without it.
        self._resize(min(at_most, self._attempts.size) if self._troubled else at_most)

    @asynccontextmanager
    async def caller(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """The place of a caller, for all attempts of a request; the urgent go first.

        Raises:
            NoSlotError: nothing is allowed, and that lasts.
        """
        async with self._callers.one(urgent=urgent):
            yield

    @asynccontextmanager
    async def attempt(self, *, urgent: bool = False) -> AsyncIterator["Attempt"]:
        """The place of one attempt, which is to tell how QRS bears it; the urgent go first.

        Raises:
            NoSlotError: nothing is allowed, and that lasts.
        """
        async with self._attempts.one(urgent=urgent):
            self._full |= self._is_full()
            yield Attempt(self, self._cut, time.monotonic())

    def trouble(self, cut: int) -> None:
        """Take trouble with a request that was sent under this cut: at once half as many."""
        if self._on_trouble is None or cut != self._cut or self._troubled:
            return
        self._troubled = True
        self._resize(self._attempts.size - self._attempts.size // 2)
        self._on_trouble()

    def took(self, seconds: float, cut: int) -> None:
        """Take the time of a request that takes as long each time on a site at rest."""
        self._earlier.append(seconds)
        if cut == self._cut:
            self._latest.append(seconds)
            if is_slow(self._latest, min(self._earlier)):
                self.trouble(cut)

    def _is_full(self) -> bool:
        return 0 < self._attempts.size <= self._attempts.taken

    def _resize(self, size: int) -> None:
        self._callers.resize(size)
        self._attempts.resize(size)
        if self._closing is not None and size > 0:
            self._closing.cancel()
            self._closing = None
        if self._closing is None and size == 0:
            self._closing = asyncio.get_running_loop().call_later(self._patience, self._close)

    def _close(self) -> None:
        self._callers.close()
        self._attempts.close()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a request, and how QRS bears it."""

    _gate: RequestGate
    _cut: int
    _began: float

    def answered(self, status: int) -> None:
        """Take the status of an answer; 429, 503 and 504 say that it is too much."""
        if status in _OVERLOADED:
            self._gate.trouble(self._cut)

    def failed(self, fault: BaseException) -> None:
        """Take a fault; a request that was sent and not answered in time says the same."""
        never_sent = (httpx.ConnectTimeout, httpx.PoolTimeout)
        if isinstance(fault, httpx.TimeoutException | TimeoutError) and not isinstance(
            fault, never_sent
        ):
            self._gate.trouble(self._cut)

    def done(self) -> None:
        """Tell that it went well, of a request whose time tells how busy QRS is."""
        self._gate.took(time.monotonic() - self._began, self._cut)
