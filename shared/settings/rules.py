"""Settings as the rules want them: policy, limits, switches, thresholds, what is asked."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.domain.early_warnings import Thresholds
from shared.domain.holders import HolderQuestion
from shared.domain.leases.model import LeaseRules
from shared.domain.limits import Limits
from shared.domain.model import LicenseType
from shared.domain.never_release import NeverRelease, fold
from shared.domain.plausibility import Believable
from shared.domain.policy import ReleasePolicy
from shared.domain.switches import Switches
from shared.settings.model import Settings
from shared.settings.release import NeverReleaseSettings


def release_policy(settings: Settings) -> ReleasePolicy:
    """Thresholds of the enabled license types, and the never-release rules."""
    release = settings.license_release
    types = {LicenseType.ANALYZER: release.analyzer, LicenseType.PROFESSIONAL: release.professional}
    return ReleasePolicy(
        threshold_days={t: kind.threshold_days for t, kind in types.items() if kind.enabled},
        never_release=_never_release(release.never_release),
    )


def limits(settings: Settings) -> Limits:
    """How many licenses one plan may release."""
    release = settings.license_release
    return Limits(release.max_per_run, release.max_percent_per_run, release.keep_available)


def believable(settings: Settings) -> Believable:
    """What a read must look like to be planned on."""
    release = settings.license_release
    return Believable(release.max_population_change_percent, release.stale_usage_days)


def switches(settings: Settings) -> Switches:
    """What holds releases back."""
    release = settings.license_release
    return Switches(
        enabled=release.enabled,
        dry_run=release.dry_run,
        confirmed=release.confirm_site == settings.site_name,
        stop=release.stop,
        approval_required=release.approval == "required",
    )


def thresholds(settings: Settings) -> Thresholds:
    """When to warn early."""
    given = settings.early_warning
    return Thresholds(
        pool_low_percent=given.pool_low_percent,
        pool_low_count=given.pool_low_count,
        run_out_days=given.run_out_days,
        server_license_days=given.server_license_days,
        certificate_days=given.certificate_days,
        secret_days=given.secret_days,
        missing_periods=given.missing_periods,
        missing_hours=given.missing_hours,
        returned_days=given.returned_days,
        returned_percent=given.returned_percent,
        returned_count=given.returned_users,
        lease_refusals_users=given.lease_refusals_users,
        lease_machine_count=given.lease_machine_count,
        lease_machine_growth_percent=given.lease_machine_growth_percent,
    )


def lease_rules(settings: Settings) -> LeaseRules:
    """The rules of QlikView license leases."""
    given = settings.leases
    return LeaseRules(
        machines_per_user=given.machines_per_user,
        period=timedelta(days=given.period_days),
        block=timedelta(hours=given.block_hours),
        farm=given.farm,
    )


def holder_question(
    settings: Settings, now: datetime, owners: Collection[str] | None
) -> HolderQuestion:
    """What is asked about the holders, where `LICENSE_MONITOR__HOLDERS` asks at all.

    `owners` are the ids of users who own something, or None when that was not read.
    """
    return HolderQuestion(now, owners, settings.license_monitor.holders_property or "")


def _never_release(rules: NeverReleaseSettings) -> NeverRelease:
    return NeverRelease(
        users=frozenset(map(_folded_account, rules.users)),
        tags=frozenset(map(fold, rules.tags)),
        user_directories=frozenset(map(fold, rules.user_directories)),
        custom_properties=frozenset((fold(p.name), fold(p.value)) for p in rules.custom_properties),
        inactive=rules.inactive,
        blocked=rules.blocked,
        removed_externally=rules.removed_externally,
    )


def _folded_account(account: str) -> str:
    directory, _, user_id = account.partition("\\")
    return f"{fold(directory)}\\{fold(user_id)}"
