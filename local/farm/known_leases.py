"""Who works on the farm and holds which leases, as they were last collected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.farm.errors import FarmError
from shared.domain.leases.machines import MachineNames
from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.never_release import fold
from shared.usecases.read_leases import LeasePicture


@dataclass(frozen=True, slots=True)
class KnownLeases:
    """What the settings and the ledger say about a farm.

    Attributes:
        rules: of leases.
        server: the QlikView Server whose leases these are; empty when none are known.
        read_at: when they were read; None when none are known.
        leases: of each user who holds an active one, the expired ones too.
        with_cal: the folded names of users with a named CAL.
        nameless: active leases without a user.
        likely_farm: machines that seem to be the farm, where the settings don't name it.
    """

    rules: LeaseRules
    server: str = ""
    read_at: datetime | None = None
    leases: Mapping[str, Sequence[Lease]] = field(default_factory=dict)
    with_cal: frozenset[str] = frozenset()
    nameless: int = 0
    likely_farm: tuple[str, ...] = ()

    @property
    def farm(self) -> tuple[str, ...]:
        """The names of the farm's servers in the settings."""
        return MachineNames(self.rules.farm).farm


def known_leases(picture: LeasePicture, rules: LeaseRules, server: str) -> KnownLeases:
    """What a look says about one QlikView Server.

    Raises:
        FarmError: no or several servers come into question.
    """
    survey = _the_one(picture.surveys, server)
    on_server = survey.server
    told = on_server.config.server
    return KnownLeases(
        rules,
        told.name,
        picture.look.read_at.get(told.id, picture.look.taken_at),
        {
            user.user: [held.lease for held in user.leases]
            for user in on_server.users.values()
            if user.active
        },
        frozenset(key for key, user in on_server.users.items() if user.cal),
        survey.without_user,
        on_server.names.farm if on_server.names.inferred else (),
    )


def _the_one(surveys: Sequence[LeaseSurvey], server: str) -> LeaseSurvey:
    if not server and len(surveys) == 1:
        return surveys[0]
    told = [survey.server.config.server for survey in surveys]
    asked = fold(server)
    found = [
        x for x, it in zip(surveys, told, strict=True) if asked in {fold(it.name), fold(it.id)}
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(it.name for it in told) or "none"
    if server:
        raise FarmError(f"there is no QlikView Server {server!r}; leases were read of: {listed}")
    raise FarmError(f"leases were read of several QlikView Servers: name one by --server: {listed}")
