"""`python -m local releases` and `restore`: which licenses went, and giving one back."""

import asyncio
import getpass
from argparse import ArgumentTypeError, Namespace
from datetime import timedelta
from typing import TYPE_CHECKING

from local.commands.session import add_common_options, open_worker
from local.commands.show import Printer, print_releases, release_row, restored_row
from shared.app import utc_now

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_LONGEST_DAYS = 36_500


def add_releases(commands: "_SubParsersAction[ArgumentParser]") -> None:
    """Make `releases` known."""
    text = "the licenses that went, with the ids that restore them"
    parser = commands.add_parser("releases", help=text, description=text)
    parser.add_argument(
        "--days", type=_days, default=7, metavar="N", help="how far back (default: %(default)s)"
    )
    parser.add_argument("--user", default="", help="only users whose name has this text in it")
    add_common_options(parser)
    parser.set_defaults(run=lambda options, printer: asyncio.run(_list(options, printer)))


def add_restore(commands: "_SubParsersAction[ArgumentParser]") -> None:
    """Make `restore` known."""
    text = "give the license of a release back to its user"
    parser = commands.add_parser("restore", help=text, description=text)
    parser.add_argument("release_id", help="as `python -m local releases` lists it")
    parser.add_argument("--by", default="", help="who asked, for the audit (default: your login)")
    add_common_options(parser)
    parser.set_defaults(run=lambda options, printer: asyncio.run(_restore(options, printer)))


async def _list(options: Namespace, printer: Printer) -> None:
    async with open_worker(options.settings) as worker:
        ledger = worker.ledger(worker.site_name())
        found = await ledger.recent_releases(utc_now() - timedelta(days=options.days))
    wanted = options.user.casefold()
    releases = [
        release
        for release in reversed(found)
        if release.outcome.may_have_taken and wanted in release.account.casefold()
    ]
    if options.json:
        printer.json([release_row(release) for release in releases])
        return
    print_releases(printer, releases)
    printer.line(f"{len(releases)} releases in the last {options.days} days")


async def _restore(options: Namespace, printer: Printer) -> None:
    actor = f"command line, by {options.by or _login()}"
    async with open_worker(options.settings) as worker, worker.app("restore_release") as app:
        restored = await app.restore_release(options.release_id, actor)
    if options.json:
        printer.json(restored_row(restored))
    else:
        printer.line(f"{restored.release.account}: {restored.detail}")


def _login() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a container may run under a number that has no name
        return "somebody without a login name"


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _LONGEST_DAYS):
        raise ArgumentTypeError(f"{text!r} is no number of days from 1 to {_LONGEST_DAYS}")
    return int(text)
