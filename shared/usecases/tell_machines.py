"""Tell of the machines that hold leases: one event each, and few."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain import events
from shared.domain.leases.lease_points import machine_points
from shared.domain.leases.survey import LeaseSurvey
from shared.usecases.ports import Telemetry

_MOST_OTHERS = 20  # an event costs more than a point, and there is one for each machine every hour


def tell_machines(
    surveys: Sequence[LeaseSurvey], *, site: str, at: datetime, telemetry: Telemetry
) -> None:
    """Emit the leases of the farm's machines by name, and of the busiest others by pseudonym.

    The numbers are those of the points. Names are hidden here even if points may have them: no
    event names a person, and the id of a notebook may be its owner's name.
    """
    points = machine_points(
        surveys, {"site": site}, at, personal_names=False, most_others=_MOST_OTHERS
    )
    for point in points:
        counts = {name: int(point.fields[name]) for name in ("leases", "users")}
        telemetry.emit(events.LEASES_MACHINE_COUNTED, {**point.tags, **counts})
