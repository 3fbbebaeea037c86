"""`usage`: how many licenses are in use at this moment."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.progress import working
from local.commands.session import open_site, open_worker
from local.commands.show import Printer
from local.commands.show_pools import print_usage, usage_row
from shared.app import utc_now
from shared.domain.errors import StewardError
from shared.usecases.read_usage import ReadUsage, UsageNow


class NotRecordedError(StewardError):
    """Recording is switched off."""


def usage(
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Also do what collect_usage does: history, points, forecast, warnings.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Read the pools of the site now; nothing is written unless asked for."""
    with working("Reading the site", quiet=json):
        found = asyncio.run(_record(settings) if record else _read(settings))
    printer = Printer(Console())
    if json:
        printer.json({**usage_row(found), "recorded": record})
    else:
        print_usage(printer, found)


async def _read(settings: Path) -> UsageNow:
    async with open_site(settings) as site:
        return await ReadUsage(site.settings.site_name, site.qrs, utc_now)()


async def _record(settings: Path) -> UsageNow:
    async with (
        open_worker(settings, make_records=True) as worker,
        worker.app("collect_usage") as app,
    ):
        snapshot = (await app.collect_usage()).snapshot
    if snapshot is None:
        raise NotRecordedError(
            "LICENSE_MONITOR__ENABLED is false: nothing is collected, so nothing was recorded."
        )
    return UsageNow(snapshot, snapshot.overview.remarks)
