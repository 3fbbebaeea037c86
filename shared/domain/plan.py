"""A release plan: for each access license whether it goes, stays or waits, and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.model import AccessLicense, LicenseType


class Action(StrEnum):
    """What a plan wants for a license."""

    RELEASE = "release"
    KEEP = "keep"
    DEFER = "defer"


class Reason(StrEnum):
    """The rule that decided; its values are what people see in reports and records."""

    # release
    UNUSED = "unused"
    NEVER_USED = "never_used"
    # keep
    QUARANTINED = "quarantined"
    USER_NOT_VISIBLE = "user_not_visible"
    USED_RECENTLY = "used_recently"
    ASSIGNED_RECENTLY = "assigned_recently"
    AGE_UNKNOWN = "age_unknown"
    TYPE_DISABLED = "license_type_disabled"
    NEVER_RELEASE_USER = "never_release_user"
    NEVER_RELEASE_USER_DIRECTORY = "never_release_user_directory"
    NEVER_RELEASE_TAG = "never_release_tag"
    NEVER_RELEASE_CUSTOM_PROPERTY = "never_release_custom_property"
    NEVER_RELEASE_INACTIVE = "never_release_inactive"
    NEVER_RELEASE_BLOCKED = "never_release_blocked"
    NEVER_RELEASE_REMOVED_EXTERNALLY = "never_release_removed_externally"
    # defer
    IN_GRACE = "in_grace"
    ENOUGH_AVAILABLE = "enough_available"
    OVER_MAX_PERCENT_PER_RUN = "over_max_percent_per_run"
    OVER_MAX_PER_RUN = "over_max_per_run"

    @property
    def action(self) -> Action:
        """What a decision with this reason does."""
        if self in (Reason.UNUSED, Reason.NEVER_USED):
            return Action.RELEASE
        return Action.DEFER if self in _DEFERRING else Action.KEEP


_DEFERRING = frozenset(
    {
        Reason.IN_GRACE,
        Reason.ENOUGH_AVAILABLE,
        Reason.OVER_MAX_PERCENT_PER_RUN,
        Reason.OVER_MAX_PER_RUN,
    }
)


class PlanStatus(StrEnum):
    """Where a plan stands."""

    DRY_RUN = "dry_run"  # recorded only: LICENSE_RELEASE__DRY_RUN
    NOT_CONFIRMED = "not_confirmed"  # recorded only: LICENSE_RELEASE__CONFIRM_SITE is not the site
    STOPPED = "stopped"  # recorded only: LICENSE_RELEASE__STOP
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one license, the rule that said so, and what the rule saw.

    `value` is the evidence in words: the tag that matched, the days unused against the threshold.
    `candidate_since` is the plan that first found it to be a candidate; None when it is none.
    """

    license: AccessLicense
    action: Action
    reason: Reason
    value: str = ""
    candidate_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LatestPlan:
    """What the next plan wants to know of this one: `population` counts all licenses read."""

    plan_id: str
    created_at: datetime
    population: dict[LicenseType, int]


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody approved a plan, and who, if they said so; the first approval counts."""

    approved_at: datetime
    nonce: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan at a moment. A header read back from the ledger has no decisions, only the counts."""

    plan_id: str
    site: str
    created_at: datetime
    expires_at: datetime
    status: PlanStatus
    policy_fingerprint: str
    counts: dict[LicenseType, dict[Reason, int]]
    decisions: tuple[Decision, ...] = ()

    @property
    def released(self) -> tuple[Decision, ...]:
        """The decisions that release a license, longest unused first."""
        return tuple(d for d in self.decisions if d.action is Action.RELEASE)


def count_reasons(decisions: Iterable[Decision]) -> dict[LicenseType, dict[Reason, int]]:
    """How many licenses of each type each rule decided."""
    counter = Counter((d.license.license_type, d.reason) for d in decisions)
    counts: dict[LicenseType, dict[Reason, int]] = {}
    for (license_type, reason), number in sorted(counter.items()):
        counts.setdefault(license_type, {})[reason] = number
    return counts
