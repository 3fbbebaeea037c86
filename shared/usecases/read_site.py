"""Read what a plan needs, completely: the overview, the licenses of each type, their users."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from shared.domain.completeness import disagreements
from shared.domain.errors import PartialReadError
from shared.domain.model import AccessLicense, AccessTypeOverview, LicenseType, User
from shared.usecases.ports import Qrs

ATTEMPTS = 3  # somebody logging in between two reads makes them differ once, hardly three times


@dataclass(frozen=True, slots=True)
class SiteRead:
    """A complete read: counts, licenses by type, and the visible users by id."""

    overview: AccessTypeOverview
    licenses: dict[LicenseType, list[AccessLicense]]
    users: dict[str, User]


async def read_site(qrs: Qrs, license_types: Collection[LicenseType]) -> SiteRead:
    """Read the licenses of the given types and their users in a handful of requests.

    Raises:
        PartialReadError: lists and overview disagree again and again.
        QrsError: a request failed.
    """
    for _ in range(ATTEMPTS):
        overview, licenses = await _counts_and_lists(qrs, license_types)
        differences = disagreements(overview, licenses)
        if not differences:
            return SiteRead(overview, licenses, await _users(qrs, licenses))
    raise PartialReadError(
        f"the read may be partial, so nothing is planned: {'; '.join(differences)}."
        " Does the account in QLIK_SENSE__USER see every license (for example as RootAdmin)?"
        " While releases still run or many people log in, this can pass by itself."
    )


async def _counts_and_lists(
    qrs: Qrs, license_types: Collection[LicenseType]
) -> tuple[AccessTypeOverview, dict[LicenseType, list[AccessLicense]]]:
    """Overview and lists, all at once: they take QRS a while. The first failure ends the others."""
    try:
        async with asyncio.TaskGroup() as reads:
            overview = reads.create_task(qrs.overview())
            lists = {t: reads.create_task(qrs.access_licenses(t)) for t in license_types}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return overview.result(), {t: each.result() for t, each in lists.items()}


async def _users(qrs: Qrs, licenses: dict[LicenseType, list[AccessLicense]]) -> dict[str, User]:
    holders = {row.user.id for rows in licenses.values() for row in rows if row.user}
    return await qrs.users(holders) if holders else {}
