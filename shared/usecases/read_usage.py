"""Read usage: the counts of a site at this moment; nothing is written."""

from collections.abc import Awaitable
from dataclasses import dataclass

from shared.domain.errors import QrsError
from shared.domain.model import ServerLicense, UsageSnapshot
from shared.usecases.ports import Clock, Qrs


@dataclass(frozen=True, slots=True)
class UsageNow:
    """What the site tells; `remarks` are sentences on what could not be read."""

    snapshot: UsageSnapshot
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadUsage:
    """Reads a site in three requests, one after the other."""

    site: str
    qrs: Qrs
    clock: Clock

    async def __call__(self) -> UsageNow:
        """The counts of now.

        Raises:
            QrsError: the overview could not be read.
        """
        overview = await self.qrs.overview()
        remarks = list(overview.remarks)
        unknown = ServerLicense(expiry=None, expired=None)
        server_license = await _or_unknown(self.qrs.server_license(), unknown, remarks)
        version = await _or_unknown(self.qrs.site_version(), "", remarks)
        snapshot = UsageSnapshot(self.site, self.clock(), overview, server_license, version)
        return UsageNow(snapshot, tuple(remarks))


async def _or_unknown[T](reading: Awaitable[T], unknown: T, remarks: list[str]) -> T:
    """What was read; `unknown` with a remark when it can't be: it must not cost the counts."""
    try:
        return await reading
    except QrsError as error:
        remarks.append(str(error))
        return unknown
