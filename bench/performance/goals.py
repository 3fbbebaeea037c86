"""What the figures should be, and whether they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.performance.cases import GOAL_DELAY_MS, GOAL_SIZE, Case
from bench.performance.cold_start import ColdStart
from bench.performance.figures import Measured

PLAN_REQUESTS = 10
PLAN_TIMES_FASTER = 100
RELEASE_TIMES_FASTER = 10
OVER_FLOOR = 1.3
SELECTION_REQUESTS = 0.2
SELECTION_TIMES_FASTER = 30
PLAN_PEAK_MB = 350
GROWTH = 1.5
FULL_MESSAGES = 200  # licenses: fewer are two messages of a few, and say nothing about many
COLD_SECONDS = 0.6
COLD_OVER_EMPTY = 2.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: what it is about, what was wanted, what is; `holds` compares both."""

    about: str
    wanted: str
    actual: str
    holds: bool


def check_goals(results: Sequence[Measured], cold: ColdStart) -> list[Goal]:
    """Every goal that can be checked on what was measured."""
    return [
        *_counted(results),
        *(goal for each in results if _is_goal(each) for goal in _timed(each)),
        *_grown(results),
        *_cold(cold),
    ]


def _is_goal(measured: Measured) -> bool:
    return Case(measured.licensed, measured.delay_ms).is_goal


def _counted(results: Sequence[Measured]) -> Iterator[Goal]:
    most = max(results, key=lambda each: max(each.plan.requests, each.first_plan.requests))
    yield _at_most("requests of a plan, at any size", most.plan.requests, PLAN_REQUESTS)
    shares = [r.selection.requests / r.released for r in results if r.released >= FULL_MESSAGES]
    if shares:
        yield _at_most(
            "requests a license with the selection strategy, checks included",
            max(shares),
            SELECTION_REQUESTS,
            digits=3,
        )
    large = [each for each in results if each.licensed == max(r.licensed for r in results)]
    yield _at_most(
        f"peak memory of a plan of {large[0].licensed:,} licenses, in MB",
        max(max(each.plan.peak_mb, each.first_plan.peak_mb) for each in large),
        PLAN_PEAK_MB,
    )


def _timed(at: Measured) -> Iterator[Goal]:
    where = f"({GOAL_SIZE:,} users, {GOAL_DELAY_MS} ms)"
    usual = at.usual_plan.seconds
    yield _at_least(
        f"plan: times faster than the usual way {where}",
        usual / at.plan.seconds,
        PLAN_TIMES_FASTER,
    )
    yield _at_least(
        f"release of {at.released:,}: times faster than the usual way {where}",
        at.usual_seconds / at.release.seconds,
        RELEASE_TIMES_FASTER,
    )
    yield _at_most(
        f"release of {at.released:,}: times the floor's time {where}",
        at.release.seconds / at.floor_release.seconds,
        OVER_FLOOR,
        digits=2,
    )
    yield _at_least(
        f"release by selections: times faster than the usual way {where}",
        at.usual_seconds / at.selection.seconds,
        SELECTION_TIMES_FASTER,
    )


def _grown(results: Sequence[Measured]) -> Iterator[Goal]:
    """Ten times the licenses should take ten times as long, and not much more."""
    for delay in sorted({each.delay_ms for each in results}):
        own = sorted((r for r in results if r.delay_ms == delay), key=lambda each: each.licenses)
        if len(own) < 2:
            continue
        *_, before, last = own
        growth = last.plan.seconds / before.plan.seconds / (last.licenses / before.licenses)
        yield _at_most(
            f"plan at {delay} ms, {before.licensed:,} to {last.licensed:,}: time a license, times",
            growth,
            GROWTH,
            digits=2,
        )


def _cold(cold: ColdStart) -> Iterator[Goal]:
    yield _at_most(
        "cold start to the list of functions, median, in seconds",
        cold.median,
        COLD_SECONDS,
        digits=2,
    )
    yield _at_most(
        "cold start: times that of an app without code",
        cold.median / cold.empty_median,
        COLD_OVER_EMPTY,
        digits=2,
    )


def _at_most(about: str, actual: float, limit: float, digits: int = 0) -> Goal:
    return Goal(about, f"at most {limit:g}", f"{actual:,.{digits}f}", actual <= limit)


def _at_least(about: str, actual: float, limit: float) -> Goal:
    return Goal(about, f"at least {limit:g}", f"{actual:,.1f}", actual >= limit)
