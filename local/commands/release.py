"""`release`: queue exactly one stored plan."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.releases import actor
from local.commands.session import open_worker
from local.commands.show import Printer, plan_row
from shared.domain.plan import Action, Plan
from shared.usecases.approve_plan import Approved, UnknownPlanError


def release(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN_ID", help="As `history plans` lists it.")],
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who wants it, for the record; else your login.")
    ] = "",
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Queue exactly this plan, if no switch holds releases back and it is not stale."""
    if not yes:
        plan = asyncio.run(_stored(settings, plan_id))
        _confirm(f"Release {_number(plan)} licenses at {plan.site}? [y/N]")
    approved = asyncio.run(_queue(settings, plan_id, actor(by)))
    printer = Printer(Console())
    if json:
        row = {**plan_row(approved.plan), "status": "queued"}
        printer.json({**row, "messages": len(approved.messages)})
    else:
        printer.line(
            f"Plan {plan_id} is queued in {len(approved.messages)} messages. release_licenses looks"
            " at each license again before it goes: in Azure, or here while `steward serve` runs."
        )


def _confirm(question: str) -> None:
    """Ask on stderr, so that stdout has the result alone; typer's own puts a blank there."""
    Printer(Console(stderr=True)).line(question)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise typer.Abort


async def _stored(settings: Path, plan_id: str) -> Plan:
    async with open_worker(settings) as worker:
        plan = await worker.ledger(worker.site_name()).plan(plan_id)
    if plan is None:
        raise UnknownPlanError(f"there is no plan {plan_id[:200]!r} at this site")
    return plan


async def _queue(settings: Path, plan_id: str, who: str) -> Approved:
    async with open_worker(settings) as worker:
        return await worker.desk("release").queue_plan(worker.queue())(plan_id, who)


def _number(plan: Plan) -> int:
    return sum(
        number
        for counts in plan.counts.values()
        for reason, number in counts.items()
        if reason.action is Action.RELEASE
    )
