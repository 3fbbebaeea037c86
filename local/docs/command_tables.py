"""The tables of docs/command-line.md: arguments and options, as the command line has them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from local.commands.command_line import command_line
from local.docs.tables import with_rows
from local.run import APP

HEAD: Final = "| argument, option | default | meaning |"


def command_line_page(text: str) -> str:
    """docs/command-line.md with a row for each argument and option of each command.

    Raises:
        DocsError: a command has no section, or its section no table.
    """
    for name, command in commands().items():
        text = with_rows(text, name, HEAD, list(_rows(command)))
    return text


def commands() -> dict[str, TyperCommand]:
    """Every command by its whole name (`poison list`), in the order of --help."""
    return dict(_below("", get_command(command_line())))


def _below(name: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for part, child in command.commands.items():
            yield from _below(f"{name} {part}".strip(), child)
    elif isinstance(command, TyperCommand):
        yield name, command


def _rows(command: TyperCommand) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            label = parameter.metavar or parameter.name.upper()
            yield _row(label, parameter)
        elif isinstance(parameter, TyperOption):
            names = ", ".join(f"`{name}`" for name in reversed(parameter.opts))
            value = "" if parameter.is_flag else f" `{_value(parameter)}`"
            yield _row(f"{names}{value}", parameter, is_code=False)


def _row(label: str, parameter: TyperArgument | TyperOption, *, is_code: bool = True) -> str:
    shown = f"`{label}`" if is_code else label
    cells = (shown, _default(parameter), parameter.help or "")
    return f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |"


def _value(parameter: TyperOption) -> str:
    choices = parameter.type_descriptor.choices
    if parameter.metavar or not choices:
        return parameter.metavar or parameter.name.upper()
    return "|".join(str(choice.value) for choice in choices)


def _default(parameter: TyperArgument | TyperOption) -> str:
    if parameter.required:
        return "required"
    given = parameter.default
    if given is None or given == "" or given is False:
        return ""
    if isinstance(given, Path) and given.is_absolute():
        given = given.relative_to(APP)
    return f"`{getattr(given, 'value', given)}`"
