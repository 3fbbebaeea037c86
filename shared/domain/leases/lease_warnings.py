"""Early warnings about leases: refusals ahead, a machine getting out of hand, CALs running low."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from shared.domain.early_warnings import EarlyWarning, Finding, Remark, Thresholds, WarningKind
from shared.domain.leases.cal_pool import free_cals, total_cals
from shared.domain.leases.history import LeaseCounts, ServerCounts
from shared.domain.leases.survey import LeaseSurvey

GROWTH_PERIOD = timedelta(days=7)
_GROWTH_LEAST = 10  # two leases instead of one are 100 percent, and no news


def lease_findings(
    surveys: Iterable[LeaseSurvey],
    counts: LeaseCounts,
    history: Sequence[LeaseCounts],
    thresholds: Thresholds,
) -> Iterator[Finding]:
    """All findings about leases.

    Args:
        surveys: of the servers, taken now.
        counts: of the same look.
        history: counts of looks before, in any order.
        thresholds: when to warn.
    """
    for one in surveys:
        yield from refusals_ahead(one, thresholds)
        yield from cals_low(one.counts, thresholds)
    yield from machines_growing(counts, history, thresholds)


def refusals_ahead(one: LeaseSurvey, thresholds: Thresholds) -> Iterator[Finding]:
    """That users may be refused at their next start on another machine of the farm."""
    least, name = thresholds.lease_refusals_users, one.counts.server
    if least is None:
        return
    if one.counts.users_next_refused is None:
        yield Remark(name, f"{name} did not tell its leases, so refusals can't be foreseen.")
        return
    users = one.next_refused
    if len(users) < max(1, least):
        return
    period = 100 * sum(user.refusing_share.period for user in users) / len(users)
    block = 100 * sum(user.refusing_share.block for user in users) / len(users)
    farm = "the farm" if not one.server.names.inferred else "the machines that many users share"
    yield EarlyWarning(
        WarningKind.LEASE_REFUSALS,
        name,
        f"{len(users)} users of {name} have all their lease slots taken and no lease on some"
        f" machines of {farm}: a start there may be refused, and the client then silently stays"
        f" Personal Edition. On average {period:.0f} % of the machines would refuse them now if"
        f" slots free after the lease period, and {block:.0f} % if they free after the block hours."
        " Bind each user to two machines (see the farm plan).",
        {
            "users_next_refused": len(users),
            "users_at_limit": len(one.at_limit),
            "percent_refusing_period": period,
            "percent_refusing_block": block,
        },
    )


def cals_low(counts: ServerCounts, thresholds: Thresholds) -> Iterator[EarlyWarning]:
    """That few named CALs can still be assigned; the thresholds are those of all pools."""
    total = total_cals(counts.in_license, counts.limit)
    free = free_cals(total, counts.assigned, counts.quarantined)
    if not total or total < 0 or free is None:
        return
    percent = 100 * free / total
    most_percent, most_count = thresholds.pool_low_percent, thresholds.pool_low_count
    by_percent = most_percent is not None and percent <= most_percent
    if not by_percent and (most_count is None or free > most_count):
        return
    unused = (
        f" {counts.unused_30_days} are assigned and were not used for 30 days."
        if counts.unused_30_days
        else ""
    )
    figures = {"free": free, "total": total, "percent_free": percent}
    yield EarlyWarning(
        WarningKind.CALS_LOW,
        counts.server,
        f"Of {total} named CALs of {counts.server}, {free} ({percent:.1f} %) can still be"
        f" assigned.{unused} Remove unused ones in the QMC, or order more.",
        figures,
    )


def machines_growing(
    counts: LeaseCounts, history: Iterable[LeaseCounts], thresholds: Thresholds
) -> Iterator[Finding]:
    """That a machine has many leases, or many more than a week ago."""
    most, percent = thresholds.lease_machine_count, thresholds.lease_machine_growth_percent
    earlier = _a_week_ago(counts, history) if percent is not None else None
    if percent is not None and earlier is None and counts.machines:
        yield Remark("machines", "How leases grew is not known yet: no look of a week ago is kept.")
    for machine, leases in counts.machines.items():
        # What was not counted then was not among the busiest, so next to nothing.
        before = earlier.machines.get(machine, 0) if earlier else leases
        grown = percent is not None and _has_grown(before, leases, percent)
        if grown or (most is not None and leases >= max(1, most)):
            yield _warning(machine, leases, before if earlier else None)


def _has_grown(before: int, leases: int, percent: float) -> bool:
    more = leases - before
    return more >= _GROWTH_LEAST and 100 * more >= percent * before


def _a_week_ago(counts: LeaseCounts, history: Iterable[LeaseCounts]) -> LeaseCounts | None:
    """The last look that is a week old or older, if it is not older than two weeks."""
    latest, oldest = counts.taken_at - GROWTH_PERIOD, counts.taken_at - 2 * GROWTH_PERIOD
    looks = (one for one in history if oldest <= one.taken_at <= latest)
    return max(looks, key=lambda one: one.taken_at, default=None)


def _warning(machine: str, leases: int, before: int | None) -> EarlyWarning:
    figures: dict[str, float] = {"leases": leases}
    growth = ""
    if before is not None:
        figures["leases_a_week_ago"] = before
        growth = f", {before} a week ago"
        if before:
            figures["growth_percent"] = 100 * (leases - before) / before
            growth += f" ({figures['growth_percent']:+.0f} %)"
    return EarlyWarning(
        WarningKind.LEASE_MACHINE_GROWING,
        machine,
        f"{leases} users' license leases are on {machine}{growth}. If everybody is sent there so"
        " that nobody is refused, plan the farm instead: two machines for each user keep leases"
        " and balance the load.",
        figures,
    )
