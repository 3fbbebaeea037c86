"""Placements side by side, and affinity on other farms and days."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.farm.farms import EQUAL, RULES, UNEQUAL, Farm
from local.farm.comparison import Compared, all_placements, refused_counts
from shared.domain.farm.placements import Placement
from shared.domain.farm.replay import replay

SEEDS = range(5)
AFFINITY = "two-server affinity"


@dataclass(frozen=True, slots=True)
class Row(Compared):
    """One placement on one farm."""

    farm: Farm


def placements(farm: Farm) -> dict[str, Placement]:
    """All placements by name."""
    found = all_placements(farm.servers, farm.names, farm.first_plan())
    return {placement.name: placement for placement in found}


def placement_cases() -> list[tuple[Farm, str]]:
    """The thread's question: 500 users on 6 servers."""
    return [(Farm(), name) for name in placements(Farm(users=6))]


def other_cases() -> list[tuple[Farm, str]]:
    """Affinity on more days, on fewer and more users, and on unequal servers."""
    farms: Iterable[Farm] = (
        *(Farm(seed=seed) for seed in SEEDS),
        *(Farm(weights=UNEQUAL, seed=seed) for seed in SEEDS),
        *(Farm(users=users, weights=EQUAL) for users in (50, 100, 200, 1000, 2000)),
    )
    return [(farm, AFFINITY) for farm in farms]


def measured(case: tuple[Farm, str]) -> Row:
    """Replay 30 days."""
    farm, name = case
    result = replay(farm.sessions(), placements(farm)[name], RULES)
    return Row(result.placement, result.starts, refused_counts(result), result.load, farm)
