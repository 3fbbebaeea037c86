"""Short ways to build what the rules work on; every default is a plain, unremarkable value."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    CustomProperty,
    LicensePool,
    LicenseType,
    User,
    UserReference,
)
from shared.domain.never_release import NeverRelease
from shared.domain.policy import ReleasePolicy

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
ANALYZER, PROFESSIONAL = LicenseType.ANALYZER, LicenseType.PROFESSIONAL


LONG_AGO = NOW - timedelta(days=100)
ASSIGNED = NOW - timedelta(days=500)


def days_ago(days: float) -> datetime:
    """That many days before NOW."""
    return NOW - timedelta(days=days)


def guid(number: int) -> str:
    """A GUID that is the same for the same number."""
    return str(UUID(int=number))


def a_user(
    number: int = 1,
    *,
    directory: str = "LAB",
    user_id: str | None = None,
    tags: Iterable[str] = (),
    properties: Iterable[tuple[str, str]] = (),
    inactive: bool = False,
    blocked: bool = False,
    removed_externally: bool = False,
) -> User:
    """A user without anything special."""
    return User(
        id=guid(1000 + number),
        directory=directory,
        user_id=user_id or f"user{number}",
        inactive=inactive,
        blocked=blocked,
        removed_externally=removed_externally,
        tags=tuple(tags),
        custom_properties=tuple(CustomProperty(n, v) for n, v in properties),
    )


def a_license(
    number: int = 1,
    *,
    user: User | None = None,
    has_user: bool = True,
    license_type: LicenseType = ANALYZER,
    last_used: datetime | None = LONG_AGO,
    created: datetime | None = ASSIGNED,
    modified: datetime | None = LONG_AGO,
    quarantined: bool = False,
    quarantine_end: datetime | None = None,
) -> AccessLicense:
    """An access license of user `number`, last used 100 days ago."""
    holder = user or a_user(number)
    return AccessLicense(
        id=guid(number),
        license_type=license_type,
        user=UserReference(holder.id, holder.directory, holder.user_id) if has_user else None,
        created=created,
        modified=modified,
        last_used=last_used,
        quarantined=quarantined,
        quarantine_end=quarantine_end,
    )


def a_policy(
    never_release: NeverRelease | None = None,
    *,
    days: int = 30,
    types: Iterable[LicenseType] = LicenseType,
) -> ReleasePolicy:
    """30 days for both types, nobody protected."""
    return ReleasePolicy(dict.fromkeys(types, days), never_release or NeverRelease())


def a_pool(
    allocated: int, *, available: int = 0, quarantined: int = 0, excess: int = 0
) -> LicensePool:
    """A pool whose counts add up."""
    total = allocated + quarantined + available
    return LicensePool(True, total, allocated, 0, quarantined, excess, available)


def an_overview(licenses: Iterable[AccessLicense]) -> AccessTypeOverview:
    """The overview of a site that holds exactly these licenses."""
    rows = list(licenses)
    pools = {}
    for license_type in LicenseType:
        mine = [row for row in rows if row.license_type is license_type]
        quarantined = sum(row.quarantined for row in mine)
        pools[license_type] = a_pool(len(mine) - quarantined, quarantined=quarantined)
    return AccessTypeOverview(pools)
