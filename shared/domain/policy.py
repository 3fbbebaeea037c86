"""The release policy: may this access license go, and why?

Pure: the same license, user, policy and moment always give the same decision. It is asked twice,
when the plan is made and again right before the release.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.model import AccessLicense, LicenseType, User
from shared.domain.never_release import NeverRelease, protections
from shared.domain.plan import Action, Decision, Reason


@dataclass(frozen=True, slots=True)
class ReleasePolicy:
    """Thresholds of the license types that may be released, and who is never touched.

    A license type without a threshold is not released at all.
    """

    threshold_days: Mapping[LicenseType, int]
    never_release: NeverRelease

    def fingerprint(self) -> str:
        """Short text that changes whenever the policy does."""
        rules = self.never_release
        parts = [
            sorted((t.value, days) for t, days in self.threshold_days.items()),
            sorted(rules.users),
            sorted(rules.tags),
            sorted(rules.user_directories),
            sorted(rules.custom_properties),
            [rules.inactive.value, rules.blocked.value, rules.removed_externally.value],
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def decide(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy, now: datetime
) -> Decision:
    """Decide on one license by the first rule that keeps it; none of them means release.

    Args:
        license_: the license as QRS shows it now.
        user: its user in full, or None when this account can't see the user.
        policy: thresholds and never-release rules.
        now: the moment of the decision, timezone-aware.
    """
    kept = (
        _kept_by_state(license_, user, policy)
        or _kept_by_age(license_, policy, now)
        or _kept_by_protection(license_, user, policy)
    )
    return kept or _release(license_, policy, now)


def _keep(license_: AccessLicense, reason: Reason, value: str) -> Decision:
    return Decision(license_, Action.KEEP, reason, value)


def _kept_by_state(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy
) -> Decision | None:
    if license_.license_type not in policy.threshold_days:
        return _keep(license_, Reason.TYPE_DISABLED, license_.license_type.value)
    if license_.quarantined:
        end = license_.quarantine_end
        return _keep(license_, Reason.QUARANTINED, f"until {_iso(end)}" if end else "")
    if user is None:
        return _keep(license_, Reason.USER_NOT_VISIBLE, license_.account)
    return None


def _kept_by_age(license_: AccessLicense, policy: ReleasePolicy, now: datetime) -> Decision | None:
    since = license_.unused_since
    if since is None:
        return _keep(license_, Reason.AGE_UNKNOWN, "neither lastUsed nor createdDate is known")
    if now - since >= timedelta(days=policy.threshold_days[license_.license_type]):
        return None
    reason = Reason.USED_RECENTLY if license_.last_used else Reason.ASSIGNED_RECENTLY
    return _keep(license_, reason, _age(license_, policy, now))


def _kept_by_protection(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy
) -> Decision | None:
    if user is None:
        return None
    first = next(protections(user, policy.never_release), None)
    return _keep(license_, first.reason, first.value) if first else None


def _release(license_: AccessLicense, policy: ReleasePolicy, now: datetime) -> Decision:
    reason = Reason.UNUSED if license_.last_used else Reason.NEVER_USED
    return Decision(license_, Action.RELEASE, reason, _age(license_, policy, now))


def decide_age(license_: AccessLicense, policy: ReleasePolicy, now: datetime) -> str:
    """The rule and the evidence that release a license, in words."""
    decision = _release(license_, policy, now)
    return f"{decision.reason}: {decision.value}"


def days_unused(license_: AccessLicense, now: datetime) -> float:
    """Days since the last use, or since the assignment of a license that was never used."""
    since = license_.unused_since
    return 0.0 if since is None else (now - since) / timedelta(days=1)


def _age(license_: AccessLicense, policy: ReleasePolicy, now: datetime) -> str:
    verb = "last used" if license_.last_used else "assigned, never used,"
    since, threshold = license_.unused_since, policy.threshold_days[license_.license_type]
    days = days_unused(license_, now)
    return f"{verb} {_iso(since)}, {days:.1f} days ago; threshold {threshold} days"


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
