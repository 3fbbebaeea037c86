"""The catalogue of events: the one place that names them, for code, docs, queries and alerts."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.early_warnings import WarningKind


class Level(StrEnum):
    """How loud an event is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """An event's name, level, dimensions (always all of them) and its meaning in a sentence."""

    name: str
    level: Level
    dimensions: tuple[str, ...]
    meaning: str


USAGE_COLLECTED = Event(
    "usage.collected",
    Level.INFO,
    ("site", "professional_available", "analyzer_available", "points", "site_version"),
    "A usage snapshot was read and written to every store that is configured.",
)
USAGE_INCOMPLETE = Event(
    "usage.incomplete",
    Level.WARNING,
    ("site", "part", "error"),
    "A part of the usage snapshot could not be read and is unknown; the counts were collected.",
)
POOL_COUNTED = Event(
    "pool.counted",
    Level.INFO,
    (
        "site",
        "pool",
        "unit",
        "total",
        "available",
        "allocated",
        "used",
        "percent_available",
        "days_until_run_out",
    ),
    "The counts of one pool, and the forecast's median; what is not known is left out.",
)
USAGE_DISABLED = Event(
    "usage.disabled",
    Level.INFO,
    ("site",),
    "The timer fired, and LICENSE_MONITOR__ENABLED is false, so nothing was read.",
)
POINTS_FAILED = Event(
    "points.failed",
    Level.ERROR,
    ("site", "points", "error"),
    "Points could not be written to InfluxDB; what they told is kept in the ledger.",
)
PLAN_CREATED = Event(
    "plan.created",
    Level.INFO,
    ("site", "plan_id", "status", "released", "kept", "deferred", "messages"),
    "A release plan was made and recorded; `messages` says how many queue messages it became.",
)
PLAN_DECIDED = Event(
    "plan.decided",
    Level.INFO,
    ("site", "plan_id", "license_type", "action", "reason", "licenses"),
    "So many licenses of a type a plan releases, keeps or defers for this reason.",
)
PLAN_DISABLED = Event(
    "plan.disabled",
    Level.INFO,
    ("site",),
    "The timer fired, and LICENSE_RELEASE__ENABLED is false, so nothing was planned.",
)
PLAN_REFUSED = Event(
    "plan.refused",
    Level.ERROR,
    ("site", "reason", "detail"),
    "No plan was made, because what was read can't be trusted; nothing is released.",
)
USERS_NOT_VISIBLE = Event(
    "plan.users_not_visible",
    Level.WARNING,
    ("site", "plan_id", "licenses"),
    "Licenses were kept because their users can't be seen: the account may lack rights.",
)
PLAN_APPROVED = Event(
    "plan.approved",
    Level.INFO,
    ("site", "plan_id", "released", "messages"),
    "Somebody approved a waiting plan; exactly that plan was queued.",
)
PLAN_APPROVAL_REFUSED = Event(
    "plan.approval_refused",
    Level.WARNING,
    ("site", "plan_id", "detail"),
    "A plan could not be approved: it is stale, unknown or already approved.",
)
MESSAGE_REFUSED = Event(
    "message.refused",
    Level.ERROR,
    ("site", "message_id", "refusal", "detail"),
    "A queue message was recorded with its reason and not acted upon.",
)
RELEASES_SWITCHED_OFF = Event(
    "release.switched_off",
    Level.WARNING,
    ("site", "plan_id", "licenses", "switch"),
    "A message arrived while a switch was off; it was recorded and nothing was released.",
)
RELEASES_SETTLED = Event(
    "release.settled",
    Level.INFO,
    ("site", "plan_id", "license_type", "outcome", "licenses"),
    "So many licenses of a message got this outcome in this run; a later run counts none again.",
)
RELEASES_FINISHED = Event(
    "release.finished",
    Level.INFO,
    ("site", "plan_id", "license_type", "released", "quarantined", "kept", "already_gone"),
    "Every license of a message has an outcome that was confirmed by reading.",
)
RELEASES_UNFINISHED = Event(
    "release.unfinished",
    Level.ERROR,
    ("site", "plan_id", "license_type", "failed", "detail"),
    "Some licenses of a message could not be settled; the message will be tried again.",
)
RELEASES_HANDED_BACK = Event(
    "release.handed_back",
    Level.WARNING,
    ("site", "plan_id", "license_type", "licenses"),
    "Time was up before a message was finished; its remaining licenses were queued again.",
)
RELEASES_WAIT = Event(
    "release.waits",
    Level.WARNING,
    ("site", "plan_id", "license_type", "licenses"),
    "Other instances use all requests that QRS may get at once; the message was queued again.",
)
QRS_LIMIT_LOWERED = Event(
    "qrs.limit_lowered",
    Level.WARNING,
    ("site", "limit", "was"),
    "QRS had trouble with so many requests at once; all instances together send fewer now.",
)
QRS_LIMIT_RAISED = Event(
    "qrs.limit_raised",
    Level.INFO,
    ("site", "limit", "was"),
    "QRS bore its requests well for a while; all instances together may send one more at once.",
)
QRS_SHARE_FAILED = Event(
    "qrs.share_failed",
    Level.WARNING,
    ("site", "detail"),
    "The ledger did not take how many requests this instance sends; it is careful until it does.",
)
BREAKER_OPEN = Event(
    "breaker.open",
    Level.ERROR,
    ("site", "plan_id", "license_type", "licenses", "until"),
    "QRS failed again and again; a message was put back into the queue until it is asked again.",
)
RELEASE_RESTORED = Event(
    "release.restored",
    Level.INFO,
    ("site", "plan_id", "license_type", "how"),
    "Somebody gave a license back: `how` says whether it is a new one or was in quarantine.",
)
RELEASE_RESTORE_REFUSED = Event(
    "release.restore_refused",
    Level.WARNING,
    ("site", "plan_id", "license_type", "detail"),
    "A license could not be given back; `detail` has the words of QRS.",
)
MESSAGE_POISONED = Event(
    "message.poisoned",
    Level.ERROR,
    ("site", "message_id", "plan_id", "licenses"),
    "A message failed on every try and was recorded from the poison queue.",
)
LEASES_NOT_CONFIGURED = Event(
    "leases.not_configured",
    Level.INFO,
    ("site",),
    "The timer fired, and no QlikView settings are given, so nothing was read.",
)
LEASES_COLLECTED = Event(
    "leases.collected",
    Level.INFO,
    (
        "site",
        "servers",
        "assigned",
        "leased",
        "leases",
        "users_at_limit",
        "users_blocked",
        "users_next_refused",
        "appeared",
        "moved",
        "vanished",
        "points",
    ),
    "Named CALs and leases were read and kept; the numbers are sums over all QlikView Servers.",
)
LEASES_MACHINE_COUNTED = Event(
    "leases.machine_counted",
    Level.INFO,
    ("site", "server", "machine", "farm", "leases", "users"),
    "The leases on a machine of the farm, or on one of the 20 busiest others, under a pseudonym.",
)
LEASES_INCOMPLETE = Event(
    "leases.incomplete",
    Level.WARNING,
    ("site", "server", "detail"),
    "A QlikView Server could not be read, or not wholly; the others were collected.",
)
LEASES_CACHED = Event(
    "leases.cached",
    Level.INFO,
    ("site", "detail"),
    "The QMS would not clear its cache of CALs, so what was read may be some minutes old.",
)

SETTINGS_INVALID = Event(
    "settings.invalid",
    Level.ERROR,
    ("function", "detail"),
    "The app settings can't be used as they are; nothing was read, planned or released.",
)
SETTINGS_DOUBTFUL = Event(
    "settings.doubtful",
    Level.WARNING,
    ("site", "detail"),
    "A setting is allowed and probably not meant; it is used as it is.",
)
WEBHOOK_FAILED = Event(
    "webhook.failed",
    Level.WARNING,
    ("site", "kind", "detail"),
    "A notice could not be sent to the webhook; the work went on without it.",
)
SECRET_STALE = Event(
    "secret.stale",
    Level.WARNING,
    ("secret", "detail"),
    "A secret could not be refreshed; the value read earlier stays in use.",
)


def _early_warning(kind: WarningKind, level: Level, meaning: str) -> Event:
    return Event(kind.value, level, ("site", "subject", "detail", "figures"), meaning)


# `detail` is the warning's sentence, `figures` a JSON object of its numbers.
EARLY_WARNINGS = {
    WarningKind(event.name): event
    for event in (
        _early_warning(
            WarningKind.POOL_LOW, Level.WARNING, "Few licenses, tokens or minutes are available."
        ),
        _early_warning(
            WarningKind.POOL_RUNNING_OUT,
            Level.WARNING,
            "By the forecast's median a pool will be empty within the days of the threshold.",
        ),
        _early_warning(
            WarningKind.POOL_EXCESS,
            Level.ERROR,
            "More licenses are allocated than the site has; users may lose access.",
        ),
        _early_warning(
            WarningKind.SERVER_LICENSE_EXPIRING, Level.WARNING, "The site license ends soon."
        ),
        _early_warning(
            WarningKind.SERVER_LICENSE_EXPIRED, Level.ERROR, "The site license has expired."
        ),
        _early_warning(
            WarningKind.CERTIFICATE_EXPIRING,
            Level.WARNING,
            "The app's client certificate expires soon or has expired.",
        ),
        _early_warning(
            WarningKind.SECRET_EXPIRING,
            Level.WARNING,
            "A Key Vault secret of the app expires soon or has expired.",
        ),
        _early_warning(
            WarningKind.COLLECTION_MISSING,
            Level.WARNING,
            "Collections were missing before this one.",
        ),
        _early_warning(
            WarningKind.RELEASED_CAME_BACK,
            Level.WARNING,
            "Many released users came straight back: an access rule gives the licenses again.",
        ),
        _early_warning(
            WarningKind.LEASE_REFUSALS,
            Level.WARNING,
            "QlikView users may be refused a lease at their next start on the farm, silently.",
        ),
        _early_warning(
            WarningKind.LEASE_MACHINE_GROWING,
            Level.WARNING,
            "A machine has many QlikView leases, or many more than a week ago.",
        ),
        _early_warning(
            WarningKind.CALS_LOW, Level.WARNING, "Few named CALs of QlikView can be assigned."
        ),
    )
}

CATALOGUE: tuple[Event, ...] = (
    *(event for event in list(globals().values()) if isinstance(event, Event)),
    *EARLY_WARNINGS.values(),
)
