"""Who uses what: the answer to it, counted and grouped, with short lists of accounts.

The rules are in `holder_survey`: never used, unused for long, with two licenses, left, or with more
than they need. Counts are of licenses that are held; quarantined ones are on their way out and only
counted as such.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.model import LicenseType

NONE = "(none)"
NOT_VISIBLE = "(not visible)"


class Counted(StrEnum):
    """What is counted; the values are field names of points and headings of reports."""

    HOLDERS = "holders"
    QUARANTINED = "quarantined"
    NOT_VISIBLE = "user_not_visible"
    LEFT = "left"
    NEVER_USED = "never_used"
    UNUSED_30 = "unused_30_days"
    UNUSED_60 = "unused_60_days"
    UNUSED_90 = "unused_90_days"
    BOTH_TYPES = "both_types"
    OWNS_NOTHING = "owns_nothing"


class GroupKind(StrEnum):
    """What the holders are grouped by."""

    ALL = "all"
    USER_DIRECTORY = "user_directory"
    CUSTOM_PROPERTY = "custom_property"


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one group, such as the user directory LAB.

    `OWNS_NOTHING` is missing where it was not asked; every other count is there.
    """

    kind: GroupKind
    value: str
    counts: Mapping[Counted, int]


@dataclass(frozen=True, slots=True)
class Holder:
    """One account of a list; `flags` say why a user counts as left, `days_unused` None: unknown."""

    account: str
    days_unused: float | None
    never_used: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeHolders:
    """The holders of one license type.

    `groups` has the group of all first, then directories and property values, the largest first.
    `lists` has for each thing that is counted the accounts, the longest unused first, capped.
    """

    license_type: LicenseType
    groups: tuple[Group, ...]
    lists: Mapping[Counted, tuple[Holder, ...]]

    @property
    def counts(self) -> Mapping[Counted, int]:
        """The counts over all holders of this type."""
        return self.groups[0].counts


@dataclass(frozen=True, slots=True)
class HolderQuestion:
    """What is asked: `now`, and what groups and lists are wanted.

    Attributes:
        now: the moment of asking.
        owners: ids of users who own an app or another object; None when that was not asked.
        property_name: the custom property to group by, in any case; empty for none. A user with
            several values counts under each of them.
        listed: how long a list of accounts may be.
    """

    now: datetime
    owners: Collection[str] | None = None
    property_name: str = ""
    listed: int = 20
