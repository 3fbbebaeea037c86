"""Settings as the rules want them: the release policy, its limits and the switches."""

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
