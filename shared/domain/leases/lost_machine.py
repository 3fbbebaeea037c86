"""The notebook question: what can a user do whose machine is lost, and when?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.leases.model import SlotReading
from shared.domain.leases.moments import shown
from shared.domain.leases.slots import ByReading, free_at, next_slots
from shared.domain.leases.start import would_start
from shared.domain.leases.start_answer import StartAnswer, Verdict
from shared.domain.leases.user_leases import HeldLease, ServerLeases

_NO_WAY_AROUND = (
    (
        "No lease can be taken back or moved: the management service only reads leases, and"
        " removing the named CAL does not end one and puts the CAL into quarantine on top."
    ),
    "Until then the AJAX client in a browser works, for it needs no lease.",
)


@dataclass(frozen=True, slots=True)
class LostMachine:
    """What follows when a machine of a user is lost now.

    Attributes:
        user: as the server writes it.
        machine: as it was asked for.
        held: the active lease on it, None when there is none; it keeps its slot.
        works_on: the user's other machines with an active lease; the client works there at once.
        new_machine: what a start on a machine without a lease does. Its times hold when the user
            works on none of the others until then.
        lost_slot_frees: when the slot of the lost machine itself frees. This is the time that
            counts for a user who goes on working on the other machines and so keeps their slots.
        works_from: from when the user can work anywhere, new machines included.
        advice: sentences on what to do.
    """

    user: str
    machine: str
    held: HeldLease | None
    works_on: tuple[HeldLease, ...]
    new_machine: StartAnswer
    lost_slot_frees: ByReading[datetime | None]
    works_from: ByReading[datetime | None]
    advice: tuple[str, ...]


def if_lost(server: ServerLeases, user: str, machine: str) -> LostMachine:
    """What follows when the machine (id, name or host name in the id) is lost now."""
    who = server.of(user)
    lost = [held for held in server.held_on(who, machine) if held.active]
    others = tuple(held for held in who.active if held not in lost)
    new = would_start(server, user)
    frees = ByReading(*(_slot_of(server, lost, reading) for reading in SlotReading))
    works_from = ByReading(
        *(server.now if others else new.outcomes.of(r).from_when for r in SlotReading)
    )
    return LostMachine(
        who.user,
        machine.strip(),
        lost[-1] if lost else None,
        others,
        new,
        frees,
        works_from,
        tuple(_advice(server, who.user, lost, others, new, frees)),
    )


def _slot_of(server: ServerLeases, lost: list[HeldLease], reading: SlotReading) -> datetime | None:
    moments = [free_at(held, reading, server.rules) for held in lost]
    known = [at for at in moments if at is not None]
    return max(*known, server.now) if known and len(known) == len(moments) else None


def _advice(
    server: ServerLeases,
    user: str,
    lost: list[HeldLease],
    others: tuple[HeldLease, ...],
    new: StartAnswer,
    frees: ByReading[datetime | None],
) -> Iterator[str]:
    if not lost:
        yield f"{user} holds no active lease on that machine, so its loss takes no slot."
    if others:
        names = ", ".join(held.machine_name or "a machine not told" for held in others)
        yield f"{user} can work at once on {names}."
    yield new.sentence
    if new.outcomes.period.verdict is not Verdict.REFUSED or new.outcomes.period.from_when is None:
        return
    if lost:
        yield (
            f"The slot of the lost machine frees at {shown(frees.period)} after the lease period,"
            f" or at {shown(frees.block)} after the block hours."
        )
    yield from _keep_the_right_slot(server, user, lost, others)
    yield from _NO_WAY_AROUND


def _keep_the_right_slot(
    server: ServerLeases, user: str, lost: list[HeldLease], others: tuple[HeldLease, ...]
) -> Iterator[str]:
    """A new machine takes the slot used longest ago, which may be one that is still needed."""
    slots = next_slots(server.of(user), server.rules, server.now)
    goes = {x.held.machine_name for x in (slots.period, slots.block) if x.held in others and x.held}
    if lost and goes:
        name = min(goes) or "a machine not told"
        yield (
            f"The first slot to free is that of {name}, which is not the lost one. If {user} still"
            " needs it, start the client there once: its lease is renewed, and the lost machine's"
            " slot frees first."
        )
