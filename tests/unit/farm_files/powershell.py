"""Reads PowerShell as PowerShell does: its grammar, and its rules for single quotes.

No PowerShell runs here. The grammar is tree-sitter's; the quotes are read by the rule of
PowerShell's own scanner, in which five characters are single quotes and any two of them in a row
stand for the second.
"""

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

QUOTES = "'\u2018\u2019\u201a\u201b"


def syntax_errors(script: str) -> list[str]:
    """The places that the grammar doesn't understand."""
    parser = Parser(Language(tree_sitter_powershell.language()))
    return _errors(parser.parse(script.encode()).root_node)


def literal(text: str, at: int) -> tuple[str, int]:
    """The value of the single-quoted text that begins there, and where it ends."""
    assert text[at] in QUOTES, f"no quote at {text[at : at + 20]!r}"
    value, at = "", at + 1
    while text[at] not in QUOTES or text[at + 1 : at + 2] in tuple(QUOTES):
        at += text[at] in QUOTES
        value, at = value + text[at], at + 1
    return value, at + 1


def pairs(text: str) -> dict[str, str]:
    """Names and values of `NAME = 'value'; NAME = 'value'`, and nothing else may be there."""
    found = {}
    while text:
        name, equals, text = text.partition(" = ")
        assert equals, f"no value: {name!r}"
        assert name.isidentifier(), f"no name: {name!r}"
        found[name], end = literal(text, 0)
        text = text[end:]
        assert not text or text.startswith("; "), f"something follows a value: {text!r}"
        text = text.removeprefix("; ")
    return found


def users(script: str) -> list[dict[str, str]]:
    """The entries of the script's $Users."""
    lines = script.split("\n")
    first = lines.index("$Users = @(") + 1
    entries = lines[first : lines.index(")", first)]
    return [pairs(line.removeprefix("    @{ ").removesuffix(" }")) for line in entries]


def value_of(script: str, variable: str) -> str:
    """A variable of the script's data."""
    line = next(line for line in script.split("\n") if line.startswith(f"${variable} = "))
    text, end = literal(line.partition(" = ")[2], 0)
    assert end == len(line.partition(" = ")[2])
    return text


def _errors(node: Node) -> list[str]:
    here = [f"{node.start_point}: {node.text!r}"] if node.is_error or node.is_missing else []
    return here + [error for child in node.children for error in _errors(child)]
