"""`run`: the main job once, by the code that Azure runs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import AsJson, number
from local.commands.show import JsonObject, Printer, plan_row, release_row
from local.run import RUN_FOLDER, Finished, run_demo, run_site


def run(
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file like local.settings.json; else the demo."),
    ] = None,
    users: Annotated[
        int,
        typer.Option(parser=number(1, 1_000_000), metavar="N", help="Users of the demo site."),
    ] = 2000,
    records: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the run leaves its records.")
    ] = RUN_FOLDER,
    *,
    json: AsJson = False,
) -> None:
    """Collect, plan, release and collect once; on a demo site unless settings are given."""
    # What people read goes to stderr then, without colours and things that move.
    console = Console(stderr=True, force_terminal=False) if json else Console()
    done = run_site(console, settings, records) if settings else run_demo(console, users, records)
    if json:
        Printer(Console()).json(_row(done))


def _row(done: Finished) -> JsonObject:
    summary = done.summary
    return {
        "plan": plan_row(summary.plan) if summary.plan else None,
        "releases": [release_row(release) for release in summary.releases],
        "forecast": asdict(summary.outlook) if summary.outlook else None,
        "records": dict(done.places),
    }
