"""The lease slots of users while time goes by, under one reading of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.farm.slots import TakenSlot, slot_hold
from shared.domain.leases.model import Lease, LeaseRules, SlotReading
from shared.domain.leases.moments import after
from shared.domain.leases.start_answer import Verdict
from shared.domain.never_release import fold


@dataclass(frozen=True, slots=True)
class Start:
    """What a start got.

    Attributes:
        verdict: a lease, its old one renewed, or none.
        granted_from: from when this machine would get a lease: the moment of the start unless it
            was refused. Where a client runs on another slot, the earliest moment possible.
    """

    verdict: Verdict
    granted_from: datetime


@dataclass(slots=True)
class _Slot:
    last_contact: datetime
    frees: datetime  # if there is no contact after the last
    running: int = 0


class LeaseBook:
    """Who holds a lease on which machine. Names compare folded; times must not go back.

    A lease is renewed at each start and, as the client is in contact while it runs, until the
    session ends (QlikView fact 3.3). A refused start is a Personal Edition: it changes nothing.
    """

    def __init__(
        self,
        rules: LeaseRules,
        reading: SlotReading,
        held: Mapping[str, Mapping[str, TakenSlot]] | None = None,
    ) -> None:
        """An empty book, or one with the slots that users have taken; both keys are folded."""
        self._machines, self._period = rules.machines_per_user, rules.period
        self._hold = slot_hold(rules, reading)
        self._keys: dict[str, str] = {}
        self._users = {
            user: {m: _Slot(slot.contact, slot.frees.of(reading)) for m, slot in taken.items()}
            for user, taken in (held or {}).items()
        }

    def start(self, user: str, machine: str, at: datetime) -> Start:
        """The client starts on a machine; say `end` when its session ends, unless refused."""
        slots = self._users.setdefault(self._key(user), {})
        key = self._key(machine)
        slot = slots.get(key)
        verdict = Verdict.RENEWED
        if slot is None or not self._is_active(slot, at):
            refused_until = self._make_room(slots, at)
            if refused_until is not None:
                return Start(Verdict.REFUSED, refused_until)
            verdict = Verdict.GRANTED
            slot = slots[key] = _Slot(at, at)
        slot.running += 1
        self._contact(slot, at)
        return Start(verdict, at)

    def end(self, user: str, machine: str, at: datetime) -> None:
        """A session that had got a lease ends: the last contact until the next start."""
        slot = self._users[self._key(user)][self._key(machine)]
        slot.running -= 1
        self._contact(slot, at)

    def leases(self, at: datetime) -> dict[str, tuple[Lease, ...]]:
        """The active leases by folded user and machine, as the server would tell them now."""
        held = {}
        for user, slots in self._users.items():
            active = {m: slot for m, slot in slots.items() if self._is_active(slot, at)}
            if active:
                held[user] = tuple(
                    Lease(user, m, last_used=at if slot.running else slot.last_contact)
                    for m, slot in active.items()
                )
        return held

    def _make_room(self, slots: dict[str, _Slot], at: datetime) -> datetime | None:
        """Drop slots so that one is free: None; or else from when that will be possible."""
        for machine in [m for m, slot in slots.items() if not self._is_active(slot, at)]:
            del slots[machine]
        too_many = len(slots) - self._machines + 1
        if too_many <= 0:
            return None
        in_order = sorted(slots, key=lambda m: (slots[m].running > 0, slots[m].frees, m))
        last = slots[in_order[too_many - 1]]
        if last.running:
            return after(at, self._hold)
        if last.frees > at:
            return last.frees
        for machine in in_order[:too_many]:
            del slots[machine]
        return None

    def _contact(self, slot: _Slot, at: datetime) -> None:
        slot.last_contact = max(slot.last_contact, at)
        slot.frees = after(slot.last_contact, self._hold)

    def _is_active(self, slot: _Slot, at: datetime) -> bool:
        return slot.running > 0 or at - slot.last_contact < self._period

    def _key(self, name: str) -> str:
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = fold(name)
        return key
