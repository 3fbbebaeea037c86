"""The metrics, and which events they are made from: the one place, for code, docs and queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain import events
from shared.domain.events import Event


class MetricKind(StrEnum):
    """What a metric's numbers mean."""

    COUNTER = "counter"  # adds up: how often, how many
    GAUGE = "gauge"  # as it was at the event


@dataclass(frozen=True, slots=True)
class Metric:
    """Numbers that an event gives.

    `dimension` is the event's dimension that holds the number; empty: each event counts one.
    `attributes` are dimensions of the event that tell one series from another, `fixed` those that
    are the same for each of these events. None of them is a person, a plan or a license: a series
    for each of these would be without end.
    """

    name: str
    kind: MetricKind
    unit: str
    event: Event
    dimension: str
    attributes: tuple[str, ...]
    meaning: str
    fixed: Mapping[str, str] = field(default_factory=dict)


def _pool(dimension: str, unit: str, meaning: str) -> Metric:
    return Metric(
        f"steward.pool.{dimension}",
        MetricKind.GAUGE,
        unit,
        events.POOL_COUNTED,
        dimension,
        ("site", "pool"),
        meaning,
    )


def _planned(dimension: str, action: str) -> Metric:
    return Metric(
        "steward.plan.licenses",
        MetricKind.GAUGE,
        "{license}",
        events.PLAN_CREATED,
        dimension,
        ("site",),
        f"Licenses that the last plan wants to {action}.",
        {"action": action},
    )


def _leases(dimension: str, unit: str, meaning: str) -> Metric:
    name = "steward.leases" if dimension == "leases" else f"steward.leases.{dimension}"
    return Metric(
        name, MetricKind.GAUGE, unit, events.LEASES_COLLECTED, dimension, ("site",), meaning
    )


def _counter(
    name: str,
    event: Event,
    attributes: tuple[str, ...],
    meaning: str,
    *,
    dimension: str = "",
    unit: str = "1",
    **fixed: str,
) -> Metric:
    return Metric(
        name, MetricKind.COUNTER, unit, event, dimension, ("site", *attributes), meaning, fixed
    )


METRICS: tuple[Metric, ...] = (
    _pool("total", "1", "All there is of a pool, in its unit."),
    _pool("available", "1", "What nobody has."),
    _pool("allocated", "1", "What people have, or what was set aside."),
    _pool("used", "1", "What is in use."),
    _pool("percent_available", "%", "Available of total."),
    _pool("days_until_run_out", "d", "Median of the forecast, none without enough history."),
    _planned("released", "release"),
    _planned("kept", "keep"),
    _planned("deferred", "defer"),
    _counter("steward.plans", events.PLAN_CREATED, ("status",), "Plans made."),
    _counter("steward.plans.refused", events.PLAN_REFUSED, ("reason",), "Plans not made."),
    _counter(
        "steward.releases",
        events.RELEASES_SETTLED,
        ("license_type", "outcome"),
        "Licenses of messages by outcome; `failed` counts each try.",
        dimension="licenses",
        unit="{license}",
    ),
    _counter(
        "steward.restores", events.RELEASE_RESTORED, ("license_type", "how"), "Licenses given back."
    ),
    _counter(
        "steward.messages.refused",
        events.MESSAGE_REFUSED,
        ("refusal",),
        "Queue messages not acted upon.",
    ),
    _counter(
        "steward.messages.refused",
        events.RELEASES_SWITCHED_OFF,
        (),
        "Queue messages not acted upon, because a switch was off.",
        refusal="switched_off",
    ),
    _counter(
        "steward.messages.refused",
        events.MESSAGE_POISONED,
        (),
        "Queue messages that failed on every try.",
        refusal="poison",
    ),
    _counter(
        "steward.messages.put_back",
        events.BREAKER_OPEN,
        ("license_type",),
        "Queue messages put back because QRS is down.",
    ),
    _counter(
        "steward.points.failed",
        events.POINTS_FAILED,
        (),
        "Points that InfluxDB did not take.",
        dimension="points",
        unit="{point}",
    ),
    _leases("leases", "{lease}", "Active QlikView license leases."),
    _leases("users_at_limit", "{user}", "Users all of whose lease slots are taken."),
    _leases("users_blocked", "{user}", "Of these, whom another machine would refuse for certain."),
    _leases("users_next_refused", "{user}", "Users whose next start on the farm may be refused."),
)
