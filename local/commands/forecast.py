"""`forecast`: when each pool runs out, by the history that was collected."""

import asyncio
from pathlib import Path

from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.progress import working
from local.commands.session import open_worker
from local.commands.show import Printer
from local.commands.show_pools import forecast_row, print_forecast
from shared.app import utc_now
from shared.usecases.read_forecast import PoolForecasts, ReadForecast


def forecast(
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Tell when each pool runs out, by the usage that was collected."""
    with working("Reading the history", quiet=json):
        found = asyncio.run(_read(settings))
    printer = Printer(Console())
    if json:
        printer.json(forecast_row(found))
    else:
        print_forecast(printer, found)


async def _read(settings: Path) -> PoolForecasts:
    async with open_worker(settings) as worker:
        return await ReadForecast(worker.ledger(worker.site_name()), utc_now)()
