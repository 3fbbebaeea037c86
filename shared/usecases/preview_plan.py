"""Preview a plan: what would be planned now, from a fresh read; nothing is written or queued."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.grace import Mark
from shared.domain.limits import Limits
from shared.domain.model import LicenseType
from shared.domain.plan import Action, Decision, LatestPlan, Reason, count_reasons
from shared.domain.plausibility import Believable, Doubt
from shared.domain.policy import ReleasePolicy
from shared.usecases.believe_read import LATEST, doubts_about
from shared.usecases.plan_releases import decided, marks_left
from shared.usecases.ports import Clock, Ledger, Qrs
from shared.usecases.read_site import SiteRead, read_site


@dataclass(frozen=True, slots=True)
class Preview:
    """The decisions of a plan that is not made.

    Attributes:
        at: the moment of the decisions.
        decisions: of every license of the types that are released, releases and deferrals first.
        doubts: why the app would not plan on this read; empty when it would.
        from_history: whether a plan before was known: grace days and population rest on it.
    """

    at: datetime
    decisions: tuple[Decision, ...]
    doubts: tuple[Doubt, ...]
    from_history: bool

    @property
    def released(self) -> tuple[Decision, ...]:
        """The decisions that would release a license, longest unused first."""
        return tuple(d for d in self.decisions if d.action is Action.RELEASE)

    @property
    def counts(self) -> dict[LicenseType, dict[Reason, int]]:
        """How many licenses of each type each rule decided."""
        return count_reasons(self.decisions)


@dataclass(frozen=True, slots=True)
class PreviewPlan:
    """One preview. Without a `ledger`, or before the first plan, nothing is known of the past."""

    policy: ReleasePolicy
    limits: Limits
    grace_days: int
    believable: Believable
    qrs: Qrs
    ledger: Ledger | None
    clock: Clock

    async def __call__(self) -> Preview:
        """What a plan made now would decide.

        Raises:
            PartialReadError: what was read may not be all there is.
            QrsError: the site could not be read.
        """
        return await self.of(await read_site(self.qrs, sorted(self.policy.threshold_days)))

    async def of(self, site_read: SiteRead) -> Preview:
        """What a plan made now would decide on this read; other types in it are left out."""
        types = self.policy.threshold_days
        licenses = {t: rows for t, rows in site_read.licenses.items() if t in types}
        planned = SiteRead(site_read.overview, licenses, site_read.users)
        now = self.clock()
        latest = await self.ledger.state(LatestPlan, LATEST) if self.ledger else None
        doubts = await doubts_about(planned, latest, self.qrs, self.ledger, self.believable, now)
        decisions = decided(
            planned,
            await self._marks(latest),
            now,
            policy=self.policy,
            limits=self.limits,
            grace_days=self.grace_days,
        )
        return Preview(now, decisions, tuple(doubts), latest is not None)

    async def _marks(self, latest: LatestPlan | None) -> dict[str, Mark]:
        if self.ledger is None:
            return {}
        return await marks_left(self.ledger, latest, self.grace_days)
