"""What a Qlik Sense site holds: access licenses, users, pools and the server license.

Times are timezone-aware UTC datetimes; `None` stands for QRS's null date (QRS fact 2c).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class LicenseType(StrEnum):
    """The two kinds of access license that can be released."""

    ANALYZER = "analyzer"
    PROFESSIONAL = "professional"

    @property
    def with_article(self) -> str:
        """For sentences: `an analyzer`, `a professional`."""
        return f"an {self}" if self is LicenseType.ANALYZER else f"a {self}"


@dataclass(frozen=True, slots=True)
class UserReference:
    """The user that an access license names: QRS id (GUID), directory and user id."""

    id: str
    directory: str
    user_id: str

    @property
    def account(self) -> str:
        r"""The account as people write it: `DIRECTORY\user_id`."""
        return f"{self.directory}\\{self.user_id}"


@dataclass(frozen=True, slots=True)
class AccessLicense:
    """One allocated access license, as `/qrs/license/{type}accesstype/full` shows it (QRS fact 2c).

    `user` is None when the user was deleted while the license is still in quarantine.
    `created` is when the license was assigned; `last_used` is None when it was never used.
    """

    id: str
    license_type: LicenseType
    user: UserReference | None
    created: datetime | None
    modified: datetime | None
    last_used: datetime | None
    quarantined: bool = False
    quarantine_end: datetime | None = None
    excess: bool = False

    @property
    def unused_since(self) -> datetime | None:
        """Last use, or the assignment when it was never used (design, "Decisions")."""
        return self.last_used or self.created

    @property
    def account(self) -> str:
        """The holder's account, or an empty text when QRS names no user."""
        return self.user.account if self.user else ""


@dataclass(frozen=True, slots=True)
class CustomProperty:
    """One value of a custom property on a user; a property with two values comes twice."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class User:
    """A Qlik Sense user with everything that a never-release rule may look at (QRS fact 2f)."""

    id: str
    directory: str
    user_id: str
    inactive: bool = False
    blocked: bool = False
    removed_externally: bool = False
    tags: tuple[str, ...] = ()
    custom_properties: tuple[CustomProperty, ...] = ()

    @property
    def account(self) -> str:
        r"""The account as people write it: `DIRECTORY\user_id`."""
        return f"{self.directory}\\{self.user_id}"


@dataclass(frozen=True, slots=True)
class LicensePool:
    """The counts of one license type in the access type overview, in licenses."""

    enabled: bool
    total: int
    allocated: int
    used: int
    quarantined: int
    excess: int
    available: int


@dataclass(frozen=True, slots=True)
class AnalyzerCapacity:
    """Analyzer capacity of the overview, in minutes."""

    enabled: bool
    allocated_minutes: float
    used_minutes: float
    unavailable_minutes: float


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """User or login access by tokens; a count that this kind of access lacks is None."""

    enabled: bool
    token_cost: float
    allocated_tokens: float
    used_tokens: float
    quarantined_tokens: float | None = None
    unavailable_tokens: float | None = None


@dataclass(frozen=True, slots=True)
class AccessTypeOverview:
    """The access type overview (QRS fact 2a); a part that the site does not send is None.

    A part whose numbers can't be read is left out too, and `remarks` says why, a sentence each.
    `quarantined_unknown` names the types whose pool shows 0 quarantined licenses only because the
    site does not count them: no plan is made on these.
    """

    pools: dict[LicenseType, LicensePool] = field(default_factory=dict)
    analyzer_capacity: AnalyzerCapacity | None = None
    user_access: TokenAccess | None = None
    login_access: TokenAccess | None = None
    tokens_enabled: bool = False
    total_tokens: float | None = None
    available_tokens: float | None = None
    remarks: tuple[str, ...] = ()
    quarantined_unknown: tuple[LicenseType, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerLicense:
    """The site license; `expiry` is None when it could not be read, `expired` is QRS's own word."""

    expiry: date | None
    expired: bool | None

    def days_until_expiry(self, today: date) -> int | None:
        """Whole days from `today` to the expiry date, negative after it, None when unknown."""
        return None if self.expiry is None else (self.expiry - today).days

    def has_expired(self, today: date) -> bool | None:
        """True when QRS says so or the date has passed; None when neither is known."""
        if self.expired:
            return True
        return self.expired if self.expiry is None else self.expiry < today


@dataclass(frozen=True, slots=True)
class UsageSnapshot:
    """What one collection saw; `server_license` is None on a site that has no license."""

    site: str
    taken_at: datetime
    overview: AccessTypeOverview
    server_license: ServerLicense | None
    site_version: str
