"""Write points and say so when it fails: what they tell is in the ledger by then."""

from collections.abc import Sequence

from shared.domain import events
from shared.domain.errors import PointsError
from shared.domain.points import Point
from shared.usecases.ports import PointWriter, Telemetry


async def write_points(
    writer: PointWriter, points: Sequence[Point], *, site: str, telemetry: Telemetry
) -> None:
    """Write the points, if any.

    Raises:
        PointsError: the run must not look like a success; writing them again changes nothing.
    """
    if not points:
        return
    try:
        await writer.write(points)
    except PointsError as error:
        failure = {"site": site, "points": len(points), "error": str(error)}
        telemetry.emit(events.POINTS_FAILED, failure)
        raise
