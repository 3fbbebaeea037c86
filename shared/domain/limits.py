"""Limits on a plan: how many of the candidates may go at once, longest unused first.

Source: design.md "App settings" and "Decisions". A limit of 0 means none at all, never "no limit".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.domain.model import LicensePool, LicenseType
from shared.domain.plan import Action, Decision, Reason

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one run, in licenses and in percent of each type's allocated licenses.

    `keep_available` is the number of available licenses a type should have; None asks for no level.
    """

    max_per_run: int
    max_percent_per_run: int
    keep_available: int | None = None


def apply_limits(
    decisions: Iterable[Decision], pools: Mapping[LicenseType, LicensePool], limits: Limits
) -> list[Decision]:
    """Turn the releases that go over a limit into deferrals; keeps are passed through.

    Returns every decision once, releases and deferrals first, longest unused first.
    """
    candidates: list[Decision] = []
    kept: list[Decision] = []
    for decision in decisions:
        (candidates if decision.action is Action.RELEASE else kept).append(decision)
    candidates.sort(key=_longest_unused_first)
    return [*_limited(candidates, pools, limits), *kept]


def percent_cap(allocated: int, percent: int) -> int:
    """That many percent of the allocated licenses, rounded up."""
    return -(-allocated * percent // 100)


def _longest_unused_first(decision: Decision) -> tuple[datetime, str]:
    return (decision.license.unused_since or _NEVER, decision.license.id)


def _limited(
    candidates: Sequence[Decision], pools: Mapping[LicenseType, LicensePool], limits: Limits
) -> Iterable[Decision]:
    taken: Counter[LicenseType] = Counter()
    for decision in candidates:
        license_type = decision.license.license_type
        over = _limit_reached(taken, license_type, pools[license_type], limits)
        if over:
            yield replace(decision, action=Action.DEFER, reason=over[0], value=over[1])
        else:
            taken[license_type] += 1
            yield decision


def _limit_reached(
    taken: Counter[LicenseType], license_type: LicenseType, pool: LicensePool, limits: Limits
) -> tuple[Reason, str] | None:
    if limits.keep_available is not None:
        needed = max(0, limits.keep_available - pool.available)
        if taken[license_type] >= needed:
            evidence = f"{pool.available} available, {limits.keep_available} wanted"
            return Reason.ENOUGH_AVAILABLE, evidence
    cap = percent_cap(pool.allocated, limits.max_percent_per_run)
    if taken[license_type] >= cap:
        evidence = f"{limits.max_percent_per_run} % of {pool.allocated} allocated = {cap}"
        return Reason.OVER_MAX_PERCENT_PER_RUN, evidence
    if taken.total() >= limits.max_per_run:
        return Reason.OVER_MAX_PER_RUN, f"{limits.max_per_run} per run"
    return None
