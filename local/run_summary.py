"""The summary of a run, for people: pools, releases, what was kept and why, where records are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.domain.model import LicenseType, UsageSnapshot
from shared.domain.outlook import HolderCounts, Outlook
from shared.domain.plan import Plan, PlanStatus, Reason
from shared.domain.release import ReleaseRecord
from shared.usecases.read_leases import LeasePicture

_WHY_NOTHING_WENT = {
    PlanStatus.DRY_RUN: "LICENSE_RELEASE__DRY_RUN is true: nothing was queued.",
    PlanStatus.NOT_CONFIRMED: "LICENSE_RELEASE__CONFIRM_SITE is not SITE_NAME: nothing was queued.",
    PlanStatus.STOPPED: "LICENSE_RELEASE__STOP is true: nothing was queued.",
    PlanStatus.WAITING_FOR_APPROVAL: "The plan waits for approval: nothing was queued.",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run saw and did."""

    before: UsageSnapshot | None
    after: UsageSnapshot | None
    plan: Plan | None
    releases: list[ReleaseRecord]
    outlook: Outlook | None
    leases: LeasePicture | None = None


def print_summary(console: Console, summary: Summary, places: Mapping[str, str]) -> None:
    """Print the summary; `places` says where the records are, by what they are."""
    console.print()
    if summary.before and summary.after:
        console.print(_pools(summary.before, summary.after))
    if summary.plan:
        console.print(_plan(summary.plan))
        why = _WHY_NOTHING_WENT.get(summary.plan.status)
        if why:
            console.print(why, style="bold")
    if summary.releases:
        console.print(_outcomes(summary.releases))
    if summary.outlook:
        _print_outlook(console, summary.outlook)
    if summary.leases:
        _print_leases(console, summary.leases)
    for what, where in places.items():
        console.print(f"{what}: {where}", soft_wrap=True, highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _pools(before: UsageSnapshot, after: UsageSnapshot) -> Table:
    table = _table(
        f"Pools of {after.site} before -> after",
        "license type",
        "total",
        "allocated",
        "quarantined",
        "available",
    )
    for license_type, new in after.overview.pools.items():
        old = before.overview.pools.get(license_type, new)
        table.add_row(
            license_type,
            f"{new.total:,}",
            f"{old.allocated:,} -> {new.allocated:,}",
            f"{old.quarantined:,} -> {new.quarantined:,}",
            f"{old.available:,} -> {new.available:,}",
        )
    return table


def _plan(plan: Plan) -> Table:
    table = _table(f"Plan {plan.plan_id}", "decision", *(t.value for t in LicenseType))
    reasons = [r for r in Reason if any(r in counts for counts in plan.counts.values())]
    for reason in reasons:
        numbers = (plan.counts.get(t, {}).get(reason, 0) for t in LicenseType)
        table.add_row(f"{_verb(reason)}: {_words(reason)}", *(f"{n:,}" for n in numbers))
    return table


def _outcomes(releases: list[ReleaseRecord]) -> Table:
    table = _table("What became of the queued licenses", "outcome", *(t.value for t in LicenseType))
    counted = Counter((r.outcome, r.license_type) for r in releases)
    for outcome in sorted({outcome for outcome, _ in counted}):
        table.add_row(_words(outcome), *(f"{counted[outcome, t]:,}" for t in LicenseType))
    return table


def _print_outlook(console: Console, outlook: Outlook) -> None:
    table = _table("Forecast (median, and the dates between which it falls with 80 %)", "pool")
    table.add_column("available now", justify="right")
    table.add_column("forecast")
    for pool in outlook.pools:
        table.add_row(pool.pool, f"{pool.available:,.0f} of {pool.total:,.0f}", pool.forecast)
    console.print(table)
    if outlook.holders:
        console.print(_holders(outlook.holders))
    for warning in outlook.warnings:
        console.print(
            f"[yellow]Early warning:[/] {escape(warning)}", highlight=False, soft_wrap=True
        )
    console.print()


def _holders(holders: Sequence[HolderCounts]) -> Table:
    table = _table("Who holds the licenses now", "licenses", *(one.license_type for one in holders))
    for name in holders[0].counts:
        table.add_row(_words(name), *(f"{one.counts.get(name, 0):,}" for one in holders))
    return table


def _print_leases(console: Console, picture: LeasePicture) -> None:
    servers = [one for one in picture.surveys if one.counts.leases]
    table = _table("QlikView license leases", "", *(one.counts.server for one in servers))
    for name in ("assigned", "unused_30_days", "leases", "users_at_limit", "users_blocked"):
        values = (getattr(one.counts, name) for one in servers)
        table.add_row(_words(name), *("unknown" if n is None else f"{n:,}" for n in values))
    machines = sorted({name for one in servers for name in one.server.names.farm})
    for machine in machines:
        loads = (one.machines.get(machine) for one in servers)
        table.add_row(f"leases on {machine}", *(f"{x.leases if x else 0:,}" for x in loads))
    console.print(table)
    refused = sum(one.counts.users_next_refused or 0 for one in servers)
    console.print(
        f"[yellow]{refused} users[/] may be refused at their next start, silently."
        " docs/leases.md shows how to plan the farm.",
        highlight=False,
        soft_wrap=True,
    )
    console.print()


def _verb(reason: Reason) -> str:
    return reason.action.value


def _words(name: str) -> str:
    return name.replace("_", " ")
