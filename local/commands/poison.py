"""`poison`: look after the queue messages that were not acted upon."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.session import open_worker
from local.commands.show import (
    Printer,
    explanation_row,
    message_row,
    print_explanation,
    print_messages,
)
from shared.usecases.poison_messages import PoisonMessages

MessageId = Annotated[str, typer.Argument(metavar="ID", help="Of the message, as listed.")]


def list_poison(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are settled.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
    json: AsJson = False,
) -> None:
    """List the kept messages that nobody settled yet."""
    kept = _asked(settings, lambda poison: poison.kept())
    messages = [message for message in kept if everything or not message.settled]
    printer = Printer(Console())
    if json:
        printer.json([message_row(message) for message in messages])
        return
    print_messages(printer, messages)
    settled = sum(bool(message.settled) for message in kept)
    rest = "" if everything or not settled else f", and {settled} that are settled (--all)"
    printer.line(f"{len(messages)} messages{rest}")


def explain_poison(
    message_id: MessageId, settings: SettingsFile = DEFAULT_SETTINGS, *, json: AsJson = False
) -> None:
    """Tell why a message was not acted upon, and what became of each of its licenses."""
    told = _asked(settings, lambda poison: poison.explain(message_id))
    printer = Printer(Console())
    if json:
        printer.json(explanation_row(told))
    else:
        print_explanation(printer, told)


def replay_poison(
    message_id: MessageId, settings: SettingsFile = DEFAULT_SETTINGS, *, json: AsJson = False
) -> None:
    """Put a message into the queue again, as it was."""
    message = _asked(settings, lambda poison: poison.replay(message_id))
    printer = Printer(Console())
    if json:
        printer.json(message_row(message))
    else:
        printer.line(f"{message.message_id} is in the queue again: {message.settled}")


def discard_poison(
    message_id: MessageId, settings: SettingsFile = DEFAULT_SETTINGS, *, json: AsJson = False
) -> None:
    """Mark a message as nothing to act upon any more; its record stays."""
    message = _asked(settings, lambda poison: poison.discard(message_id))
    printer = Printer(Console())
    if json:
        printer.json(message_row(message))
    else:
        printer.line(f"{message.message_id}: {message.settled}; its record stays")


def _asked[T](settings: Path, ask: Callable[[PoisonMessages], Awaitable[T]]) -> T:
    async def work() -> T:
        async with open_worker(settings) as worker:
            return await ask(worker.poison_messages())

    return asyncio.run(work())
