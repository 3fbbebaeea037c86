"""What the commands print is what was recorded, and can't play tricks on a terminal."""

import io

import pytest
from rich.console import Console

from local.commands.show import Printer


def printed(text: str, width: int = 40) -> str:
    """What comes out on a terminal of that width."""
    out = io.StringIO()
    Printer(Console(file=out, width=width, force_terminal=True, no_color=True)).line(text)
    return out.getvalue()


@pytest.mark.parametrize("text", ["[bold]no markup[/bold] [all]", ":smile:", "a" * 200])
def test_a_text_comes_out_as_it_is_in_one_line(text: str) -> None:
    """Ids can be copied, and brackets stay."""
    assert printed(text) == f"{text}\n"


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\rb", "\x9b2J", "\x07", "\udcff"])
def test_control_characters_are_shown_as_unprintable(text: str) -> None:
    """A hostile message can't rewrite what an operator sees."""
    assert (
        printed(text)
        == "".join(x if x.isascii() and x >= " " else "\N{REPLACEMENT CHARACTER}" for x in text)
        + "\n"
    )


def columns(rows: list[tuple[object, ...]]) -> list[str]:
    """What a table of two columns prints, also where a terminal is narrow."""
    out = io.StringIO()
    Printer(Console(file=out, width=10)).table(("name", "number"), rows)
    return out.getvalue().splitlines()


def test_columns_stand_below_each_other_and_numbers_to_the_right() -> None:
    """Wide characters take two places; no line is broken or cut."""
    shown = columns([("a" * 30, 1234), ("\u65e5\u672c", 5.25), ("none", None)])
    assert shown == [
        f"{'name':<30}  number",
        f"{'a' * 30}   1,234",
        f"\u65e5\u672c{' ' * 26}     5.2",
        "none",
    ]


def test_a_cell_can_not_break_its_line() -> None:
    """Nor the terminal; and a table without rows is its head."""
    assert columns([("a\nb\x1b[2J", "[bold]x")])[1].startswith("a b\N{REPLACEMENT CHARACTER}[2J")
    assert columns([]) == ["name  number"]
