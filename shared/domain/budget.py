"""The day's budget: the caps held again when licenses go, over all messages, instances and plans.

Source: design.md (MAX_PER_RUN, MAX_PERCENT_PER_RUN). Each release is reserved before its DELETE, so
the caps hold however many workers run side by side. A reservation is never given back: a license
whose DELETE failed or came too late keeps its place, which the next try of the same day takes up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.limits import Limits, percent_cap
from shared.domain.model import LicenseType


@dataclass(frozen=True, slots=True)
class DailyBudget:
    """What is reserved of a day (UTC).

    `allocated` holds the allocated licenses of a type when the day's first release of it was
    reserved: the base of the percentage, which must not shrink with the releases of the day.
    """

    reserved: Mapping[LicenseType, int] = field(default_factory=dict)
    allocated: Mapping[LicenseType, int] = field(default_factory=dict)

    def total(self) -> int:
        """Everything that is reserved, over both types."""
        return sum(self.reserved.values())


def reserve(
    budget: DailyBudget,
    license_type: LicenseType,
    wanted: int,
    *,
    allocated: int,
    limits: Limits,
) -> tuple[DailyBudget, int]:
    """Reserve as many of the wanted releases as the caps allow; returns how many that are.

    `allocated` is the number of allocated licenses of the type now; it counts on the first
    reservation of the day only.
    """
    base = budget.allocated.get(license_type, allocated)
    of_type = budget.reserved.get(license_type, 0)
    room = min(
        limits.max_per_run - budget.total(),
        percent_cap(base, limits.max_percent_per_run) - of_type,
    )
    granted = max(0, min(wanted, room))
    reserved = {**budget.reserved, license_type: of_type + granted}
    return DailyBudget(reserved, {**budget.allocated, license_type: base}), granted
