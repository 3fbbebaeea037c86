"""What a Qlik site knows: users, their tags and properties, and access licenses.

Records never change; a change puts a new one in the old one's place. So a list that was
taken once stays consistent while the world moves on.
"""

import enum
from dataclasses import dataclass
from datetime import datetime


class LicenseType(enum.StrEnum):
    """An access type that is allocated to one user."""

    PROFESSIONAL = "professional"
    ANALYZER = "analyzer"

    @property
    def schema_path(self) -> str:
        """The name that QRS gives the record, e.g. `License.AnalyzerAccessType`."""
        return f"License.{self.title()}AccessType"


@dataclass(frozen=True, slots=True)
class Tag:
    """A QMC tag."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """A custom property with the values that the QMC offers."""

    id: str
    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """One value of a custom property at a user."""

    id: str
    definition: PropertyDefinition
    value: str
    created: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A user of the site; `blacklisted` is what the QMC calls "Blocked"."""

    id: str
    directory: str
    user_id: str
    name: str
    created: datetime
    modified: datetime
    modified_by: str
    inactive: bool = False
    removed_externally: bool = False
    blacklisted: bool = False
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    properties: tuple[PropertyValue, ...] = ()

    @property
    def account(self) -> str:
        r"""The name as `DIRECTORY\id`."""
        return f"{self.directory}\\{self.user_id}"


@dataclass(frozen=True, slots=True)
class AccessLicense:
    """An access license; `last_used` None was never used, `user_id` None was deleted."""

    id: str
    type: LicenseType
    user_id: str | None
    created: datetime
    modified: datetime
    modified_by: str
    last_used: datetime | None = None
    excess: bool = False
    quarantine_end: datetime | None = None
    deleted_user_id: str = ""
    deleted_user_directory: str = ""

    @property
    def quarantined(self) -> bool:
        """Whether it was taken back, but isn't free yet."""
        return self.quarantine_end is not None


@dataclass(frozen=True, slots=True)
class HeldLicense:
    """An access license together with its user at the same moment."""

    license: AccessLicense
    user: User | None


@dataclass(frozen=True, slots=True)
class App:
    """A Qlik Sense app; `published` is None when it is in nobody's stream."""

    id: str
    name: str
    owner_id: str
    created: datetime
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnedApp:
    """An app together with its owner at the same moment; None when the user was deleted."""

    app: App
    owner: User | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """One license that was taken back: what it was, when, and what became of it."""

    before: HeldLicense
    at: datetime
    quarantined: bool

    @property
    def license_id(self) -> str:
        """The id of the access license."""
        return self.before.license.id

    @property
    def type(self) -> LicenseType:
        """The access type of the license."""
        return self.before.license.type
