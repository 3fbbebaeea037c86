"""Hold a complete read against what the ledger lets expect, and against the clocks."""

from datetime import datetime

from shared.domain.model import LicenseType
from shared.domain.plan import LatestPlan
from shared.domain.plausibility import Believable, Doubt, doubts
from shared.usecases.ports import Ledger, Qrs
from shared.usecases.read_site import SiteRead

LATEST = "latest"  # the name of the state that remembers the latest plan


async def doubts_about(
    site_read: SiteRead,
    latest: LatestPlan | None,
    qrs: Qrs,
    ledger: Ledger | None,
    believable: Believable,
    now: datetime,
) -> list[Doubt]:
    """What speaks against planning on this read; empty when nothing does."""
    expected = await _expected(latest, ledger) if latest and ledger else {}
    return list(doubts(site_read.licenses, expected, qrs.clock_difference(), believable, now))


async def _expected(latest: LatestPlan, ledger: Ledger) -> dict[LicenseType, range]:
    """How many licenses of a type there should be: some of those released may be in quarantine."""
    released = [r for r in await ledger.recent_releases(latest.created_at) if r.outcome.is_release]
    return {
        license_type: range(
            before - sum(r.license_type is license_type for r in released), before + 1
        )
        for license_type, before in latest.population.items()
    }
