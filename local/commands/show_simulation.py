"""What `farm simulate` prints: for people, or JSON for scripts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from local.commands.show import JsonObject, Printer, short
from local.farm.comparison import HEAD, Compared, compared, markdown_table
from shared.domain.farm.model import FarmPlan, Session
from shared.domain.farm.replay_result import ReplayResult


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was replayed: the plan of the affinity, users and sessions, and the results."""

    plan: FarmPlan
    users: Sequence[str]
    sessions: Sequence[Session]
    results: Sequence[ReplayResult]


def about(done: Simulation) -> str:
    """What was simulated."""
    first, last = min(x.start for x in done.sessions), max(x.end for x in done.sessions)
    return (
        f"{len(done.users):,} users on {len(done.plan.servers)} servers, {len(done.sessions):,}"
        f" sessions, {short(first)} to {short(last)} UTC"
    )


def simulation_row(done: Simulation) -> JsonObject:
    """A simulation for scripts."""
    return {
        "users": len(done.users),
        "servers": [asdict(server) for server in done.plan.servers],
        "sessions": len(done.sessions),
        "from": min(session.start for session in done.sessions),
        "to": max(session.end for session in done.sessions),
        "placements": [_compared_row(compared(result)) for result in done.results],
    }


def print_simulation(printer: Printer, done: Simulation) -> None:
    """The placements side by side."""
    farm = done.plan.servers
    printer.line(about(done))
    named = ", ".join(f"{server.name} ({server.weight:g})" for server in farm)
    printer.line(f"Servers and their weights: {named}")
    printer.line()
    table = markdown_table(HEAD, [compared(result).cells for result in done.results])
    for line in table.splitlines():
        printer.line(line)
    printer.line()
    printer.line(
        "refused: starts without a lease, if slots free after the lease period, or already"
    )
    printer.line("  after the block hours; session-hours and times: the fullest server against the")
    printer.line("  mean, 1 is even; busy time: at least half as many sessions as at the peak")


def _compared_row(row: Compared) -> JsonObject:
    return {
        "placement": row.placement,
        "starts": row.starts,
        "refused": {
            str(reading): {"starts": starts, "users": users}
            for reading, (starts, users) in row.refused.items()
        },
        "load": {
            "session_hours": dict(row.load.hours),
            "hours_ratio": row.load.hours_ratio,
            "busy": asdict(row.load.busy),
            "in_use": asdict(row.load.in_use),
            "peak_sessions": row.load.peak_sessions,
        },
    }
