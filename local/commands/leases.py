"""`python -m local leases`: who holds QlikView license leases, and what a start would do."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from local.commands.session import add_common_options, open_worker
from local.commands.show import Printer
from local.commands.show_leases import (
    explanation_row,
    list_row,
    picture_row,
    print_explanation,
    print_list,
    print_picture,
)
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.leases.user_leases import UserLeases
from shared.usecases.read_leases import ReadLeases

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

type _Work = Callable[[ReadLeases, Namespace, Printer], Awaitable[None]]


def add_leases(commands: "_SubParsersAction[ArgumentParser]") -> None:
    """Make the commands known."""
    group = commands.add_parser(
        "leases", help="QlikView license leases as they were last collected"
    )
    each = group.add_subparsers(required=True, metavar="list|explain")
    listing = _add(each, "list", "who holds leases on which machines, and until when", _list)
    listing.add_argument("--at-limit", action="store_true", help="only users with no slot left")
    listing.add_argument("--machine", default="", help="only users with a lease on this machine")
    explain = _add(
        each, "explain", "what a start of the client would do for a user, and why", _explain
    )
    explain.add_argument("user", help=r"like DOMAIN\user; without the domain if that is clear")
    explain.add_argument("--machine", default="", help="the machine on which it is started")
    explain.add_argument("--lost", default="", help="a machine that is broken or lost")


def _add(
    commands: "_SubParsersAction[ArgumentParser]", name: str, text: str, work: _Work
) -> "ArgumentParser":
    parser = commands.add_parser(name, help=text, description=text)
    add_common_options(parser)
    parser.set_defaults(run=lambda options, printer: asyncio.run(_run(work, options, printer)))
    return parser


async def _run(work: _Work, options: Namespace, printer: Printer) -> None:
    async with open_worker(options.settings) as worker:
        await work(worker.read_leases(), options, printer)


async def _list(leases: ReadLeases, options: Namespace, printer: Printer) -> None:
    picture = await leases.picture()
    listed = [
        (survey, user)
        for survey in picture.surveys
        for user in _wanted(survey, machine=options.machine, at_limit=options.at_limit)
    ]
    if options.json:
        users = [list_row(survey, user) for survey, user in listed]
        printer.json({**picture_row(picture), "users": users})
        return
    print_list(printer, listed)
    print_picture(printer, picture)


def _wanted(survey: LeaseSurvey, *, machine: str, at_limit: bool) -> Iterable[UserLeases]:
    for user in survey.server.users.values():
        if not user.active or (at_limit and not user.at_limit):
            continue
        if not machine or any(held.active for held in survey.server.held_on(user, machine)):
            yield user


async def _explain(leases: ReadLeases, options: Namespace, printer: Printer) -> None:
    told = await leases.explain(options.user, options.machine, options.lost)
    if options.json:
        printer.json(explanation_row(told))
    else:
        print_explanation(printer, told)
