"""What the workbook shows, from top to bottom."""

from datetime import timedelta

from local.workbook.items import Formatter, Json, Query, Section, Shown, Size, bar, icons

WEEK = timedelta(days=7)
QUARTER = timedelta(days=90)
_DATE: Json = {"formatter": Formatter.DATE.value}
_LEVELS = icons({"error": "error", "warning": "warning"})

NOW = Section(
    "now",
    "Now",
    "What needs attention, as of the last collection. *Runbook* is the section of the runbook that"
    " says what to do.",
    (
        Query(
            "pulse",
            "At a glance",
            Shown.TILES,
            within=WEEK,
            size=Size.TINY,
            tile=("Tile", "Value", "Note"),
        ),
        Query(
            "attention",
            "Needs attention",
            Shown.TABLE,
            within=WEEK,
            size=Size.SMALL,
            empty="Nothing needs attention.",
            good_when_empty=True,
            formats={"Level": _LEVELS, "Since": _DATE},
        ),
    ),
)

POOLS = Section(
    "pools",
    "Pools, now and to come",
    "How much is available, and when it will be gone by the forecast's median. No date means: not"
    " within the forecast's horizon, or not enough history yet.",
    (
        Query(
            "pools_now",
            "Pools as last counted",
            Shown.TABLE,
            within=WEEK,
            size=Size.SMALL,
            empty="No pool was counted within a week: usage is not collected.",
            formats={
                "PercentAvailable": bar("redGreen", most=100),
                "EmptyOn": _DATE,
                "Counted": _DATE,
            },
            labels={
                "PercentAvailable": "Available %",
                "DaysLeft": "Days left",
                "EmptyOn": "Empty on",
            },
        ),
        Query(
            "pools_over_time",
            "Available, percent of each pool",
            Shown.TIMECHART,
            width=50,
            axis="TimeGenerated",
            values=("PercentAvailable",),
            series="Pool",
        ),
        Query(
            "run_out_over_time",
            "Days left by the forecast",
            Shown.TIMECHART,
            width=50,
            empty="No pool runs out within the forecast's horizon, or there is not enough history.",
            axis="TimeGenerated",
            values=("DaysLeft",),
            series="Pool",
        ),
    ),
)

PLAN = Section(
    "plan",
    "The last plan",
    "What it would take, and why the rest stays. A plan with the status `dry_run`, `not_confirmed`"
    " or `stopped` queues nothing.",
    (
        Query(
            "last_plan",
            "The last plan",
            Shown.TABLE,
            within=QUARTER,
            size=Size.TINY,
            empty="No plan was made within 90 days.",
            formats={"Made": _DATE},
            labels={"PlanId": "Plan"},
        ),
        Query(
            "last_plan_reasons",
            "Why: licenses by reason",
            Shown.TABLE,
            within=QUARTER,
            width=60,
            size=Size.SMALL,
            empty="No plan was made within 90 days.",
            formats={
                "Action": icons({"release": "right", "defer": "pending", "keep": "success"}),
                "Licenses": bar("blue"),
            },
            labels={"LicenseType": "License type"},
        ),
        Query(
            "reasons_over_time",
            "What plans wanted, by day",
            Shown.BARCHART,
            width=40,
            size=Size.SMALL,
            axis="Day",
            values=("Release", "Defer"),
        ),
    ),
)

RELEASES = Section(
    "releases",
    "Releases, and people who came back",
    "What became of licenses, confirmed by reading. Users who come straight back say that the"
    " threshold days are too short, or that an access rule gives the licenses again.",
    (
        Query(
            "releases_by_day",
            "Licenses by outcome",
            Shown.BARCHART,
            width=60,
            axis="Day",
            values=("Licenses",),
            series="Outcome",
        ),
        Query(
            "releases_by_type",
            "Licenses by type and outcome",
            Shown.TABLE,
            width=40,
            formats={"Licenses": bar("blue"), "Last": _DATE},
            labels={"LicenseType": "License type"},
        ),
        Query(
            "came_back",
            "People who came back",
            Shown.TABLE,
            width=60,
            size=Size.SMALL,
            empty="Nobody came back, or fewer than the thresholds of the warning.",
            good_when_empty=True,
            formats={"Day": _DATE, "Percent": bar("orange", most=100)},
            labels={"LicenseType": "License type"},
        ),
        Query(
            "restores",
            "Given back by an operator",
            Shown.BARCHART,
            width=40,
            size=Size.SMALL,
            empty="Nothing was given back within the time range.",
            axis="Day",
            values=("Licenses",),
            series="What",
        ),
    ),
)

FAILURES = Section(
    "failures",
    "Failures, refusals and poison",
    "Errors by day, then the latest in their own words. *OperationId* finds the whole story of one"
    " under *Transaction search*.",
    (
        Query(
            "failures_by_day",
            "Errors by day",
            Shown.BARCHART,
            width=50,
            size=Size.SMALL,
            empty="No errors within the time range.",
            good_when_empty=True,
            axis="Day",
            values=("Events",),
            series="Name",
        ),
        Query(
            "breaker",
            "Put back because Qlik Sense is down",
            Shown.BARCHART,
            width=25,
            size=Size.SMALL,
            empty="The breaker stayed closed.",
            good_when_empty=True,
            axis="Hour",
            values=("Messages", "Licenses"),
        ),
        Query(
            "poison_queue",
            "Put into the poison queue",
            Shown.BARCHART,
            width=25,
            size=Size.SMALL,
            empty="No poison.",
            good_when_empty=True,
            axis="Day",
            values=("Messages",),
        ),
        Query(
            "failures_latest",
            "The latest failures and refusals",
            Shown.TABLE,
            empty="No failures within the time range.",
            good_when_empty=True,
            formats={"TimeGenerated": _DATE},
            labels={"TimeGenerated": "When"},
        ),
    ),
)

LEASES = Section(
    "leases",
    "QlikView leases and the farm",
    "Users at the limit have all their lease slots taken; the next start of *next refused* may fail"
    " on the farm, silently. Lines of machines that drift apart are a farm out of balance.",
    (
        Query(
            "leases_over_time",
            "Users with leases",
            Shown.TIMECHART,
            width=50,
            axis="TimeGenerated",
            values=("Leased", "AtLimit", "Blocked", "NextRefused"),
        ),
        Query(
            "machines_over_time",
            "Leases on each machine of the farm",
            Shown.TIMECHART,
            width=50,
            empty="No machines of a farm are known.",
            axis="TimeGenerated",
            values=("Leases",),
            series="Machine",
        ),
        Query(
            "machines_now",
            "Machines as last seen",
            Shown.TABLE,
            within=WEEK,
            width=50,
            size=Size.SMALL,
            empty="No leases were seen within a week.",
            formats={"Leases": bar("blue")},
        ),
        Query(
            "lease_changes",
            "Leases that appeared, moved, vanished",
            Shown.BARCHART,
            width=50,
            size=Size.SMALL,
            axis="Day",
            values=("Appeared", "Moved", "Vanished"),
        ),
    ),
    only_if="HasLeases",
)

APP = Section(
    "app",
    "The app itself",
    "Runs and their times in seconds, why functions failed, and how much telemetry is charged for.",
    (
        Query(
            "function_runs",
            "Functions",
            Shown.TABLE,
            width=50,
            size=Size.SMALL,
            formats={"Failed": bar("red"), "Last": _DATE},
        ),
        Query(
            "work",
            "Work inside the functions",
            Shown.TABLE,
            width=50,
            size=Size.SMALL,
            formats={"Failed": bar("red"), "Last": _DATE},
        ),
        Query(
            "exceptions",
            "Exceptions",
            Shown.TABLE,
            width=60,
            size=Size.SMALL,
            empty="No exceptions within the time range.",
            good_when_empty=True,
            formats={"Last": _DATE},
        ),
        Query(
            "volume",
            "Telemetry, megabytes by day and table",
            Shown.BARCHART,
            width=40,
            size=Size.SMALL,
            axis="Day",
            values=("Megabytes",),
            series="DataType",
        ),
    ),
    open=False,
)

SECTIONS = (NOW, POOLS, PLAN, RELEASES, FAILURES, LEASES, APP)
