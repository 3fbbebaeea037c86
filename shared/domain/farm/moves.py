"""What happens to a plan when the farm changes: servers come, are drained or lost, or weigh anew.

Draining and losing a server need the same plan. They differ in when: sessions on a lost server are
cut, and its users start elsewhere at once; on a drained one they go on, and renew its leases until
they end. So plan a drain when its last session is over, or once more then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.farm.model import FarmPlan, FarmServer
from shared.domain.farm.plan import make_plan
from shared.domain.farm.plan_result import PlanResult
from shared.domain.leases.model import Lease, LeaseRules
from shared.domain.never_release import fold


def changed_plan(
    plan: FarmPlan,
    *,
    rules: LeaseRules,
    now: datetime,
    leases: Mapping[str, Sequence[Lease]] | None = None,
    add: Iterable[FarmServer] = (),
    remove: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
) -> PlanResult:
    """The plan for the same users after a change of the farm.

    Args:
        plan: the plan in force.
        rules: the rules of leases.
        now: the time of the leases.
        leases: what users hold, see `make_plan`.
        add: servers that come.
        remove: names of servers that are drained or lost.
        weights: new weights by server name.

    Raises:
        ValueError: a server to remove or to weigh isn't on the farm, one to add is, nothing is left
            of the farm, or `make_plan` can't use it.
    """
    gone = {fold(name): name for name in remove}
    heavy = {fold(name): weight for name, weight in (weights or {}).items()}
    known = {fold(server.name): server for server in plan.servers}
    for name in [*gone.values(), *(weights or {})]:
        if fold(name) not in known:
            names = ", ".join(server.name for server in plan.servers)
            raise ValueError(f"{name} is not on the farm, which has {names}")
    stays = [
        replace(server, weight=heavy.get(key, server.weight))
        for key, server in known.items()
        if key not in gone
    ]
    users = [binding.user for binding in plan.bindings]
    return make_plan(users, [*stays, *add], rules=rules, now=now, in_force=plan, leases=leases)
