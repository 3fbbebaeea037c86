"""A seeded population: the users and licenses that a site of some years really has.

Made with the seed document's policy in mind: each never-release rule has users whom it
protects, users whom it would protect if case mattered, and users who only look like it.
"""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.demo_site.app_population import make_apps
from local.demo_site.behaviour import QUARANTINE
from local.demo_site.dates import whole_milliseconds
from local.demo_site.names import account_name, person_name
from local.demo_site.records import (
    AccessLicense,
    LicenseType,
    PropertyDefinition,
    PropertyValue,
    Tag,
    User,
)
from local.demo_site.site_license import signed_key_license
from local.demo_site.world import Contents

SERVICE_ACCOUNTS = (
    ("INTERNAL", "sa_repository"),
    ("INTERNAL", "sa_api"),
    ("INTERNAL", "sa_scheduler"),
    ("USERDIR", "qs_admin_account"),
)
_DIRECTORIES = ("LAB", "SALES", "FINANCE", "PARTNER", "ADMIN", "Admin")
_DIRECTORY_WEIGHTS = (40, 28, 18, 10, 3, 1)
_TAGS = ("License do not release", "some other tag", "license DO NOT release", "Power user")
_PROPERTY_VALUES = ("do-not-release", "Do-Not-Release", "may-release")
_NOBODY = "INTERNAL\\sa_repository"


@dataclass(frozen=True, slots=True)
class _Usage:
    """When a license was assigned and last used."""

    created: datetime
    last_used: datetime | None


def make_population(users: int, *, seed: int = 1, now: datetime) -> Contents:
    """Make a site of `users` users (service accounts included) and their licenses.

    The same arguments make the same site. The professional pool is exhausted with a few
    licenses in excess, as on a site that needs this app; of the analyzers a few are free.

    Raises:
        ValueError: fewer users than there are service accounts.
    """
    if users < len(SERVICE_ACCOUNTS):
        raise ValueError(f"a population has at least {len(SERVICE_ACCOUNTS)} users, not {users}")
    made = _Maker(random.Random(seed), whole_milliseconds(now)).site(users)  # noqa: S311
    apps = make_apps(list(made.users), list(made.licenses), seed=seed, now=now)
    return replace(made, apps=apps)


class _Maker:
    def __init__(self, rng: random.Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._tags = [Tag(self._guid(), name) for name in _TAGS]
        choices = ("do-not-release", "may-release")
        self._manage = PropertyDefinition(self._guid(), "LicenseManage", choices)
        self._team = PropertyDefinition(self._guid(), "Department", ("HR", "do-not-release"))

    def site(self, users: int) -> Contents:
        people = [self._service_account(*names) for names in SERVICE_ACCOUNTS]
        people += [self._person(number) for number in range(users - len(people))]
        licenses = [x for user in people for x in self._licenses_of(user)]
        licenses += self._of_deleted_users(max(1, users // 400))
        licenses = _with_excess(licenses, LicenseType.PROFESSIONAL, max(1, users // 600))
        totals = _totals(licenses)
        site_license = signed_key_license(
            installed=self._now - timedelta(days=200),
            valid_to=(self._now + timedelta(days=165)).date(),
            professional=totals[LicenseType.PROFESSIONAL],
            analyzer=totals[LicenseType.ANALYZER],
        )
        return Contents(people, licenses, totals, site_license)

    def _guid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _days_ago(self, days: float) -> datetime:
        return whole_milliseconds(self._now - timedelta(days=days))

    def _chance(self, percent: float) -> bool:
        return self._rng.random() * 100 < percent

    def _service_account(self, directory: str, user_id: str) -> User:
        created = self._days_ago(1500)
        roles = ("RootAdmin",) if user_id == "sa_repository" else ("AuditAdmin",)
        return User(
            self._guid(), directory, user_id, user_id, created, created, _NOBODY, roles=roles
        )

    def _person(self, number: int) -> User:
        rng = self._rng
        first, last = person_name(rng)
        (directory,) = rng.choices(_DIRECTORIES, _DIRECTORY_WEIGHTS)
        created = self._days_ago(rng.uniform(2, 1500))
        removed = self._chance(2.5)
        return User(
            id=self._guid(),
            directory=directory,
            user_id=account_name(rng, first, last, number),
            name=f"{first} {last}",
            created=created,
            modified=created,
            modified_by=_NOBODY,
            inactive=removed or self._chance(2),
            removed_externally=removed,
            blacklisted=self._chance(1.5),
            groups=(f"{directory}-users", *(("Qlik-Developers",) if self._chance(10) else ())),
            tags=self._some_tags(),
            properties=self._some_properties(created),
        )

    def _some_tags(self) -> tuple[Tag, ...]:
        if self._chance(95):
            return ()
        (tag,) = self._rng.choices(self._tags, (30, 15, 15, 40))
        return (tag,)

    def _some_properties(self, created: datetime) -> tuple[PropertyValue, ...]:
        found: list[PropertyValue] = []
        if self._chance(4):
            (value,) = self._rng.choices(_PROPERTY_VALUES, (60, 10, 30))
            found.append(PropertyValue(self._guid(), self._manage, value, created))
        if self._chance(1):
            # The value of the rule at another property: protects nobody.
            found.append(PropertyValue(self._guid(), self._team, "do-not-release", created))
        return tuple(found)

    def _licenses_of(self, user: User) -> list[AccessLicense]:
        if self._chance(5):
            return []
        kinds = [LicenseType.PROFESSIONAL if self._chance(25) else LicenseType.ANALYZER]
        if self._chance(2):
            kinds = list(LicenseType)
        return [self._license(user, kind) for kind in kinds]

    def _license(self, user: User, kind: LicenseType) -> AccessLicense:
        usage = self._usage(user)
        used = usage.last_used
        taken_back = used is not None and used + QUARANTINE > self._now and self._chance(1.5)
        return AccessLicense(
            id=self._guid(),
            type=kind,
            user_id=user.id,
            created=usage.created,
            modified=usage.created if used is None else used + timedelta(milliseconds=16),
            modified_by=_NOBODY if used is None else user.account,
            last_used=used,
            quarantine_end=used + QUARANTINE if used is not None and taken_back else None,
        )

    def _usage(self, user: User) -> _Usage:
        """Most people were here this month, then comes a long tail; some never came."""
        rng, age = self._rng, (self._now - user.created).total_seconds() / 86400
        created_days = rng.uniform(1, age) if age > 1 else age
        created = self._days_ago(created_days)
        if self._chance(9):
            return _Usage(created, None)
        gone = user.inactive or user.blacklisted or self._chance(22)
        days = rng.uniform(25, 700) if gone else rng.expovariate(1 / 6)
        return _Usage(created, self._days_ago(min(days, created_days)))

    def _of_deleted_users(self, count: int) -> list[AccessLicense]:
        return [self._orphan(number) for number in range(count)]

    def _orphan(self, number: int) -> AccessLicense:
        used = self._days_ago(self._rng.uniform(0.5, 6.5))
        return AccessLicense(
            id=self._guid(),
            type=list(LicenseType)[number % 2],
            user_id=None,
            created=self._days_ago(300),
            modified=used + timedelta(hours=1),
            modified_by=_NOBODY,
            last_used=used,
            quarantine_end=used + QUARANTINE,
            deleted_user_id=f"left_{number}",
            deleted_user_directory="LAB",
        )


def _with_excess(
    licenses: list[AccessLicense], kind: LicenseType, count: int
) -> list[AccessLicense]:
    """Mark the newest licenses of the type as more than the site has."""
    held = [x for x in licenses if x.type is kind and not x.quarantined]
    newest = {x.id for x in sorted(held, key=lambda x: x.created)[-count:]}
    return [replace(x, excess=True) if x.id in newest else x for x in licenses]


def _totals(licenses: list[AccessLicense]) -> dict[LicenseType, int]:
    own = {kind: [x for x in licenses if x.type is kind] for kind in LicenseType}
    professionals, analyzers = own[LicenseType.PROFESSIONAL], own[LicenseType.ANALYZER]
    return {
        LicenseType.PROFESSIONAL: sum(not x.excess for x in professionals),
        LicenseType.ANALYZER: len(analyzers) + max(1, len(analyzers) // 40),
    }
