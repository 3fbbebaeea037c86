"""What QRS answers: its version, what the account sees, its clock, the site license."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.doctor.result import Result, ok, skipped, warning
from local.doctor.result import failed as failed_result
from shared.domain.early_warnings import Remark, Thresholds
from shared.domain.errors import PartialReadError
from shared.domain.expiry_warnings import server_license_finding
from shared.domain.model import LicenseType
from shared.domain.plausibility import CLOCKS_AGREE
from shared.usecases.ports import Qrs
from shared.usecases.read_site import SiteRead, read_site

_CLOCK_DRIFTS = timedelta(minutes=1)
_RIGHTS = "docs/qrs-account.md says which rights it needs."


@dataclass(frozen=True, slots=True)
class QrsChecks:
    """The checks of one site; `who` is the account by which it is asked."""

    qrs: Qrs
    who: str
    now: datetime
    thresholds: Thresholds

    async def answers(self) -> Sequence[Result]:
        """Whether QRS answers at all.

        Raises:
            QrsError: it does not.
        """
        version = await self.qrs.site_version()
        return [ok("QRS", f"Qlik Sense {version} answers {self.who}.")]

    async def rights(self) -> Sequence[Result]:
        """Whether the account sees all licenses and users.

        Raises:
            QrsError: something could not be read.
        """
        try:
            found = await read_site(self.qrs, sorted(LicenseType))
        except PartialReadError as error:
            return [failed_result("rights", f"{error} {_RIGHTS}")]
        remarks = [warning("overview", remark) for remark in found.overview.remarks]
        return [*remarks, _visible(found)]

    async def clock(self) -> Sequence[Result]:
        """Whether the server's clock agrees with ours; it is told by the answers before."""
        difference = self.qrs.clock_difference()
        if difference is None:
            return [skipped("clock", "No answer told the time of the server.")]
        told = f"The server's clock is {difference.total_seconds():+.0f} s off this machine's"
        if abs(difference) > CLOCKS_AGREE:
            text = f"{told}, and no plan is made like that: synchronize both with a time server."
            return [failed_result("clock", text)]
        if abs(difference) > _CLOCK_DRIFTS:
            return [warning("clock", f"{told}: synchronize both with a time server.")]
        return [ok("clock", "The server's clock agrees with this machine's.")]

    async def site_license(self) -> Sequence[Result]:
        """Whether the site license expires soon.

        Raises:
            QrsError: it could not be read.
        """
        found = await self.qrs.server_license()
        told = server_license_finding(found, self.thresholds, self.now)
        if told is None:
            until = f"until {found.expiry}" if found and found.expiry else "for now"
            return [ok("site license", f"The site license is valid {until}.")]
        if isinstance(told, Remark):
            return [warning("site license", told.sentence)]
        return [warning("site license", told.sentence)]


def _visible(found: SiteRead) -> Result:
    holders = {row.user.id for rows in found.licenses.values() for row in rows if row.user}
    counts = " and ".join(f"{len(rows)} {kind}" for kind, rows in found.licenses.items())
    hidden = len(holders - set(found.users))
    if hidden:
        return warning(
            "rights",
            f"The account sees {counts} licenses, but {hidden} of their {len(holders)} users are"
            f" hidden from it, whose licenses are kept. {_RIGHTS}",
        )
    return ok(
        "rights",
        f"The account sees all {counts} licenses and their {len(holders)} users. Whether it may"
        " delete licenses is not tried.",
    )
