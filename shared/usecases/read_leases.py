"""Read leases back: the last look with what it comes to, and what became of one user's leases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import NoLeasesError
from shared.domain.leases.history import LeaseChange, LeaseLook
from shared.domain.leases.lost_machine import LostMachine, if_lost
from shared.domain.leases.machines import machine_names
from shared.domain.leases.model import LeaseRules
from shared.domain.leases.slot_evidence import SlotEvidence, slot_evidence
from shared.domain.leases.start import would_start
from shared.domain.leases.start_answer import StartAnswer
from shared.domain.leases.survey import LeaseSurvey, survey
from shared.domain.leases.user_leases import UserLeases
from shared.usecases.ports import Clock, LeaseLedger

HISTORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LeasePicture:
    """The last look as it stands now: expiries are computed against the present time.

    Attributes:
        look: what the servers told, and when.
        now: the present.
        surveys: of each QlikView Server.
        evidence: what this site's history says about when a slot frees.
    """

    look: LeaseLook
    now: datetime
    surveys: tuple[LeaseSurvey, ...]
    evidence: SlotEvidence


@dataclass(frozen=True, slots=True)
class UserOnServer:
    """One user on one QlikView Server.

    Attributes:
        survey: of the server.
        user: the leases.
        start: what a start on the machine that was asked for does, or on any without a lease.
        lost: what follows when the machine that was asked for is lost; None when none was.
    """

    survey: LeaseSurvey
    user: UserLeases
    start: StartAnswer
    lost: LostMachine | None


@dataclass(frozen=True, slots=True)
class LeaseExplanation:
    """Everything about a user's leases.

    Attributes:
        read_at: when the look was taken.
        servers: the user on each server that knows them.
        changes: what happened to the leases within the last 90 days, oldest first.
    """

    read_at: datetime
    servers: tuple[UserOnServer, ...]
    changes: tuple[LeaseChange, ...]


@dataclass(frozen=True, slots=True)
class ReadLeases:
    """Reads what `collect_leases` kept; it asks nobody but the ledger."""

    rules: LeaseRules
    ledger: LeaseLedger
    clock: Clock

    async def picture(self) -> LeasePicture:
        """The last look as it stands now.

        Raises:
            NoLeasesError: leases were never collected.
        """
        look, now = await self._look(), self.clock()
        surveys = self._surveys(look, now)
        changes = await self.ledger.lease_changes(now - HISTORY)
        return LeasePicture(look, now, surveys, slot_evidence(changes, self.rules, look))

    async def explain(self, user: str, machine: str = "", lost: str = "") -> LeaseExplanation:
        """What a user holds, and what a start or the loss of a machine would do.

        Args:
            user: with the domain or, where it is the only one, without.
            machine: where the client would be started; empty for any machine without a lease.
            lost: a machine that is lost; empty for none.

        Raises:
            NoLeasesError: leases were never collected, nobody has that name, or several have.
        """
        look, now = await self._look(), self.clock()
        surveys = self._surveys(look, now)
        name = _the_one(user, surveys)
        servers = tuple(
            _on_server(one, name, machine, lost)
            for one in surveys
            if one.server.called(name) or len(surveys) == 1
        )
        changes = await self.ledger.lease_changes(now - HISTORY, user=name)
        return LeaseExplanation(look.taken_at, servers, tuple(changes))

    async def _look(self) -> LeaseLook:
        look = await self.ledger.lease_look()
        if look is None:
            raise NoLeasesError(
                "No leases were collected yet: give the QLIKVIEW__* settings and wait for"
                " collect_leases, or run it once."
            )
        return look

    def _surveys(self, look: LeaseLook, now: datetime) -> tuple[LeaseSurvey, ...]:
        names = machine_names(self.rules, look.servers)
        return tuple(survey(config, self.rules, now, names) for config in look.servers)


def _the_one(user: str, surveys: Sequence[LeaseSurvey]) -> str:
    """The user as a server writes it; one without a domain must not stand for two people."""
    found = {each.user.casefold(): each.user for s in surveys for each in s.server.called(user)}
    if not found:
        raise NoLeasesError(
            f"No QlikView Server knows {user!r}: it has neither a named CAL nor a lease. Write the"
            r" name as in the QMC, like DOMAIN\user."
        )
    if len(found) > 1:
        raise NoLeasesError(
            f"{user!r} may be {' or '.join(sorted(found.values()))}; write it with the domain."
        )
    return next(iter(found.values()))


def _on_server(one: LeaseSurvey, name: str, machine: str, lost: str) -> UserOnServer:
    return UserOnServer(
        one,
        one.server.of(name),
        would_start(one.server, name, machine),
        if_lost(one.server, name, lost) if lost else None,
    )
