"""The settings of collecting usage: what is read at it, and of what the app warns early."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.settings.fields import Takes, number_or_off, whole_number
from shared.settings.group import Group
from shared.settings.kinds import Percent, PlainText, StaticTags, Switch

_MOST_LICENSES = 1_000_000
_HORIZON_DAYS = 365  # the forecast looks no farther, so more days would promise too much
_MOST_DAYS = 3_650  # client certificates are made for up to ten years


def _or_off(low: int, high: int) -> tuple[BeforeValidator, Takes]:
    takes = Takes(f"whole number, {low} to {high}, or off", none="off")
    return BeforeValidator(number_or_off(low, high)), takes


_Percent = Annotated[int | None, *_or_off(0, 100)]
_Growth = Annotated[int | None, *_or_off(1, 1_000_000)]
_Count = Annotated[int | None, *_or_off(0, _MOST_LICENSES)]
_RunOutDays = Annotated[int | None, *_or_off(0, _HORIZON_DAYS)]
_ExpiryDays = Annotated[int | None, *_or_off(0, _MOST_DAYS)]
_Periods = Annotated[int | None, *_or_off(1, 1_000)]
_Hours = Annotated[int | None, *_or_off(1, 8_760)]
_ReturnDays = Annotated[int | None, *_or_off(1, 365)]
_Users = Annotated[
    int,
    BeforeValidator(whole_number(1, _MOST_LICENSES)),
    Takes(f"whole number, 1 to {_MOST_LICENSES}"),
]


class LicenseMonitorSettings(Group):
    """Collecting license usage."""

    enabled: Switch = Field(
        default=True, description="Collect license usage at all.", examples=["true"]
    )
    holders: Switch = Field(
        default=True,
        description="Read licenses and users at each collection, to say who uses what. Without it "
        "nobody is told that released users come straight back.",
        examples=["false"],
    )
    holders_property: PlainText | None = Field(
        None,
        description="Custom property by whose values the holders are grouped too, beside the user "
        "directory; letter case does not matter.",
        examples=["Department"],
    )
    owners: Switch = Field(
        default=False,
        description="Ask QRS who owns something, with one more bulk request, to find professional "
        "users who own nothing and could do with analyzer.",
        examples=["true"],
    )
    static_tags: StaticTags = Field(
        default_factory=dict,
        description="Tags of the usage points; they add to STATIC_TAGS or override them.",
        examples=['{"feature":"monitor"}'],
    )


class EarlyWarningSettings(Group):
    """When to warn: the thresholds of all early warnings; None switches a rule off."""

    pool_low_percent: _Percent = Field(
        10,
        description="Warn when no more than this is available of a pool, in percent of its total.",
        examples=["15"],
    )
    pool_low_count: _Count = Field(
        None,
        description="Warn when no more than this many licenses or tokens of a pool are available; "
        "with the percentage, either is enough. It does not look at minutes.",
        examples=["5"],
    )
    run_out_days: _RunOutDays = Field(
        30,
        description="Warn when a pool is likely to be empty within this many days, by the "
        "forecast's median.",
        examples=["45"],
    )
    server_license_days: _ExpiryDays = Field(
        60,
        description="Warn when the site license ends within this many days, or has ended.",
        examples=["90"],
    )
    certificate_days: _ExpiryDays = Field(
        30,
        description="Warn when the app's client certificate expires within this many days, or has "
        "expired.",
        examples=["60"],
    )
    secret_days: _ExpiryDays = Field(
        30,
        description="Warn when a Key Vault secret expires within this many days, or has expired.",
        examples=["14"],
    )
    missing_periods: _Periods = Field(
        2,
        description="Warn when usage was not collected for longer than this many periods of its "
        "schedule.",
        examples=["3"],
    )
    missing_hours: _Hours = Field(
        None,
        description="Warn when usage was not collected for longer than this many hours; with the "
        "periods, the shorter one counts.",
        examples=["24"],
    )
    returned_days: _ReturnDays = Field(
        7,
        description="A released user who holds a license again within this many days came straight "
        "back; off: nobody is warned of them.",
        examples=["14"],
    )
    returned_percent: Percent = Field(
        20,
        description="Warn when at least this share of the released users came straight back, in "
        "percent.",
        examples=["30"],
    )
    returned_users: _Users = Field(
        3,
        description="And at least this many users came back; both must be reached.",
        examples=["5"],
    )
    lease_refusals_users: _Count = Field(
        1,
        description="Warn when at least this many QlikView users may be refused at their next "
        "start, because the farm has machines for which they have no lease left.",
        examples=["20"],
    )
    lease_machine_count: _Count = Field(
        None,
        description="Warn when a machine has at least this many QlikView leases.",
        examples=["200"],
    )
    lease_machine_growth_percent: _Growth = Field(
        50,
        description="Warn when a machine's QlikView leases grew by at least this much within 7 "
        "days, in percent, and by at least 10.",
        examples=["100"],
    )
