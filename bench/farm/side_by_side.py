"""Placements side by side, and affinity on other farms and days."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.farm.farms import EQUAL, RULES, UNEQUAL, Farm
from shared.domain.farm.load import Load
from shared.domain.farm.placements import (
    Placement,
    affinity,
    free_balancing,
    one_server,
    one_session_a_day,
    split_by_hand,
    two_servers,
)
from shared.domain.farm.replay import replay
from shared.domain.leases.model import SlotReading

SEEDS = range(5)
AFFINITY = "two-server affinity"


@dataclass(frozen=True, slots=True)
class Row:
    """One placement on one farm: (starts, users) refused by reading, and the load."""

    farm: Farm
    placement: str
    starts: int
    refused: dict[SlotReading, tuple[int, int]]
    load: Load


def placements(farm: Farm) -> dict[str, Placement]:
    """All placements by name."""
    found = (
        free_balancing(farm.servers),
        one_server(farm.servers),
        two_servers(farm.servers),
        split_by_hand(farm.servers, farm.names),
        one_session_a_day(farm.servers),
        affinity(farm.first_plan()),
    )
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
    refused = {
        reading: (len(found.refused), len(found.by_user))
        for reading, found in result.refusals.items()
    }
    return Row(farm, name, result.starts, refused, result.load)
