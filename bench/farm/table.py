"""The measured figures as Markdown tables, and whether the goals hold."""

from collections.abc import Callable, Sequence

from bench.farm.changing import CHANGES, TODAY, Changed
from bench.farm.farms import EQUAL, Farm
from bench.farm.side_by_side import AFFINITY, Row
from local.farm.comparison import HEAD, markdown_table
from shared.domain.leases.model import SlotReading

LOAD_GOAL = 1.05
REBINDINGS_GOAL = 1.05
PERIOD, BLOCK = SlotReading.PERIOD, SlotReading.BLOCK


def placement_table(rows: Sequence[Row]) -> str:
    """One line per placement."""
    return markdown_table(HEAD, [_strong_affinity(row) for row in rows])


def other_table(rows: Sequence[Row]) -> str:
    """One line per kind of farm; what differs between the seeds is given as lowest to highest."""
    groups: dict[tuple[int, tuple[float, ...]], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.farm.users, row.farm.weights), []).append(row)
    cells = [
        [
            str(users),
            "equal" if weights == EQUAL else ", ".join(f"{weight:g}" for weight in weights),
            str(len(found)),
            str(sum(starts for row in found for starts, _ in row.refused.values())),
            _range(found, lambda row: row.load.hours_ratio),
            _range(found, lambda row: row.load.busy.ratio),
            _range(found, lambda row: row.load.busy.least),
            _range(found, lambda row: row.load.in_use.ratio),
            _range(found, lambda row: row.load.in_use.least),
        ]
        for (users, weights), found in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    head = ["users", "weights", "seeds", "refused", "session-hours", "busy time"]
    return markdown_table([*head, "at best", "all time in use", "at best"], cells)


def change_table(results: Sequence[Changed]) -> str:
    """One line per change of a farm that works by the plan."""
    cells = []
    for change in CHANGES:
        period, block = _both(results, change.name)
        plan = period.planned
        new_ones = sum(bool(binding.ready_at) for binding in plan.plan.bindings)
        cells.append(
            [
                change.name,
                str(len(plan.rebindings)),
                str(plan.least_rebindings),
                str(new_ones),
                *(_waiting(result) for result in (period, block)),
                str(period.refused[1] + block.refused[1]),
                f"{period.settling.busy.ratio:.3f}",
                f"{period.settled.hours_ratio:.3f}",
                f"{period.settled.busy.ratio:.3f}",
            ]
        )
    head = ["change", "re-bindings", "minimum", "one server at first"]
    waits = ["must wait (period)", "must wait (block)", "refused of all others"]
    return markdown_table(
        [*head, *waits, "busy time, month 1", "session-hours, month 2", "busy time, month 2"], cells
    )


def start_table(results: Sequence[Changed]) -> str:
    """One line per way to work before the first plan."""
    cells = []
    for name in TODAY:
        period, block = _both(results, name)
        cells.append(
            [
                name,
                *(str(result.refused_before) for result in (period, block)),
                *(
                    str(sum(bool(b.ready_at) for b in r.planned.plan.bindings))
                    for r in (period, block)
                ),
                str(len(period.planned.waits) + len(block.planned.waits)),
                str(sum(sum(result.refused) for result in (period, block))),
                f"{period.settling.busy.ratio:.3f}",
                str(len(period.again.rebindings)),
                f"{period.settled.hours_ratio:.3f}",
                f"{period.settled.busy.ratio:.3f}",
            ]
        )
    head = [
        "until now",
        "refused before (period)",
        "(block)",
        "one server at first (period)",
        "(block)",
        "must wait",
        "refused afterwards",
        "busy time, month 1",
        "re-bindings of the second plan",
        "session-hours, month 2",
        "busy time, month 2",
    ]
    return markdown_table(head, cells)


def missed_goals(
    rows: Sequence[Row], others: Sequence[Row], results: Sequence[Changed]
) -> list[str]:
    """What the measured figures fail of the goals; empty when all hold."""
    missed = []
    for row in (row for row in [*rows, *others] if row.placement == AFFINITY):
        name = f"{row.farm.users} users, weights {row.farm.weights}, seed {row.farm.seed}"
        if any(starts for starts, _ in row.refused.values()):
            missed.append(f"{name}: refused {row.refused}")
        if row.farm.users >= Farm().users:
            loads = {"session-hours": row.load.hours_ratio, "busy time": row.load.busy.ratio}
            missed += [f"{name}: {k} {v:.3f}" for k, v in loads.items() if v >= LOAD_GOAL]
    for result in results:
        plan, name = result.planned, f"{result.name} ({result.reading})"
        if result.refused[1]:
            missed.append(f"{name}: {result.refused[1]} starts refused of users who need not wait")
        if len(plan.rebindings) > REBINDINGS_GOAL * plan.least_rebindings:
            least = plan.least_rebindings
            missed.append(f"{name}: {len(plan.rebindings)} re-bindings, {least} at least")
    return missed


def _both(results: Sequence[Changed], name: str) -> tuple[Changed, Changed]:
    found = {result.reading: result for result in results if result.name == name}
    return found[PERIOD], found[BLOCK]


def _waiting(result: Changed) -> str:
    until = [
        wait.until[result.reading] for wait in result.planned.waits if result.reading in wait.until
    ]
    return f"{len(until)}, until {max(until):%d %b %H:%M}" if until else "0"


def _range(rows: Sequence[Row], value: Callable[[Row], float]) -> str:
    low, high = (f"{bound([value(row) for row in rows]):.3f}" for bound in (min, max))
    return low if low == high else f"{low} to {high}"


def _strong_affinity(row: Row) -> list[str]:
    name, *numbers = row.cells
    return [f"**{name}**" if name == AFFINITY else name, *numbers]
