"""What a measurement gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

type Routes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work cost.

    Attributes:
        seconds: wall time.
        cpu_seconds: user and system time of the process that did it.
        requests: how many there were.
        routes: the same by method and route.
        peak_mb: the most memory that the process had until its end; 0 when nobody looked.
        estimated: extrapolated from samples.
    """

    seconds: float
    cpu_seconds: float
    requests: int
    routes: Routes = field(default_factory=dict)
    peak_mb: float = 0.0
    estimated: bool = False

    def times(self, factor: float) -> "Cost":
        """The same work so many times as often; an estimate, unless it is just once."""
        return replace(
            self,
            seconds=self.seconds * factor,
            cpu_seconds=self.cpu_seconds * factor,
            requests=round(self.requests * factor),
            routes={route: round(count * factor) for route, count in self.routes.items()},
            estimated=self.estimated or factor > 1,
        )


def quickest(costs: Iterable[Cost]) -> Cost:
    """By wall time: the same work can only be slowed, by whatever else the machine does."""
    return min(costs, key=lambda each: each.seconds)


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured on one site.

    Attributes:
        licensed: about how many users hold a license.
        delay_ms: of each request.
        licenses: how many access licenses there are.
        released: how many went in a run.
        first_plan: the app's first plan in a fresh worker, with all its imports.
        plan: the quickest of the later ones.
        release: the app's run with one DELETE for each license.
        selection: the same with the selection strategy.
        usual_plan: the usual way to find out what goes.
        usual_release: the usual way to delete it.
        floor_plan: only the requests that a plan needs.
        floor_release: only the requests that a release needs, with one DELETE for each license.
    """

    licensed: int
    delay_ms: int
    licenses: int
    released: int
    first_plan: Cost
    plan: Cost
    release: Cost
    selection: Cost
    usual_plan: Cost
    usual_release: Cost
    floor_plan: Cost
    floor_release: Cost

    @property
    def usual_seconds(self) -> float:
        """The usual way as a whole: look, decide, delete."""
        return self.usual_plan.seconds + self.usual_release.seconds
