"""The circuit breaker of QRS, kept in the ledger so that all instances share it."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.breaker import Breaker, entered, failed, succeeded
from shared.usecases.ports import Clock, Ledger

BREAKER = "qrs"  # the name of the state that holds it


@dataclass(frozen=True, slots=True)
class QrsBreaker:
    """Asked before a message is worked, and told how it went."""

    ledger: Ledger
    clock: Clock

    async def closed_until(self) -> datetime | None:
        """The moment before which QRS is to be left alone; None when work may begin."""
        known = await self.ledger.state(Breaker, BREAKER)
        if known is None or known.open_until is None:
            return None
        now = self.clock()
        admitted = False

        def enter(breaker: Breaker | None) -> Breaker:
            nonlocal admitted
            current = breaker or Breaker()
            admitted = current.refuses_until(now) is None
            return entered(current, now)

        after = await self.ledger.change_state(Breaker, BREAKER, enter)
        return None if admitted else after.open_until

    async def tell(self, *, failure: bool) -> datetime | None:
        """How a message went; returns until when QRS is left alone now, if it is."""
        if failure:
            return await self.tell_failure()
        await self.tell_success()
        return None

    async def tell_failure(self) -> datetime | None:
        """QRS was not available; returns until when it is left alone now, if it is."""
        now = self.clock()
        after = await self.ledger.change_state(
            Breaker, BREAKER, lambda breaker: failed(breaker or Breaker(), now)
        )
        return after.open_until

    async def tell_success(self) -> None:
        """QRS answered as it should."""
        known = await self.ledger.state(Breaker, BREAKER)
        if known and known != Breaker():
            await self.ledger.change_state(
                Breaker, BREAKER, lambda breaker: succeeded(breaker or Breaker())
            )
