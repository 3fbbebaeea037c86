"""`python -m bench.farm`: replay the farm, print the tables, fail when a goal is missed."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.farm import changing, side_by_side
from bench.farm.table import change_table, missed_goals, other_table, placement_table, start_table
from bench.tables_in_page import under_headings, write_tables

MARKS = "farm"


def main() -> int:
    """Returns the exit code: 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.farm", description=__doc__)
    parser.add_argument("--write", type=Path, help="also put the tables into this document")
    document: Path | None = parser.parse_args().write
    text, missed = tables()
    sys.stdout.write(f"{text}\n")
    if document is not None:
        write_tables(document, MARKS, text)
    return int(bool(missed))


def tables() -> tuple[str, list[str]]:
    """The tables with their headings, and the goals that are missed; on all cores."""
    with ProcessPoolExecutor() as workers:
        changed = workers.map(changing.measured, changing.change_cases())
        other = workers.map(side_by_side.measured, side_by_side.other_cases())
        placed = workers.map(side_by_side.measured, side_by_side.placement_cases())
        rows, others, results = list(placed), list(other), list(changed)
    missed = missed_goals(rows, others, results)
    parts = {
        f"500 users, 6 servers, 30 days, {rows[0].starts:,} sessions": placement_table(rows),
        "Affinity on other farms and other days": other_table(others),
        "The farm changes on the 15th day": change_table(results),
        "The plan begins on the 15th day": start_table(results),
        "Goals": "\n".join(f"Missed: {line}" for line in missed) or "All goals hold.",
    }
    return under_headings(parts), missed


if __name__ == "__main__":
    sys.exit(main())
