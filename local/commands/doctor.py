"""`doctor`: whether the app could do its work with these settings, and what to do where not."""

import asyncio
from dataclasses import asdict

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.progress import working
from local.commands.show import Printer
from local.doctor.examine import examine
from local.doctor.result import Status, any_failed
from shared.app import utc_now

_STYLES = {
    Status.OK: "green",
    Status.WARNING: "yellow",
    Status.FAILED: "red",
    Status.SKIPPED: "dim",
}


def doctor(
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Check settings, certificates, connections and rights; say what to do; change nothing."""
    with working("Looking", quiet=json):
        results = asyncio.run(examine(settings, utc_now()))
    printer = Printer(Console())
    if json:
        printer.json({"checks": [asdict(result) for result in results]})
    else:
        for result in results:
            text = result.says.replace("\n", "\n         ")
            printer.line(f"{result.status:<8} {result.check}: {text}", _STYLES[result.status])
    if any_failed(results):
        raise typer.Exit(1)
