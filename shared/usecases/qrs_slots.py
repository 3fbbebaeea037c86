"""This instance's slots among the requests that QRS gets at once: ledger and gate kept in step."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain import events
from shared.domain.errors import LedgerError
from shared.domain.politeness import (
    LEASE,
    Politeness,
    due,
    given_back,
    observed,
    renewed,
    without,
)
from shared.usecases.ports import Clock, Ledger, RequestGate, Telemetry

SHARES = "qrs"  # the name of the state that holds the shares of all instances


class QrsSlots:
    """The gate never lets more through than the ledger says: it learns of less first, of more last.

    Only what must go on (`at_least_one`) goes on without a slot, one request at a time.
    """

    def __init__(
        self,
        gate: RequestGate,
        ledger: Ledger,
        *,
        site: str,
        holder: str,
        most: int,
        telemetry: Telemetry,
        clock: Clock,
        has_ended: Callable[[str], bool] = lambda _: False,
        margin: timedelta = timedelta(seconds=5),
    ) -> None:
        """`holder` names this instance and no other; `most` is QLIK_SENSE__MAX_CONCURRENCY.

        `has_ended` tells of another holder whether it is known to have ended. Slots that could not
        be renewed are not used any more `margin` before their lease ends, for clocks differ.
        """
        self._gate, self._ledger, self._telemetry, self._clock = gate, ledger, telemetry, clock
        self._site, self._holder, self.most = site, holder, most
        self._has_ended, self._margin = has_ended, margin
        self._held = self._cut = 0
        self._lapsing: asyncio.TimerHandle | None = None
        self.allowed = 0
        self.at_least_one = False
        self.lapse()

    async def renew(self, wants: int) -> None:
        """Tell what the gate saw, take or renew slots, and let as many through as there are.

        Raises:
            LedgerError: they can't be taken or renewed.
        """
        await self._exchange(wants)
        if self.can_spare():
            await self._exchange(wants)

    def can_spare(self) -> bool:
        """Whether slots that it must not use any more came free: others wait for them."""
        return self._held > max(self.allowed, self._gate.running())

    async def give_back(self) -> None:
        """Tell what the gate saw last, and hold none any more; the ledger need not be there."""
        pulse, now = self._gate.look(), self._clock()
        self._forget_lapse()
        self.lapse()

        def change(known: Politeness | None) -> Politeness:
            seen = observed(known or Politeness(), pulse, now=now, most=self.most)
            return given_back(seen, self._holder, now)

        try:
            self._cut = (await self._ledger.change_state(Politeness, SHARES, change)).cuts
        except LedgerError as error:  # the lease ends by itself
            self.tell_failure(error)

    def open_gate(self) -> None:
        """Let as many through as may be."""
        self._gate.allow(max(self.allowed, int(self.at_least_one)), self._cut)

    def lapse(self) -> None:
        """Go one at a time: none is held, or its lease ends, whatever keeps its renewal."""
        self._held = self.allowed = 0
        self._gate.allow(1, self._cut)

    def tell_failure(self, error: LedgerError) -> None:
        """Tell that the ledger did not do what it should."""
        detail = {"site": self._site, "detail": str(error)}
        self._telemetry.emit(events.QRS_SHARE_FAILED, detail)

    async def _exchange(self, wants: int) -> None:
        pulse, now, was = self._gate.look(), self._clock(), 0
        in_use = max(min(self.allowed, pulse.at_most), pulse.running)

        def change(known: Politeness | None) -> Politeness:
            nonlocal was
            state = without(known or Politeness(), self._has_ended)
            was = state.limit_now(self.most)
            seen = observed(state, pulse, now=now, most=self.most)
            asked = min(wants, self.most)
            return renewed(seen, self._holder, wants=asked, in_use=in_use, now=now, most=self.most)

        after = await self._ledger.change_state(Politeness, SHARES, change)
        self._held, self._cut = after.slots_of(self._holder), after.cuts
        self.allowed = due(after, self._holder, self.most)
        self.open_gate()
        self._lapse_at(now + LEASE - self._margin)
        self._tell(was, after.limit_now(self.most))

    def _lapse_at(self, moment: datetime) -> None:
        self._forget_lapse()
        seconds = (moment - self._clock()).total_seconds()
        self._lapsing = asyncio.get_running_loop().call_later(seconds, self.lapse)

    def _forget_lapse(self) -> None:
        if self._lapsing:
            self._lapsing.cancel()
            self._lapsing = None

    def _tell(self, was: int, limit: int) -> None:
        if was != limit:
            event = events.QRS_LIMIT_LOWERED if limit < was else events.QRS_LIMIT_RAISED
            self._telemetry.emit(event, {"site": self._site, "limit": limit, "was": was})
