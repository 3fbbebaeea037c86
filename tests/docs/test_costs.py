"""The arithmetic of docs/costs.md adds up, and its quantities are those of app and templates."""

import re
from pathlib import Path

import pytest

from tests.infra.bicep import KQL_FOLDER, Node, at, module
from tests.infra.rendering import defaults
from tests.infra.test_alerts import FREQUENCIES, rules

PAGE = Path("docs/costs.md").read_text()
NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


def part(heading: str) -> str:
    """What stands under a heading."""
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def number(cell: str) -> float | None:
    """The number of a cell; None when it is a text."""
    text = cell.strip().strip("*")
    return float(text.replace(",", "")) if NUMBER.fullmatch(text) else None


def rows(text: str) -> list[tuple[str, list[float | None]]]:
    """The lines of the tables: the first cell, and the numbers of the others."""
    found = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [(cells[0].strip(), [number(each) for each in cells[1:]]) for cells in found]


def products(text: str) -> dict[str, tuple[float, float, float]]:
    """The rows that multiply two numbers."""
    return {
        name: (values[0], values[1], values[2])
        for name, values in rows(text)
        if len(values) >= 3 and values[0] is not None and values[1] is not None
        if values[2] is not None
    }


def sums(text: str) -> list[float]:
    """What the rows of sums say, the last number of each."""
    return [
        [value for value in values if value is not None][-1]
        for name, values in rows(text)
        if name.startswith("**sum")
    ]


@pytest.mark.parametrize("heading", ["Quantities", "Sum"])
def test_every_product_is_right(heading: str) -> None:
    """Runs times seconds, times times requests, quantity times price."""
    found = products(part(heading))
    assert len(found) >= 9
    for name, (one, other, result) in found.items():
        assert result == pytest.approx(one * other, abs=0.005), name


def test_the_sums_of_the_quantities_are_right() -> None:
    """Runs, seconds and storage requests."""
    runs, requests = part("Quantities").split("| storage requests |")
    amounts = list(products(runs).values())
    assert sums(runs) == [sum(result for _, _, result in amounts)]
    assert "| **1,060** |" in runs
    assert sum(one for one, _, _ in amounts) == 1060
    assert sums(requests) == [sum(result for _, _, result in products(requests).values())]


def test_the_sum_of_the_money_is_right_and_uses_the_quantities() -> None:
    """Without private endpoints, and with them."""
    money = products(part("Sum"))
    endpoints = {name for name in money if name.startswith("private")}
    without = sum(result for name, (_, _, result) in money.items() if name not in endpoints)
    everything = sum(result for _, _, result in money.values())
    assert sums(part("Sum")) == pytest.approx([without, everything], abs=0.005)
    quantities = {name.split(",")[0]: values[0] for name, values in money.items()}
    seconds, requests = (sums(x)[0] for x in part("Quantities").split("| storage requests |"))
    assert money["Functions, GB-seconds, before the free grant"][0] == seconds * 2
    assert quantities["storage requests"] == requests
    assert money["Functions, runs, before the free grant"][0] == 1060


def test_quantities_are_those_of_the_templates() -> None:
    """Schedules, memory, alert rules, private endpoints and their hours."""
    given = defaults()
    assert given["instanceMemoryMB"] == 2048
    assert (given["usageSchedule"], given["releaseSchedule"], given["leaseSchedule"]) == (
        "0 0 */6 * * *",
        "0 30 2 * * *",
        "0 15 * * * *",
    )
    money = products(part("Sum"))
    alerts = next(values for name, values in money.items() if name.startswith("alert rules"))
    assert alerts[0] == len(list(KQL_FOLDER.glob("*.kql")))
    slow = FREQUENCIES[FREQUENCIES.index("PT15M") :]
    assert all(at(rule, "frequency") in slow for rule in rules().values())
    endpoints: Node = at(module("private-endpoints"), "variables", "endpoints", "value")
    assert isinstance(endpoints, list)
    assert money["private endpoints, hours"][0] == len(endpoints) * 730
    assert money["private DNS zones"][0] == len(endpoints)
