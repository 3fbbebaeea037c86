"""`leases`: who holds QlikView license leases, and what a start would do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.session import open_worker
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


def list_leases(
    *,
    at_limit: Annotated[
        bool, typer.Option("--at-limit", help="Only users with no slot left.")
    ] = False,
    machine: Annotated[
        str, typer.Option(metavar="MACHINE", help="Only users with a lease on this machine.")
    ] = "",
    settings: SettingsFile = DEFAULT_SETTINGS,
    json: AsJson = False,
) -> None:
    """List who holds leases on which machines, and until when."""
    picture = _asked(settings, lambda leases: leases.picture())
    listed = [
        (survey, user)
        for survey in picture.surveys
        for user in _wanted(survey, machine=machine, at_limit=at_limit)
    ]
    printer = Printer(Console())
    if json:
        users = [list_row(survey, user) for survey, user in listed]
        printer.json({**picture_row(picture), "users": users})
        return
    print_list(printer, listed)
    print_picture(printer, picture)


def explain_leases(
    user: Annotated[
        str,
        typer.Argument(
            metavar="USER", help=r"Like DOMAIN\user; without the domain if that is clear."
        ),
    ],
    machine: Annotated[
        str, typer.Option(metavar="MACHINE", help="The machine on which the client is started.")
    ] = "",
    lost: Annotated[
        str, typer.Option(metavar="MACHINE", help="A machine that is broken or lost.")
    ] = "",
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Tell what a start of the client would do for a user, and why."""
    told = _asked(settings, lambda leases: leases.explain(user, machine, lost))
    printer = Printer(Console())
    if json:
        printer.json(explanation_row(told))
    else:
        print_explanation(printer, told)


def _wanted(survey: LeaseSurvey, *, machine: str, at_limit: bool) -> Iterable[UserLeases]:
    for user in survey.server.users.values():
        if not user.active or (at_limit and not user.at_limit):
            continue
        if not machine or any(held.active for held in survey.server.held_on(user, machine)):
            yield user


def _asked[T](settings: Path, ask: Callable[[ReadLeases], Awaitable[T]]) -> T:
    async def work() -> T:
        async with open_worker(settings) as worker:
            return await ask(worker.read_leases())

    return asyncio.run(work())
