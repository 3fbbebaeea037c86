"""The farm changes while it works: what the plan for it costs, and who is refused afterwards."""

from dataclasses import dataclass, field

from bench.farm.farms import CHANGE_DAY, LAST_DAY, RULES, SETTLED_DAY, Farm, day
from bench.farm.side_by_side import placements
from shared.domain.farm.load import Load
from shared.domain.farm.model import FarmPlan, FarmServer
from shared.domain.farm.moves import changed_plan
from shared.domain.farm.placements import Placement, affinity
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult
from shared.domain.farm.replay import Change, HeldLeases, replay
from shared.domain.leases.model import SlotReading


@dataclass(frozen=True, slots=True)
class FarmChange:
    """What happens to the farm. `hour`: of the day; servers are lost while people work."""

    name: str
    add: tuple[FarmServer, ...] = ()
    remove: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    hour: float = 0.0
    lost: bool = False


CHANGES = (
    FarmChange("add a seventh server", add=(FarmServer("CTX7"),)),
    FarmChange("add two servers", add=(FarmServer("CTX7"), FarmServer("CTX8"))),
    FarmChange("drain one", remove=("CTX6",)),
    FarmChange("lose one at 11:00", remove=("CTX6",), hour=11, lost=True),
    FarmChange("lose two at 11:00", remove=("CTX5", "CTX6"), hour=11, lost=True),
    FarmChange("replace one by another", add=(FarmServer("CTX7"),), remove=("CTX6",)),
    FarmChange("one counts twice", weights={"CTX1": 2.0}),
)
TODAY = (
    "free load balancing",
    "one server for everybody",
    "two servers for everybody",
    "users split by hand",
    "one session a day",
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A change under one reading.

    Attributes:
        name: of the change, or of the placement that was there before the plan.
        reading: of the lease rules.
        planned: the plan made at the change.
        again: the plan made anew a month later.
        refused: starts refused after the change: of users who must wait, and of others.
        refused_before: starts refused before it.
        settling: the load in the month after the change.
        settled: the load in the month after that.
    """

    name: str
    reading: SlotReading
    planned: PlanResult
    again: PlanResult
    refused: tuple[int, int]
    refused_before: int
    settling: Load
    settled: Load


def change_cases() -> list[tuple[str, SlotReading]]:
    """Every change and every way to begin, under both readings."""
    names = [change.name for change in CHANGES] + list(TODAY)
    return [(name, reading) for name in names for reading in SlotReading]


def measured(case: tuple[str, SlotReading], farm: Farm | None = None) -> Changed:
    """Replay 75 days, with the change on the 15th; of the usual farm unless given."""
    name, reading = case
    changes = {change.name: change for change in CHANGES}
    return _replayed(farm or Farm(), name, reading, changes.get(name))


def _replayed(farm: Farm, name: str, reading: SlotReading, change: FarmChange | None) -> Changed:
    plans: list[PlanResult] = []
    first = farm.first_plan()
    changed_at = day(CHANGE_DAY, change.hour if change else 0.0)

    def at_change(leases: HeldLeases) -> Placement:
        plans.append(_plan(farm, first, change, leases))
        return affinity(plans[-1].plan)

    def month_later(leases: HeldLeases) -> Placement:
        now = day(SETTLED_DAY)
        plans.append(changed_plan(plans[-1].plan, rules=RULES, now=now, leases=leases))
        return affinity(plans[-1].plan)

    lost = frozenset(change.remove) if change and change.lost else frozenset[str]()
    result = replay(
        farm.sessions(LAST_DAY),
        affinity(first) if change else placements(farm)[name],
        RULES,
        readings=(reading,),
        changes=[Change(changed_at, at_change, lost), Change(day(SETTLED_DAY), month_later)],
    )
    refused = result.refusals[reading].refused
    waiting = {wait.user for wait in plans[0].waits}
    after = [refusal for refusal in refused if refusal.at >= changed_at]
    of_waiting = sum(refusal.user in waiting for refusal in after)
    return Changed(
        name,
        reading,
        plans[0],
        plans[1],
        (of_waiting, len(after) - of_waiting),
        len(refused) - len(after),
        *result.loads[1:],
    )


def _plan(farm: Farm, first: FarmPlan, change: FarmChange | None, leases: HeldLeases) -> PlanResult:
    if change is None:
        return make_plan(farm.names, farm.servers, rules=RULES, now=day(CHANGE_DAY), leases=leases)
    return changed_plan(
        first,
        rules=RULES,
        now=day(CHANGE_DAY, change.hour),
        leases=leases,
        add=change.add,
        remove=change.remove,
        weights=change.weights,
    )
