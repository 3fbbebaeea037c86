"""`python -m bench.performance`: measure, print the tables, fail when a goal is missed."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.performance import table
from bench.performance.cases import GOAL_DELAY_MS, Case, all_cases, quick_cases
from bench.performance.cold_start import RUNS, ColdStart, measure_cold_start
from bench.performance.figures import Measured
from bench.performance.goals import Goal, check_goals
from bench.performance.jobs import APP
from bench.performance.machine import MachineSpeed
from bench.performance.measuring import Bench
from bench.performance.plot import growth_plot
from bench.tables_in_page import under_headings, write_tables

MARKS = "performance"
PLOT = APP / "docs" / "images" / "performance.svg"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.performance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sites, and no goals on time")
    parser.add_argument("--write", type=Path, help="also put tables and plot into this document")
    options = parser.parse_args(arguments)
    document: Path | None = options.write
    cases = quick_cases() if options.quick else all_cases()
    machine = MachineSpeed()
    results = [asyncio.run(_measured(case, machine)) for case in cases]
    cold = asyncio.run(measure_cold_start(2 if options.quick else RUNS))
    goals = check_goals(results, cold)
    text = report(results, cold, goals, machine.told())
    sys.stdout.write(f"{text}\n")
    if document is not None:
        write_tables(document, MARKS, text)
        PLOT.parent.mkdir(exist_ok=True)
        PLOT.write_text(growth_plot(results, GOAL_DELAY_MS), "utf-8")
    # Small sites take no time to speak of, so a quick run proves that it works, and no more.
    return 0 if options.quick else int(not all(goal.holds for goal in goals))


async def _measured(case: Case, machine: MachineSpeed) -> Measured:
    began = time.perf_counter()
    machine.look()
    with Bench.start(case) as bench:
        measured = await bench.measure()
    machine.look()
    took = time.perf_counter() - began
    about = f"{case.licensed:,} users at {case.delay_ms} ms: measured in {took:.0f} s"
    sys.stderr.write(f"{about}\n")
    return measured


def report(
    results: Sequence[Measured], cold: ColdStart, goals: Sequence[Goal], machine: str
) -> str:
    """All tables with their headings, and what is to be said of the machine."""
    by_route = next((r for r in results if Case(r.licensed, r.delay_ms).is_goal), results[-1])
    where = f"{by_route.licensed:,} users, {by_route.delay_ms} ms"
    parts = {
        "Goals": table.goal_table(goals),
        "Planning": table.plan_table(results),
        "Releasing": table.release_table(results),
        f"Requests by route ({where})": table.route_table(by_route),
        "Cold start": table.cold_start_table(cold),
        "Machine": machine,
    }
    return under_headings(parts)


if __name__ == "__main__":
    sys.exit(main())
