"""What is measured: sizes of sites, how long a request takes, and how many licenses go."""

from dataclasses import dataclass, replace

CONCURRENCY = 8  # the app's own default against QRS
SIZES = (1_000, 10_000, 100_000)
DELAYS_MS = (0, 20, 100)
GOAL_SIZE, GOAL_DELAY_MS, GOAL_ROUNDS = 10_000, 20, 7
RELEASED = 2_000  # at most, in one run
SAMPLE = 150  # requests of a kind, where the usual way would take hours
_LICENSED = 0.95  # of the users of the demo site


@dataclass(frozen=True, slots=True)
class Case:
    """One site and what is done on it.

    Attributes:
        licensed: about how many users hold an access license.
        delay_ms: how long the site waits before it looks at a request.
        release: the most licenses that a run releases.
        sample: how many requests of a kind stand for all of the usual way; 0 makes them all.
        plans: how many plans are made in one worker, the first one cold.
        rounds: how often app and floor are measured, in turn; the quickest counts.
    """

    licensed: int
    delay_ms: int
    release: int = RELEASED
    sample: int = SAMPLE
    plans: int = 4
    rounds: int = 1

    @property
    def users(self) -> int:
        """How many users the site has for that."""
        return round(self.licensed / _LICENSED)

    @property
    def is_goal(self) -> bool:
        """Whether the goals on time are about this one."""
        return (self.licensed, self.delay_ms) == (GOAL_SIZE, GOAL_DELAY_MS)


def all_cases() -> list[Case]:
    """The table."""
    return [_case(licensed, delay) for licensed in SIZES for delay in DELAYS_MS]


def quick_cases() -> list[Case]:
    """Small ones, in which everything happens once."""
    return [
        Case(150, 0, release=30, sample=0, plans=2),
        Case(150, 2, release=30, sample=0, plans=2),
        Case(300, 0, release=30, sample=10, plans=2),
    ]


def _case(licensed: int, delay_ms: int) -> Case:
    case = Case(licensed, delay_ms, sample=0 if _is_short(licensed, delay_ms) else SAMPLE)
    return replace(case, rounds=GOAL_ROUNDS) if case.is_goal else case


def _is_short(licensed: int, delay_ms: int) -> bool:
    """It takes minutes at most; the goals are held against nothing that was extrapolated."""
    goal = (licensed, delay_ms) == (GOAL_SIZE, GOAL_DELAY_MS)
    return goal or (delay_ms == 0 and licensed <= GOAL_SIZE) or licensed * delay_ms <= 20_000
