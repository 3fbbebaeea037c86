"""The settings of releasing: what the operator wants done."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.domain.never_release import FlagRule
from shared.settings.fields import Takes, choice
from shared.settings.group import Group
from shared.settings.kinds import (
    AccountList,
    AnyPercent,
    CustomPropertyList,
    Days,
    DirectoryList,
    Flag,
    LicenseCount,
    Percent,
    PeriodDays,
    PlainText,
    StaticTags,
    Switch,
    TextList,
)

Approval = Annotated[
    Literal["none", "required"],
    BeforeValidator(choice("none", "required")),
    Takes("none or required"),
]
DeleteStrategy = Annotated[
    Literal["single", "selection"],
    BeforeValidator(choice("single", "selection")),
    Takes("single or selection"),
]


class LicenseTypeSettings(Group):
    """Whether licenses of one type are released, and after how long."""

    enabled: Switch = Field(
        default=True, description="Release licenses of this type.", examples=["true"]
    )
    threshold_days: Days = Field(
        30,
        description="A license goes when it was not used for this many days of 24 hours; one that "
        "was never used counts from its assignment.",
        examples=["30"],
    )


class NeverReleaseSettings(Group):
    """Whose licenses are never released; any one rule is enough, letter case never matters."""

    users: AccountList = Field(
        (),
        description="Users whose licenses are never released.",
        examples=['["INTERNAL\\\\sa_repository","INTERNAL\\\\sa_api"]'],
    )
    tags: TextList = Field(
        (),
        description="Users with one of these tags keep their licenses.",
        examples=['["License do not release"]'],
    )
    user_directories: DirectoryList = Field(
        (),
        description="Users of these user directories keep their licenses.",
        examples=['["INTERNAL","ADMIN"]'],
    )
    custom_properties: CustomPropertyList = Field(
        (),
        description="Users with one of these custom property values keep their licenses.",
        examples=['[{"name":"LicenseManage","value":"do-not-release"}]'],
    )
    inactive: Flag = Field(
        FlagRule.IGNORE,
        description="Yes: users that are inactive keep their licenses; No: users that are not "
        "inactive keep theirs; Ignore: disregard it.",
        examples=["Ignore"],
    )
    blocked: Flag = Field(
        FlagRule.IGNORE,
        description="The same for users that are blocked in the QMC.",
        examples=["Ignore"],
    )
    removed_externally: Flag = Field(
        FlagRule.IGNORE,
        description="The same for users that were removed from their user directory.",
        examples=["Ignore"],
    )


class LicenseReleaseSettings(Group):
    """Releasing licenses: the switches, the policy and its limits."""

    enabled: Switch = Field(default=False, description="Plan releases at all.", examples=["true"])
    dry_run: Switch = Field(
        default=True,
        description="Plan, record and show, but queue and release nothing.",
        examples=["false"],
    )
    confirm_site: PlainText | None = Field(
        None,
        description="Must equal SITE_NAME before anything is released: the second of two "
        "independent switches.",
        examples=["Production"],
    )
    stop: Switch = Field(
        default=False,
        description="Kill switch, read before every single release.",
        examples=["true"],
    )
    analyzer: LicenseTypeSettings = Field(default_factory=LicenseTypeSettings)
    professional: LicenseTypeSettings = Field(default_factory=LicenseTypeSettings)
    never_release: NeverReleaseSettings = Field(default_factory=NeverReleaseSettings)
    max_per_run: LicenseCount = Field(
        200,
        description="Most licenses that one plan releases, over both types; 0 means none at all.",
        examples=["200"],
    )
    max_percent_per_run: Percent = Field(
        25,
        description="Most licenses that one plan releases, in percent of each type's allocated "
        "licenses, rounded up; 0 means none at all.",
        examples=["25"],
    )
    keep_available: LicenseCount | None = Field(
        None,
        description="Release only as many as bring the available licenses of a type up to this.",
        examples=["10"],
    )
    grace_days: Days = Field(
        0,
        description="A license must have been a candidate for this many days before it goes.",
        examples=["7"],
    )
    max_population_change_percent: AnyPercent = Field(
        25,
        description="No plan is made when the licenses of a type became more or fewer by more than "
        "this, in percent of those expected after the last plan. A change by 20 licenses or fewer "
        "is believed too, unless this is 0: then no change is.",
        examples=["50"],
    )
    stale_usage_days: PeriodDays = Field(
        30,
        description="No plan is made when nobody used a license of the site for this many days, "
        "because usage is probably not recorded any more. Sites with fewer than 20 licenses that "
        "were ever used are exempt.",
        examples=["14"],
    )
    approval: Approval = Field(
        "none",
        description="required: a plan waits until somebody approves it.",
        examples=["required"],
    )
    delete_strategy: DeleteStrategy = Field(
        "single",
        description="single: one DELETE for each license; selection: the licenses of a message "
        "together through QRS's selection API, which is faster.",
        examples=["single"],
    )
    static_tags: StaticTags = Field(
        default_factory=dict,
        description="Tags of the release points; they add to STATIC_TAGS or override them.",
        examples=['{"feature":"release"}'],
    )
