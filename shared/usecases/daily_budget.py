"""Keeps the day's budget in the ledger: each release is reserved before its DELETE."""

from dataclasses import dataclass, field

from shared.domain.budget import DailyBudget, reserve
from shared.domain.errors import PartialReadError
from shared.domain.limits import Limits
from shared.domain.model import LicenseType
from shared.domain.recheck import Kept
from shared.domain.release import Outcome
from shared.usecases.ports import Clock, Ledger, Qrs


@dataclass(slots=True)
class BudgetKeeper:
    """The budget of the day (UTC) on which a message is worked."""

    ledger: Ledger
    qrs: Qrs
    limits: Limits
    clock: Clock
    _day: str = field(default="", init=False)
    _allocated: dict[LicenseType, int] = field(default_factory=dict, init=False)

    async def reserve(self, license_type: LicenseType, wanted: int) -> int:
        """Reserve up to `wanted` releases; returns how many the day's caps still allow.

        Raises:
            PartialReadError: the site does not say how many licenses are allocated.
        """
        if wanted == 0:
            return 0
        allocated = await self._allocated_now(license_type)
        granted = 0

        def change(budget: DailyBudget | None) -> DailyBudget:
            nonlocal granted
            changed, granted = reserve(
                budget or DailyBudget(),
                license_type,
                wanted,
                allocated=allocated,
                limits=self.limits,
            )
            return changed

        await self.ledger.change_state(DailyBudget, self.today(), change)
        return granted

    def used_up(self) -> Kept:
        """What to say of a license that the day's caps keep."""
        caps = f"{self.limits.max_per_run} licenses, {self.limits.max_percent_per_run} % of a type"
        return Kept(
            Outcome.KEPT_OVER_CAP, f"the caps of {self.today()} are used up ({caps}) by releases"
        )

    async def _allocated_now(self, license_type: LicenseType) -> int:
        if license_type not in self._allocated:
            pools = (await self.qrs.overview()).pools
            if license_type not in pools:
                raise PartialReadError(
                    f"the overview does not say how many {license_type} licenses are allocated, so"
                    " the cap in percent can't be held and nothing is released"
                )
            self._allocated[license_type] = pools[license_type].allocated
        return self._allocated[license_type]

    def today(self) -> str:
        """The day whose budget counts the message, `YYYY-MM-DD`; one day for all of it."""
        self._day = self._day or self.clock().date().isoformat()
        return self._day
