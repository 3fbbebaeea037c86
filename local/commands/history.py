"""`history`: what was recorded: plans, runs, releases, usage."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile, number
from local.commands.progress import working
from local.commands.releases import LONGEST_DAYS
from local.commands.session import open_worker
from local.commands.show import JsonObject, Printer, plan_row, release_row
from shared.app import utc_now
from shared.domain.model import LicenseType, UsageSnapshot
from shared.domain.plan import Action, Plan
from shared.domain.release import ReleaseRecord
from shared.domain.runs import Run


class Kind(StrEnum):
    """What is listed."""

    PLANS = "plans"
    RUNS = "runs"
    RELEASES = "releases"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the ledger has, newest first."""

    plans: Sequence[Plan] = ()
    runs: Sequence[Run] = ()
    releases: Sequence[ReleaseRecord] = ()
    usage: Sequence[UsageSnapshot] = ()


def history(
    kind: Annotated[
        Kind | None, typer.Argument(help="What to list; else all of it.", show_default=False)
    ] = None,
    days: Annotated[
        int, typer.Option(parser=number(1, LONGEST_DAYS), metavar="N", help="How far back.")
    ] = 30,
    limit: Annotated[
        int,
        typer.Option(
            parser=number(1, 100_000), metavar="N", help="The newest of each kind, so many."
        ),
    ] = 20,
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """List what was recorded, newest first: plans, the last runs, releases, usage."""
    kinds = [kind] if kind else list(Kind)
    with working("Reading the records", quiet=json):
        found = asyncio.run(_read(settings, kinds, days, limit))
    printer = Printer(Console())
    if json:
        rows = _rows(found)
        printer.json({each.value: rows[each] for each in kinds})
        return
    for each in kinds:
        printer.line(each.value.capitalize(), style="bold")
        _PRINTERS[each](printer, found)
        printer.line()


async def _read(settings: Path, kinds: Sequence[Kind], days: int, limit: int) -> _Recorded:
    since = utc_now() - timedelta(days=days)
    async with open_worker(settings) as worker:
        ledger = worker.ledger(worker.site_name())
        plans = await ledger.latest_plans(limit) if Kind.PLANS in kinds else []
        runs = await ledger.runs() if Kind.RUNS in kinds else []
        releases = await ledger.recent_releases(since) if Kind.RELEASES in kinds else []
        usage = await ledger.usage_since(since) if Kind.USAGE in kinds else []
    return _Recorded(
        plans=[plan for plan in plans if plan.created_at >= since],
        runs=sorted(runs, key=lambda run: run.finished_at, reverse=True),
        releases=releases[: -limit - 1 : -1],
        usage=usage[: -limit - 1 : -1],
    )


def _rows(found: _Recorded) -> Mapping[Kind, list[JsonObject]]:
    return {
        Kind.PLANS: [plan_row(plan) for plan in found.plans],
        Kind.RUNS: [asdict(run) for run in found.runs],
        Kind.RELEASES: [release_row(release) for release in found.releases],
        Kind.USAGE: [_usage_row(snapshot) for snapshot in found.usage],
    }


def _usage_row(snapshot: UsageSnapshot) -> JsonObject:
    pools = snapshot.overview.pools
    return {
        "taken_at": snapshot.taken_at,
        "site_version": snapshot.site_version or None,
        "pools": {kind.value: asdict(pool) for kind, pool in pools.items()},
    }


def _print_plans(printer: Printer, found: _Recorded) -> None:
    rows = [
        (plan.created_at, plan.plan_id, plan.status, *(_count(plan, action) for action in Action))
        for plan in found.plans
    ]
    printer.table(("made (UTC)", "plan", "status", *Action), rows)


def _print_runs(printer: Printer, found: _Recorded) -> None:
    rows = [
        (run.finished_at, run.function, "ok" if run.succeeded else "failed", run.summary)
        for run in found.runs
    ]
    printer.table(("ended (UTC)", "function", "result", "said"), rows)


def _print_releases(printer: Printer, found: _Recorded) -> None:
    rows = [
        (one.finished_at or one.started_at, one.account, one.license_type, one.outcome)
        for one in found.releases
    ]
    printer.table(("at (UTC)", "user", "license", "outcome"), rows)


def _print_usage(printer: Printer, found: _Recorded) -> None:
    types = list(LicenseType)
    rows = [
        (snapshot.taken_at, *(_available(snapshot, each) for each in types))
        for snapshot in found.usage
    ]
    printer.table(("read (UTC)", *(f"{each} available" for each in types)), rows)


_PRINTERS = {
    Kind.PLANS: _print_plans,
    Kind.RUNS: _print_runs,
    Kind.RELEASES: _print_releases,
    Kind.USAGE: _print_usage,
}


def _available(snapshot: UsageSnapshot, license_type: LicenseType) -> str:
    pool = snapshot.overview.pools.get(license_type)
    return f"{pool.available} of {pool.total}" if pool else "not told"


def _count(plan: Plan, action: Action) -> int:
    return sum(
        number
        for counts in plan.counts.values()
        for reason, number in counts.items()
        if reason.action is action
    )
