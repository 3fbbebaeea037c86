"""What a finished draft means: bindings, changes, and from when servers let their users in."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.domain.farm.draft import Draft, Person
from shared.domain.farm.least_rebindings import least_rebindings
from shared.domain.farm.model import Binding, FarmPlan
from shared.domain.farm.plan_result import OverFull, PlanResult, Rebinding, Wait
from shared.domain.farm.slots import ready_times
from shared.domain.leases.model import SlotReading

type _Ready = Mapping[SlotReading, Mapping[str, datetime]]
"""By reading: from when servers let the user in, where that is not now."""


def plan_result(draft: Draft, now: datetime) -> PlanResult:
    """The plan of the draft, every list sorted by name.

    Args:
        draft: everybody is bound.
        now: the time of the leases.
    """
    people = sorted(draft.people, key=lambda person: person.key)
    ready = {person.key: _ready_later(draft, person, now) for person in people}
    return PlanResult(
        FarmPlan(
            tuple(draft.farm.values()),
            tuple(_binding(draft, person, ready[person.key]) for person in people),
        ),
        tuple(move for person in people for move in _rebindings(draft, person)),
        least_rebindings(draft),
        tuple(wait for person in people for wait in _waits(person, ready[person.key])),
        tuple(
            OverFull(server.name, draft.count[key], draft.shares[key].room)
            for key, server in draft.farm.items()
            if draft.excess(key)
        ),
    )


def _ready_later(draft: Draft, person: Person, now: datetime) -> _Ready:
    def preference(server: str) -> tuple[bool, float, str]:
        return server not in (person.before or ()), -draft.score(person, server), server

    servers = sorted(person.bound, key=preference)
    return {
        reading: {
            server: at
            for server, at in ready_times(servers, person.taken, draft.rules, reading).items()
            if at > now
        }
        for reading in SlotReading
    }


def _binding(draft: Draft, person: Person, ready: _Ready) -> Binding:
    servers = [server for server in draft.farm if server in person.bound]
    ready_at = {}
    for server in servers:
        times = [later[server] for later in ready.values() if server in later]
        if times:
            ready_at[draft.farm[server].name] = max(times)
    return Binding(person.name, tuple(draft.farm[s].name for s in servers), ready_at)


def _waits(person: Person, ready: _Ready) -> Iterable[Wait]:
    until = {
        reading: min(later.values())
        for reading, later in ready.items()
        if len(later) == len(person.bound)
    }
    return [Wait(person.name, until)] if until else []


def _rebindings(draft: Draft, person: Person) -> Iterable[Rebinding]:
    if person.before is None:
        return []
    joined = sorted(draft.farm[s].name for s in person.bound if s not in person.before)
    left = sorted(name for s, name in person.before.items() if s not in person.bound)
    gone = [*left, *[None] * len(joined)]
    return [Rebinding(person.name, old, new) for old, new in zip(gone, joined, strict=False)]
