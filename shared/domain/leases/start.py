"""Would a QlikView client get a license if this user started it on this machine now?"""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.leases.cal_pool import (
    assigned_cals,
    free_cals,
    is_quarantined,
    quarantined_cals,
    total_cals,
)
from shared.domain.leases.moments import shown
from shared.domain.leases.slots import ByReading, NextSlot, next_slots
from shared.domain.leases.start_answer import Outcome, StartAnswer, StartReason, Verdict
from shared.domain.leases.user_leases import HeldLease, ServerLeases, UserLeases

_BY_MACHINE = "machinename"
_GIVEN = (StartReason.HOLDS_LEASE, StartReason.SLOT_FREE, StartReason.SLOTS_TAKEN)


def would_start(server: ServerLeases, user: str, machine: str = "") -> StartAnswer:
    """What happens if the user starts the client on the machine now.

    Args:
        server: the leases of the QlikView Server whose document is opened.
        user: in any case; one whom the server doesn't know has no CAL.
        machine: its id or name; empty for any machine on which the user has no lease.
    """
    return _Start(server, server.of(user), machine.strip()).answer()


class _Start:
    def __init__(self, server: ServerLeases, user: UserLeases, machine: str) -> None:
        self._server, self._user, self._machine = server, user, machine
        self._there = machine or "another machine"

    def answer(self) -> StartAnswer:
        if self._server.config.leases is None:
            why = "The server did not tell its leases, so nobody can say what a start would do."
            return self._same(Verdict.UNKNOWN, None, StartReason.LEASES_NOT_TOLD, why)
        own = [held for held in self._server.held_on(self._user, self._machine) if held.active]
        reason, why = self._no_lease_at_all()
        if reason and own:
            return self._lasts(own[-1], reason, why)
        if reason:
            return self._same(Verdict.REFUSED, None, reason, f"{why} {self._silent()}")
        return self._renewed(own[-1]) if own else self._by_slots()

    def _no_lease_at_all(self) -> tuple[StartReason | None, str]:
        """Why the user gets no lease on any machine, however many slots are free."""
        server, name = self._server, self._user.user
        if server.config.allow_lease is False:
            return StartReason.LEASES_OFF, "The server does not give leases: they are switched off."
        if self._user.cal or not self._cals_are_told:
            return None, ""
        removed = self._user.removed_cal
        if removed and is_quarantined(removed, server.now):
            until = f" until {shown(removed.quarantined_until)}" * bool(removed.quarantined_until)
            return (
                StartReason.CAL_REMOVED,
                f"The named CAL of {name} was removed and is in quarantine{until}.",
            )
        if not server.config.allow_dynamic:
            return StartReason.NO_CAL, f"{name} has no named CAL, and only a named CAL can lease."
        if self._free_cals() == 0:
            return (
                StartReason.NO_CAL_LEFT,
                f"{name} has no named CAL and would be given one, but none is left.",
            )
        return None, ""

    @property
    def _cals_are_told(self) -> bool:
        config = self._server.config
        by_machine = config.identification.strip().casefold() == _BY_MACHINE
        return config.assigned_cals is not None and not by_machine

    def _free_cals(self) -> int | None:
        config = self._server.config
        total = total_cals(config.in_license, config.limit)
        quarantined = quarantined_cals(config, self._server.now)
        return free_cals(total, assigned_cals(config), quarantined)

    def _lasts(self, own: HeldLease, reason: StartReason, why: str) -> StartAnswer:
        ends = (
            f"The lease on {self._there} still runs until {shown(own.expires_at)} (computed)"
            " and is not renewed."
        )
        # Reported for removed CALs (fact 3.6), and likely for the other reasons.
        return self._same(Verdict.LASTS, None, reason, f"{why} {ends}", certain=False)

    def _renewed(self, own: HeldLease) -> StartAnswer:
        why = (
            f"{self._there} holds a lease of {self._user.user}, {_evidence(own)}."
            " A start there renews it."
        )
        return self._same(Verdict.RENEWED, self._server.now, StartReason.HOLDS_LEASE, why)

    def _by_slots(self) -> StartAnswer:
        user, now = self._user, self._server.now
        if user.slots_free:
            others = f" ({_list(user.active)})" if user.active else ""
            why = (
                f"{user.user} holds leases on {len(user.active)} of {user.slots} machines{others},"
                f" so {self._there} gets one."
            )
            return self._same(Verdict.GRANTED, now, StartReason.SLOT_FREE, why)
        slots = next_slots(user, self._server.rules, now)
        outcomes = ByReading(_outcome(slots.period, now), _outcome(slots.block, now))
        return self._answer(outcomes, StartReason.SLOTS_TAKEN, self._taken(outcomes), certain=True)

    def _taken(self, outcomes: ByReading[Outcome]) -> str:
        period, block = outcomes.period, outcomes.block
        by_block = (
            "granted now" if block.verdict is Verdict.GRANTED else _refused_until(block.from_when)
        )
        return (
            f"{self._user.user} holds leases on {len(self._user.active)} machines, and"
            f" {self._user.slots} are allowed: {_list(self._user.active)}. A start on"
            f" {self._there} is {_refused_until(period.from_when)} if a slot frees after the lease"
            f" period, and {by_block} if it frees after the block hours; which of both holds is"
            f" open. {self._silent()}"
        )

    def _silent(self) -> str:
        return "A refusal shows no message: the client just stays Personal Edition."

    def _caveats(self) -> Iterator[str]:
        """What else is open when the verdict rests on the user having a CAL."""
        user, server = self._user, self._server
        if user.cal and (until := user.cal.quarantined_until) and until > server.now:
            yield (
                f"The server shows the CAL of {user.user} as quarantined until {shown(until)}; if"
                " that means that it was removed, no lease is given or renewed."
            )
        if user.cal is None and not self._cals_are_told:
            yield f"Whether {user.user} has a named CAL was not told; it takes one to lease."
        elif user.cal is None:
            yield f"{user.user} has no named CAL yet and may be given one by connecting."
        if user.unclear:
            yield "A lease without a machine id counts as a machine of its own."

    def _same(
        self,
        verdict: Verdict,
        from_when: datetime | None,
        reason: StartReason,
        sentence: str,
        *,
        certain: bool = True,
    ) -> StartAnswer:
        one = Outcome(verdict, from_when)
        return self._answer(ByReading(one, one), reason, sentence, certain=certain)

    def _answer(
        self, outcomes: ByReading[Outcome], reason: StartReason, sentence: str, *, certain: bool
    ) -> StartAnswer:
        caveats = list(self._caveats()) if reason in _GIVEN else []
        agree = outcomes.period.verdict is outcomes.block.verdict
        told = reason is not StartReason.LEASES_NOT_TOLD
        return StartAnswer(
            self._user.user,
            self._machine,
            outcomes,
            reason,
            " ".join([sentence, *caveats]),
            certain=certain and agree and told and not caveats,
        )


def _outcome(slot: NextSlot, now: datetime) -> Outcome:
    granted = slot.at is not None and slot.at <= now
    return Outcome(Verdict.GRANTED if granted else Verdict.REFUSED, slot.at)


def _refused_until(moment: datetime | None) -> str:
    return f"refused until {shown(moment)}"


def _list(held: tuple[HeldLease, ...]) -> str:
    return "; ".join(f"{x.machine_name or 'a machine not told'}, {_evidence(x)}" for x in held)


def _evidence(held: HeldLease) -> str:
    if held.expires_at is None:
        return "with no contact told"
    return (
        f"last contact {shown(held.lease.last_contact)}, runs until {shown(held.expires_at)}"
        " (computed)"
    )
