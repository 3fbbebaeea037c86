"""`releases` and `restore`: which licenses went, and giving one back."""

import asyncio
import getpass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile, number
from local.commands.session import open_worker
from local.commands.show import Printer, print_releases, release_row, restored_row
from shared.app import utc_now
from shared.domain.release import ReleaseRecord
from shared.usecases.restore_release import Restored

LONGEST_DAYS = 36_500


def releases(
    days: Annotated[
        int, typer.Option(parser=number(1, LONGEST_DAYS), metavar="N", help="How far back.")
    ] = 7,
    user: Annotated[
        str, typer.Option(metavar="TEXT", help="Only users whose name has this text in it.")
    ] = "",
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """List the licenses that went, with the ids that restore them."""
    found = asyncio.run(_recent(settings, days))
    wanted = user.casefold()
    listed = [
        release
        for release in reversed(found)
        if release.outcome.may_have_taken and wanted in release.account.casefold()
    ]
    printer = Printer(Console())
    if json:
        printer.json([release_row(release) for release in listed])
        return
    print_releases(printer, listed)
    printer.line(f"{len(listed)} releases in the last {days} days")


def restore(
    release_id: Annotated[
        str, typer.Argument(metavar="RELEASE_ID", help="As `releases` lists it.")
    ],
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who asked, for the audit; else your login.")
    ] = "",
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Give the license of a release back to its user."""
    restored = asyncio.run(_restore(settings, release_id, actor(by)))
    printer = Printer(Console())
    if json:
        printer.json(restored_row(restored))
    else:
        printer.line(f"{restored.release.account}: {restored.detail}")


def actor(by: str) -> str:
    """Who does what a command does, for the audit: the name that was given, or the login's."""
    return f"command line, by {by or _login()}"


async def _recent(settings: Path, days: int) -> list[ReleaseRecord]:
    async with open_worker(settings) as worker:
        ledger = worker.ledger(worker.site_name())
        return await ledger.recent_releases(utc_now() - timedelta(days=days))


async def _restore(settings: Path, release_id: str, who: str) -> Restored:
    async with open_worker(settings) as worker, worker.app("restore_release") as app:
        return await app.restore_release(release_id, who)


def _login() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a container may run under a number that has no name
        return "somebody without a login name"
