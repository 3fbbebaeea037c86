"""Records for the ledger's tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.domain.audit import AuditEntry
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicensePool,
    LicenseType,
    ServerLicense,
    TokenAccess,
    UsageSnapshot,
    UserReference,
)
from shared.domain.plan import Action, Decision, Plan, PlanStatus, Reason, count_reasons
from shared.domain.release import Outcome, ReleaseRecord

NOW = datetime(2026, 11, 3, 2, 30, 5, 123456, tzinfo=UTC)


def guid(number: int) -> str:
    """The same GUID for the same number."""
    return str(UUID(int=number))


def a_license(number: int) -> AccessLicense:
    """A license with a holder, dates to the microsecond and a null date."""
    return AccessLicense(
        id=guid(number),
        license_type=list(LicenseType)[number % 2],
        user=UserReference(guid(10**6 + number), "LAB", f"Jürgen 😀 {number}"),
        created=NOW - timedelta(days=400, microseconds=number),
        modified=NOW - timedelta(days=40, microseconds=number),
        last_used=None if number % 3 else NOW - timedelta(days=40, microseconds=number),
    )


def a_plan(site: str, plan_id: str = "2026-11-03T02:30/x", *, count: int = 3) -> Plan:
    """A plan with `count` decisions."""
    decisions = tuple(
        Decision(
            a_license(number),
            Action.RELEASE if number % 4 == 0 else Action.KEEP,
            Reason.UNUSED if number % 4 == 0 else Reason.USED_RECENTLY,
            f"{number} days against a threshold of 30",
        )
        for number in range(count)
    )
    return Plan(
        plan_id,
        site,
        NOW,
        NOW + timedelta(days=1),
        PlanStatus.DRY_RUN,
        "f" * 64,
        count_reasons(decisions),
        decisions,
    )


def a_release(
    site: str, number: int = 1, outcome: Outcome = Outcome.RELEASING, plan_id: str = "plan 1"
) -> ReleaseRecord:
    """A release with its before-image."""
    before = a_license(number)
    return ReleaseRecord(
        site=site,
        plan_id=plan_id,
        license_id=before.id,
        license_type=before.license_type,
        user_id=guid(10**6 + number),
        account=before.account,
        outcome=outcome,
        detail="unused for 40 days",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=1) if outcome.is_settled else None,
        before=before,
        quarantine_end=NOW + timedelta(days=7),
        days_unused=40.25,
    )


def an_entry(site: str, number: int = 1) -> AuditEntry:
    """A release in the audit trail."""
    before = a_license(number)
    return AuditEntry(
        site=site,
        plan_id="plan 1",
        license_id=before.id,
        license_type=before.license_type,
        account=before.account,
        happened=Outcome.RELEASED.value,
        decision="unused: 40 days against a threshold of 30",
        detail="gone when it was read again",
        actor="release_licenses",
        at=NOW,
        before=before,
    )


def a_snapshot(site: str, taken_at: datetime = NOW) -> UsageSnapshot:
    """A snapshot with every part of the overview."""
    pool = LicensePool(
        enabled=True, total=25, allocated=5, used=0, quarantined=1, excess=0, available=19
    )
    tokens = TokenAccess(enabled=False, token_cost=1.0, allocated_tokens=2.0, used_tokens=0.0)
    overview = AccessTypeOverview(
        pools={LicenseType.ANALYZER: pool, LicenseType.PROFESSIONAL: replace(pool, total=3)},
        user_access=tokens,
        total_tokens=12.0,
    )
    expiry = ServerLicense((NOW + timedelta(days=90)).date(), expired=False)
    return UsageSnapshot(site, taken_at, overview, expiry, "31.21.1.0")
