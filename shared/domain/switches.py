"""The switches that hold releases back; all of them must be open for a license to go.

Source: design.md "Decisions": they hold when planning, and again when releasing.
"""

from dataclasses import dataclass

from shared.domain.plan import PlanStatus


@dataclass(frozen=True, slots=True)
class Switches:
    """The operator's switches. `confirmed` means that CONFIRM_SITE equals SITE_NAME."""

    enabled: bool
    dry_run: bool
    confirmed: bool
    stop: bool
    approval_required: bool = False

    def holding_back(self) -> str:
        """The setting that forbids releases, or an empty text when none does."""
        closed = {
            "LICENSE_RELEASE__STOP": self.stop,
            "LICENSE_RELEASE__ENABLED": not self.enabled,
            "LICENSE_RELEASE__DRY_RUN": self.dry_run,
            "LICENSE_RELEASE__CONFIRM_SITE": not self.confirmed,
        }
        return next((name for name, holds in closed.items() if holds), "")

    def plan_status(self) -> PlanStatus:
        """What becomes of a plan that is made under these switches."""
        if self.stop:
            return PlanStatus.STOPPED
        if self.dry_run:
            return PlanStatus.DRY_RUN
        if not self.confirmed:
            return PlanStatus.NOT_CONFIRMED
        return PlanStatus.WAITING_FOR_APPROVAL if self.approval_required else PlanStatus.QUEUED
