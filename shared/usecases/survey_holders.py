"""Survey the holders: read licenses and users, and count who uses what."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain import events
from shared.domain.errors import PartialReadError, QrsError
from shared.domain.holder_survey import holders
from shared.domain.holders import HolderQuestion, TypeHolders
from shared.domain.model import AccessLicense, AccessTypeOverview, LicenseType
from shared.usecases.ports import Qrs, Telemetry
from shared.usecases.read_site import read_site


@dataclass(frozen=True, slots=True)
class Survey:
    """Who uses what, and the licenses that it was told from."""

    holders: tuple[TypeHolders, ...]
    licenses: dict[LicenseType, list[AccessLicense]]


@dataclass(frozen=True, slots=True)
class SurveyHolders:
    """One survey. `question` makes the question, with the owners of apps if they were read."""

    site: str
    question: Callable[[frozenset[str] | None], HolderQuestion]
    ask_owners: bool
    qrs: Qrs
    telemetry: Telemetry

    async def __call__(self, overview: AccessTypeOverview) -> Survey | None:
        """The survey, in four or five requests; None when the site could not be read.

        That is told by an event, and stops nothing: the counts of the pools are there already.
        """
        try:
            found = await read_site(self.qrs, [t for t in LicenseType if t in overview.pools])
            owners = await self.qrs.owner_ids() if self.ask_owners else None
        except (QrsError, PartialReadError) as error:
            detail = {"site": self.site, "part": "holders", "error": str(error)}
            self.telemetry.emit(events.USAGE_INCOMPLETE, detail)
            return None
        return Survey(holders(found.licenses, found.users, self.question(owners)), found.licenses)
