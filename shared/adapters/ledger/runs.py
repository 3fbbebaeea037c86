"""Runs: how the last run of each function went."""

import asyncio

from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown
from shared.domain.runs import Run

_RUNS = "Runs"


class Runs(Kind):
    """The last runs at one site."""

    async def save_run(self, run: Run) -> None:
        """Remember how the last run of a function went (one per function)."""
        row: Row = {
            "PartitionKey": joined(self._site),
            "RowKey": joined(run.function),
            "FinishedAt": moment(run.finished_at),
            "Succeeded": run.succeeded,
            "Summary": shown(run.summary),
            **columns_of(run),
        }
        await asyncio.to_thread(self._tables.put, _RUNS, row)

    async def runs(self) -> list[Run]:
        """The last run of each function, by name."""
        rows = await asyncio.to_thread(
            self._tables.query, _RUNS, "PartitionKey eq @partition", partition=joined(self._site)
        )
        return sorted((self._value(Run, _RUNS, row) for row in rows), key=lambda run: run.function)
