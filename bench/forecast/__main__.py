"""`python -m bench.forecast`: run the backtest, print its tables, fail when a goal is missed."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.forecast.cases import cases
from bench.forecast.score import Scored, scored
from bench.forecast.table import missed_goals, table
from bench.tables_in_page import under_headings, write_tables

SETS = {
    "First set (seeds 100-119)": range(100, 120),
    "Second set (seeds 77000-77019)": range(77000, 77020),
}
MARKS = "backtest"


def main() -> int:
    """Returns the exit code: 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecast", description=__doc__)
    parser.add_argument("--write", type=Path, help="also put the tables into this document")
    document: Path | None = parser.parse_args().write
    parts, failed = dict[str, str](), False
    for name, seeds in SETS.items():
        results = backtest(seeds)
        missed = missed_goals(results)
        failed = failed or bool(missed)
        verdict = "\n".join(f"Goal missed: {line}" for line in missed) or "All goals hold."
        parts[name] = f"{table(results)}\n\n{verdict}"
    text = under_headings(parts)
    sys.stdout.write(f"{text}\n")
    if document is not None:
        write_tables(document, MARKS, text)
    return int(failed)


def backtest(seeds: Sequence[int]) -> list[Scored]:
    """All cases of these seeds, scored; on all cores."""
    with ProcessPoolExecutor() as workers:
        return list(workers.map(scored, cases(seeds), chunksize=20))


if __name__ == "__main__":
    sys.exit(main())
