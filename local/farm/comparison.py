"""The placements side by side: who is refused, and how even the load is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shared.domain.farm.load import Load
from shared.domain.farm.model import FarmPlan, FarmServer, Session
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
from shared.domain.farm.replay_result import ReplayResult
from shared.domain.leases.model import LeaseRules, SlotReading

HEAD = (
    "placement",
    "refused (period)",
    "refused (block)",
    "session-hours",
    "busy time (95 %, peak)",
    "all time in use",
    "most sessions",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One placement: (starts, users) refused by reading, and the load."""

    placement: str
    starts: int
    refused: dict[SlotReading, tuple[int, int]]
    load: Load

    @property
    def cells(self) -> list[str]:
        """The cells under `HEAD`."""
        load = self.load
        return [
            self.placement,
            *(_refused(*self.refused[reading]) for reading in SlotReading),
            f"{load.hours_ratio:.3f}",
            f"{load.busy.ratio:.3f} ({load.busy.p95:.2f}, {load.busy.peak:.2f})",
            f"{load.in_use.ratio:.3f}",
            str(load.peak_sessions),
        ]


def all_placements(
    servers: Sequence[FarmServer], users: Iterable[str], plan: FarmPlan
) -> list[Placement]:
    """The placements of the thread, and affinity by the plan."""
    return [
        free_balancing(servers),
        one_server(servers),
        two_servers(servers),
        split_by_hand(servers, users),
        one_session_a_day(servers),
        affinity(plan),
    ]


def replayed(
    placements: Iterable[Placement],
    sessions: Sequence[Session],
    rules: LeaseRules,
    begins: Callable[[str], None],
) -> list[ReplayResult]:
    """Replay the sessions under each placement; `begins` is told its name before."""
    results = []
    for placement in placements:
        begins(placement.name)
        results.append(replay(sessions, placement, rules))
    return results


def refused_counts(result: ReplayResult) -> dict[SlotReading, tuple[int, int]]:
    """(starts, users) refused, by reading."""
    return {
        reading: (len(found.refused), len(found.by_user))
        for reading, found in result.refusals.items()
    }


def compared(result: ReplayResult) -> Compared:
    """A replay in numbers."""
    return Compared(result.placement, result.starts, refused_counts(result), result.load)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown that can be read as it is; the first column is of texts."""
    widths = [max(3, *map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    return "\n".join(f"| {' | '.join(_padded(cells, widths))} |" for cells in (head, rule, *rows))


def _padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    sides = "<" + ">" * (len(cells) - 1)
    return [f"{x:{side}{width}}" for x, side, width in zip(cells, sides, widths, strict=True)]


def _refused(starts: int, users: int) -> str:
    return f"{starts:,} ({users:,} users)" if starts else "0"
