"""Stop watch of wall and CPU time for the compared clients."""

import time
from collections.abc import Mapping

from bench.performance.figures import Cost


class Lap:
    """Runs from its creation."""

    def __init__(self) -> None:
        self._seconds = time.perf_counter()
        self._cpu = time.process_time()

    def cost(self, routes: Mapping[str, int], peak_mb: float = 0.0) -> Cost:
        """What it cost until now, with so many requests by route."""
        return Cost(
            seconds=time.perf_counter() - self._seconds,
            cpu_seconds=time.process_time() - self._cpu,
            requests=sum(routes.values()),
            routes=dict(routes),
            peak_mb=peak_mb,
        )


def all_of(*costs: Cost, peak_mb: float) -> Cost:
    """Pieces of work one after the other."""
    return Cost(
        seconds=sum(each.seconds for each in costs),
        cpu_seconds=sum(each.cpu_seconds for each in costs),
        requests=sum(each.requests for each in costs),
        routes={route: count for each in costs for route, count in each.routes.items()},
        peak_mb=peak_mb,
        estimated=any(each.estimated for each in costs),
    )
