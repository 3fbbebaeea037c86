"""The options that many commands share, and how texts of the command line are read."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_SETTINGS = Path("local.settings.json")

SettingsFile = Annotated[
    Path, typer.Option("--settings", metavar="FILE", help="A file like local.settings.json.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def number(least: int, most: int) -> Callable[[str | int], int]:
    """Reads a whole number in plain digits, within the range."""

    def read(given: str | int) -> int:
        text = str(given)
        if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
            raise typer.BadParameter(f"{text[:60]!r} is no number from {least} to {most:,}")
        return int(text)

    return read


def read_option[T](option: str, text: str, read: Callable[[str], T]) -> T:
    """What `read` makes of an option's text; what it refuses is wrong usage of that option."""
    try:
        return read(text)
    except (ArgumentTypeError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
