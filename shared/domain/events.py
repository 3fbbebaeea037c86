"""The catalogue of events: the one place that names them, for code, docs, queries and alerts."""

from dataclasses import dataclass
from enum import StrEnum


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
SECRET_STALE = Event(
    "secret.stale",
    Level.WARNING,
    ("secret", "detail"),
    "A secret could not be refreshed; the value read earlier stays in use.",
)

CATALOGUE: tuple[Event, ...] = tuple(e for e in list(globals().values()) if isinstance(e, Event))
