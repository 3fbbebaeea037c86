"""`plan`: what the app would release now, and why the rest stays; nothing is queued."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile, number
from local.commands.progress import working
from local.commands.session import open_site, open_worker
from local.commands.show import Printer
from local.commands.show_plan import Shown, Wanted, plan_preview_row, print_preview
from shared.app import preview_plan
from shared.domain.errors import PartialReadError
from shared.domain.model import LicenseType
from shared.domain.plan import Action, Reason
from shared.settings import Settings
from shared.settings.rules import switches


def plan(
    license_type: Annotated[
        LicenseType | None, typer.Option("--type", help="List only licenses of this type.")
    ] = None,
    action: Annotated[
        Action | None,
        typer.Option(help="List only these; without any filter those that would go are listed."),
    ] = None,
    reason: Annotated[
        Reason | None,
        typer.Option(metavar="REASON", help="List only those that this rule decided."),
    ] = None,
    user: Annotated[
        str, typer.Option(metavar="TEXT", help="List only users whose name has this text in it.")
    ] = "",
    limit: Annotated[
        int,
        typer.Option(
            parser=number(0, 1_000_000), metavar="N", help="List so many at most; 0: all of them."
        ),
    ] = 50,
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Keep the plan, for `release`, as a dry run of plan_releases does."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Show who would lose a license now and why the rest stays; nothing is queued."""
    wanted = Wanted(license_type, action, reason, user, limit)
    with working("Reading the site", quiet=json):
        shown = asyncio.run(_record(settings) if record else _preview(settings))
    printer = Printer(Console())
    if json:
        printer.json(plan_preview_row(shown, wanted))
    else:
        print_preview(printer, shown, wanted)
    if shown.refused_because:
        raise PartialReadError(
            f"the app would make no plan now: {'; '.join(shown.refused_because)}"
        )


async def _preview(settings_file: Path) -> Shown:
    async with open_site(settings_file, with_ledger=True) as site:
        preview = await preview_plan(site.settings, site.qrs, site.ledger)()
    return Shown(
        site=site.settings.site_name,
        at=preview.at,
        plan_id=None,
        held_back_by=_held_back(site.settings),
        refused_because=tuple(doubt.sentence for doubt in preview.doubts),
        from_history=preview.from_history,
        counts=preview.counts,
        decisions=preview.decisions,
    )


async def _record(settings_file: Path) -> Shown:
    async with (
        open_worker(settings_file, make_records=True) as worker,
        worker.app("plan_releases") as app,
    ):
        plan = (await app.plan_releases(dry=True)).plan
        settings = app.settings
    assert plan is not None  # noqa: S101 - only LICENSE_RELEASE__ENABLED makes none, and dry is on
    return Shown(
        site=plan.site,
        at=plan.created_at,
        plan_id=plan.plan_id,
        held_back_by=_held_back(settings),
        refused_because=(),
        from_history=True,
        counts=plan.counts,
        decisions=plan.decisions,
    )


def _held_back(settings: Settings) -> str:
    return switches(settings).holding_back()
