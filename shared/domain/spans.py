"""The spans of a trace: the one place that names them, as `events` does for events.

A plan and the messages that it became are worked in different traces, for a message waits in a
queue and its contract has no field for it. So the ledger keeps the plan's place in its trace, and
the span of each message links to it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpanKind:
    """A span's name, the attributes that it can have, and its meaning in a sentence."""

    name: str
    attributes: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class PlanTrace:
    """Where a plan was made, as a W3C traceparent; kept in the ledger under the plan's id."""

    trace_parent: str


COLLECT_USAGE = SpanKind("collect usage", ("site",), "One collection of usage.")
PLAN_RELEASES = SpanKind(
    "plan releases",
    ("site", "plan_id", "status", "released", "messages"),
    "The making of a plan, from reading the site to its messages.",
)
APPROVE_PLAN = SpanKind(
    "approve plan", ("site", "plan_id"), "An approval; it links to the plan that it approves."
)
RELEASE_MESSAGE = SpanKind(
    "release message",
    ("site", "plan_id", "license_type", "licenses", "message_id", "delivery"),
    "The work on one queue message; it links to the plan that made it.",
)
RELEASE_LICENSE = SpanKind(
    "release license",
    ("site", "plan_id", "license_type", "license_id", "deletes", "outcome"),
    "One license from its first DELETE to the read that confirms what became of it; `outcome` is "
    "`releasing` when the work ended before that.",
)
RESTORE_RELEASE = SpanKind(
    "restore release",
    ("site", "plan_id", "license_type", "how"),
    "The giving back of one license; it links to the plan that took it.",
)
COLLECT_LEASES = SpanKind(
    "collect leases",
    ("site", "servers", "leases"),
    "One collection of QlikView leases, from all servers of the service.",
)

CATALOGUE: tuple[SpanKind, ...] = tuple(
    kind for kind in list(globals().values()) if isinstance(kind, SpanKind)
)
