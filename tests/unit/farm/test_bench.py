"""The farm bench, scaled down: it measures what it says, and names the goals that are missed."""

from dataclasses import replace

import pytest

from bench.farm import changing, side_by_side
from bench.farm.farms import Farm
from bench.farm.side_by_side import AFFINITY, Row, placements
from bench.farm.table import change_table, missed_goals, other_table, placement_table, start_table
from shared.domain.leases.model import SlotReading

SMALL = Farm(users=60)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """All placements on a small farm."""
    return [side_by_side.measured((SMALL, name)) for name in placements(SMALL)]


@pytest.fixture(scope="module")
def results() -> list[changing.Changed]:
    """All changes of a small farm, under both readings."""
    return [changing.measured(case, SMALL) for case in changing.change_cases()]


def test_affinity_and_fixed_servers_refuse_nobody_and_the_others_do(rows: list[Row]) -> None:
    """One session a day depends on the reading."""
    refused = {row.placement: tuple(starts for starts, _ in row.refused.values()) for row in rows}
    assert min(refused.pop("free load balancing")) > 0
    by_period, by_block = refused.pop("one session a day")
    assert by_period > by_block == 0
    assert set(refused.values()) == {(0, 0)}


def test_affinity_is_as_even_as_free_balancing_and_fixed_servers_are_not(rows: list[Row]) -> None:
    """In session-hours."""
    ratio = {row.placement: row.load.hours_ratio for row in rows}
    assert max(ratio[AFFINITY], ratio["free load balancing"]) < 1.05
    assert ratio["one server for everybody"] == pytest.approx(6.0)
    assert ratio["two servers for everybody"] == pytest.approx(3.0, abs=0.1)


def test_changes_refuse_nobody_who_need_not_wait(results: list[changing.Changed]) -> None:
    """And take as many re-bindings as any plan must."""
    assert missed_goals([], [], results) == []
    assert all(len(r.planned.rebindings) == r.planned.least_rebindings for r in results)
    waiting = {result.name for result in results if result.planned.waits}
    assert waiting <= {"lose two at 11:00"}


def test_every_table_is_whole(rows: list[Row], results: list[changing.Changed]) -> None:
    """The same number of cells in each line."""
    tables = {
        placement_table(rows): len(rows),
        other_table([row for row in rows if row.placement == AFFINITY]): 1,
        change_table(results): len(changing.CHANGES),
        start_table(results): len(changing.TODAY),
    }
    for table, count in tables.items():
        lines = table.splitlines()
        assert len(lines) == 2 + count
        assert len({line.count("|") for line in lines}) == 1


def test_missed_goals_are_named(rows: list[Row], results: list[changing.Changed]) -> None:
    """A refusal, a load, too many re-bindings."""
    affinity = next(row for row in rows if row.placement == AFFINITY)
    uneven = replace(affinity.load, hours_ratio=1.2)
    bad = replace(affinity, farm=Farm(), refused={SlotReading.PERIOD: (3, 2)}, load=uneven)
    planned = replace(results[0].planned, least_rebindings=1)
    missed = missed_goals([bad], [], [replace(results[0], planned=planned, refused=(0, 7))])
    assert any("refused" in line for line in missed)
    assert any("session-hours 1.200" in line for line in missed)
    assert any("7 starts refused" in line for line in missed)
    assert any("re-bindings, 1 at least" in line for line in missed)
