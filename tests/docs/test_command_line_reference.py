"""docs/command-line.md has every command of the command line as it is, and no other."""

import json
import re
from pathlib import Path

import pytest
from typer.core import TyperCommand

from local.docs.command_tables import commands
from tests.unit.commands.command import shapes_of

TEXT = Path("docs/command-line.md").read_text()
COMMANDS = commands()
OWN = {"Command line", "For scripts"}


def section(name: str) -> str:
    """The text under a heading."""
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/command-line.md has no section '## {name}'"
    return found[1]


def options_of(command: TyperCommand) -> set[str]:
    """The long names of its options, and its arguments."""
    return {
        max(each.opts, key=len) if each.param_type_name == "option" else str(each.metavar or "KIND")
        for each in command.params
        if each.name != "help"
    }


def test_every_command_has_a_section_and_nothing_else_has() -> None:
    """In the order of --help."""
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert [x for x in headings if x not in OWN] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_has_the_sentence_the_options_and_the_json_of_its_command(name: str) -> None:
    """As --help has them."""
    text, command = section(name), COMMANDS[name]
    assert command.help
    assert text.strip().splitlines()[0] == command.help
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    documented = {
        max(re.findall(r"`(-?-?[A-Za-z_-]+)", row.partition("` `")[0] + "`"), key=len)
        for row in rows
    }
    assert documented == options_of(command)
    assert "--json" in documented
    assert "`--json`" in text.partition("|---|---|---|")[2].partition("\n\n")[2], "no JSON shape"


def test_every_option_says_what_it_does() -> None:
    """In a sentence; and every command in one that fits a line."""
    for name, command in COMMANDS.items():
        assert command.help, name
        assert len(command.help) <= 100, name
        assert command.help.endswith("."), name
        for each in command.params:
            assert str(getattr(each, "help", "")).endswith("."), (name, each.name)


def test_every_exit_code_is_documented() -> None:
    """With what it means."""
    assert re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE) == ["0", "1", "2", "130"]


@pytest.mark.parametrize("name", ["doctor", "usage", "plan", "explain", "history", "releases"])
def test_the_shapes_name_what_is_printed(name: str) -> None:
    """Every name of the shape that the tests of the commands expect stands in the section."""
    for field in shapes_of(name):
        assert f'"{field}"' in section(name), field


def test_the_shapes_are_no_rubbish() -> None:
    """Every name in quotes is one that JSON could have."""
    for field in re.findall(r'"([a-z_]+)"', TEXT):
        assert json.loads(f'"{field}"') == field
