"""`report`: the HTML report as a file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.progress import working
from local.commands.session import open_worker
from local.commands.show import Printer
from local.farm.new_file import NewFile


def report(
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the page goes; only you can read it.")
    ] = Path("license-report.html"),
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there already.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write the report as an HTML page that needs nothing else; it holds personal data."""
    file = NewFile(out, force, private=True)
    file.check()
    with working("Reading the records", quiet=json):
        page = asyncio.run(_page(settings)).encode()
    file.write(page)
    printer = Printer(Console())
    if json:
        printer.json({"report": str(out), "bytes": len(page)})
    else:
        printer.line(f"The report is in {out}: open it in a browser.")


async def _page(settings: Path) -> str:
    async with open_worker(settings) as worker:
        return (await worker.report()).html
