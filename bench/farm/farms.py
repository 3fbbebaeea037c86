"""The farm and the working days that are measured."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from local.farm.workload import MONDAY, made_up_sessions, user_names
from shared.domain.farm.model import FarmPlan, FarmServer, Session
from shared.domain.farm.plan import make_plan
from shared.domain.leases.model import LeaseRules

RULES = LeaseRules()
START = datetime.combine(MONDAY, time(), UTC)
CHANGE_DAY, SETTLED_DAY, LAST_DAY = 14, 45, 75
EQUAL = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
UNEQUAL = (1.0, 1.0, 1.0, 1.0, 2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Farm:
    """Users, servers by their weights, and the seed of the sessions."""

    users: int = 500
    weights: tuple[float, ...] = EQUAL
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The users."""
        return user_names(self.users)

    @property
    def servers(self) -> tuple[FarmServer, ...]:
        """`CTX1`, `CTX2`, ..."""
        return tuple(FarmServer(f"CTX{n}", weight) for n, weight in enumerate(self.weights, 1))

    def sessions(self, days: int = 30) -> list[Session]:
        """Three sessions a day of every user on weekdays, few on weekends."""
        return made_up_sessions(self.names, days, seed=self.seed)

    def first_plan(self) -> FarmPlan:
        """The plan for a farm on which nobody holds a lease yet."""
        return make_plan(self.names, self.servers, rules=RULES, now=START).plan


def day(number: int, hour: float = 0.0) -> datetime:
    """A time on the n-th day, counted from 0."""
    return START + timedelta(days=number, hours=hour)
