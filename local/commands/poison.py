"""`python -m local poison`: look after the queue messages that were not acted upon."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from local.commands.session import add_common_options, open_worker
from local.commands.show import (
    Printer,
    explanation_row,
    message_row,
    print_explanation,
    print_messages,
)
from shared.usecases.poison_messages import PoisonMessages

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

type _Work = Callable[[PoisonMessages, Namespace, Printer], Awaitable[None]]


def add_poison(commands: "_SubParsersAction[ArgumentParser]") -> None:
    """Make the commands known."""
    group = commands.add_parser(
        "poison", help="look after messages that failed on every try or were refused"
    )
    each = group.add_subparsers(required=True, metavar="list|explain|replay|discard")
    listing = _add(each, "list", "the kept messages that nobody settled yet", _list)
    listing.add_argument("--all", action="store_true", help="also those that are settled")
    for name, text, work in (
        ("explain", "why it was not acted upon, and what became of each license", _explain),
        ("replay", "put it into the queue again, as it was", _replay),
        ("discard", "mark it as nothing to act upon any more; its record stays", _discard),
    ):
        _add(each, name, text, work).add_argument("id", help="of the message, as listed")


def _add(
    commands: "_SubParsersAction[ArgumentParser]", name: str, text: str, work: _Work
) -> "ArgumentParser":
    parser = commands.add_parser(name, help=text, description=text)
    add_common_options(parser)
    parser.set_defaults(run=lambda options, printer: asyncio.run(_run(work, options, printer)))
    return parser


async def _run(work: _Work, options: Namespace, printer: Printer) -> None:
    async with open_worker(options.settings) as worker:
        await work(worker.poison_messages(), options, printer)


async def _list(poison: PoisonMessages, options: Namespace, printer: Printer) -> None:
    kept = await poison.kept()
    messages = [message for message in kept if options.all or not message.settled]
    if options.json:
        printer.json([message_row(message) for message in messages])
        return
    print_messages(printer, messages)
    settled = sum(bool(message.settled) for message in kept)
    rest = "" if options.all or not settled else f", and {settled} that are settled (--all)"
    printer.line(f"{len(messages)} messages{rest}")


async def _explain(poison: PoisonMessages, options: Namespace, printer: Printer) -> None:
    told = await poison.explain(options.id)
    if options.json:
        printer.json(explanation_row(told))
    else:
        print_explanation(printer, told)


async def _replay(poison: PoisonMessages, options: Namespace, printer: Printer) -> None:
    message = await poison.replay(options.id)
    if options.json:
        printer.json(message_row(message))
    else:
        printer.line(f"{message.message_id} is in the queue again: {message.settled}")


async def _discard(poison: PoisonMessages, options: Namespace, printer: Printer) -> None:
    message = await poison.discard(options.id)
    if options.json:
        printer.json(message_row(message))
    else:
        printer.line(f"{message.message_id}: {message.settled}; its record stays")
