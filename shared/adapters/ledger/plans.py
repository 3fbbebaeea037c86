"""Plans: a header row each, and the decisions in chunks."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

from shared.adapters.ledger.chunks import Chunk, data_columns, data_of
from shared.adapters.ledger.decisions import pack, unpack
from shared.adapters.ledger.keys import joined, moment
from shared.adapters.ledger.kind import Kind
from shared.adapters.ledger.rows import Row, columns_of, shown, unreadable
from shared.adapters.ledger.tables import Stored
from shared.domain.errors import LedgerError
from shared.domain.plan import Decision, Plan, PlanStatus

_PLANS = "Plans"
_DECISIONS = "Decisions"


class Plans(Kind):
    """The plans of one site."""

    async def save_plan(self, plan: Plan) -> None:
        """Store a plan with every decision; saving the same plan again changes nothing.

        Raises:
            LedgerError: another plan has this id, or the ledger can't be written.
        """
        await asyncio.to_thread(self._save_plan, plan)

    async def plan(self, plan_id: str) -> Plan | None:
        """The plan's header without its decisions; None when there is none."""
        stored = await asyncio.to_thread(self._header, plan_id)
        return None if stored is None else self._plan(stored.row)

    async def latest_plans(self, limit: int) -> list[Plan]:
        """The headers of the plans whose ids sort last, at most `limit`, the newest first.

        A plan's id begins with the time at which it was made.
        """
        rows = await asyncio.to_thread(self._latest, limit)
        return sorted((self._plan(row) for row in rows), key=lambda p: p.created_at, reverse=True)

    async def decisions(self, plan_id: str) -> AsyncIterator[Decision]:
        """The decisions of a plan, in the order in which they were made.

        Raises:
            LedgerError: there is no such plan, or a part of it is missing or damaged.
        """
        stored = await asyncio.to_thread(self._header, plan_id)
        if stored is None:
            raise _no_plan(plan_id)
        for name in self._chunk_names(stored.row):
            for decision in await asyncio.to_thread(self._chunk, plan_id, name):
                yield decision

    async def set_plan_status(self, plan_id: str, status: PlanStatus) -> None:
        """Change the status of a stored plan.

        Raises:
            LedgerError: there is no such plan.
        """
        change: Row = {**self._keys(plan_id), "Status": status.value}
        if not await asyncio.to_thread(self._tables.merge, _PLANS, change):
            raise _no_plan(plan_id)

    def _save_plan(self, plan: Plan) -> None:
        self._must_be_ours(plan.site)
        stored = self._header(plan.plan_id)
        names, count, size = [], 0, 0
        for chunk in pack(plan.decisions):
            if stored is None:
                self._tables.put(_DECISIONS, self._chunk_row(plan.plan_id, chunk))
            names.append(chunk.name)
            count += chunk.count
            size += len(chunk.data)
        # The header comes last: a plan whose writer died in the middle is no plan.
        header: Row = {**self._keys(plan.plan_id), **_header_columns(plan, names, count, size)}
        if stored is None and self._tables.change(_PLANS, [(header, None)]):
            return
        self._must_be_the_same(plan, names, stored or self._header(plan.plan_id))

    def _must_be_the_same(self, plan: Plan, names: list[str], stored: Stored | None) -> None:
        if stored is not None:
            there = replace(self._plan(stored.row), status=plan.status)
            if there == replace(plan, decisions=()) and self._chunk_names(stored.row) == names:
                return
        raise LedgerError(
            f"The ledger holds another plan with the id {plan.plan_id!r}, so this one was not "
            "stored: run the function again for a plan with an id of its own."
        )

    def _latest(self, limit: int) -> list[Row]:
        partition = joined(self._site)
        latest = self._tables.row_keys(_PLANS, partition)[-limit:] if limit > 0 else []
        if not latest:
            return []
        found = self._tables.get_many(_PLANS, partition, latest)
        return [stored.row for stored in found.values()]

    def _header(self, plan_id: str) -> Stored | None:
        return self._tables.get(_PLANS, joined(self._site), joined(plan_id))

    def _keys(self, plan_id: str) -> Row:
        return {"PartitionKey": joined(self._site), "RowKey": joined(plan_id)}

    def _plan(self, row: Row) -> Plan:
        plan = self._value(Plan, _PLANS, row)
        try:
            return replace(plan, status=PlanStatus(str(row.get("Status"))))
        except ValueError as error:
            raise self._unreadable(row, error) from error

    def _chunk_names(self, row: Row) -> list[str]:
        try:
            names = json.loads(str(row.get("Chunks")))
        except ValueError as error:
            raise self._unreadable(row, error) from error
        if not isinstance(names, list):
            raise self._unreadable(row, "Chunks is no JSON list")
        return [str(name) for name in names]

    def _unreadable(self, row: Row, why: object) -> LedgerError:
        return unreadable(row, self._tables.name(_PLANS), why)

    def _chunk_row(self, plan_id: str, chunk: Chunk) -> Row:
        return {
            "PartitionKey": joined(self._site, plan_id),
            "RowKey": chunk.name,
            "DecisionCount": chunk.count,
            **data_columns(chunk),
        }

    def _chunk(self, plan_id: str, name: str) -> list[Decision]:
        stored = self._tables.get(_DECISIONS, joined(self._site, plan_id), name)
        if stored is None:
            raise LedgerError(
                f"The chunk {name} of the plan {plan_id!r} is missing, so the plan can't be read; "
                "make a new plan."
            )
        return unpack(name, data_of(stored.row))


def _header_columns(plan: Plan, chunks: list[str], count: int, size: int) -> Row:
    wanted = Counter(decision.action.value for decision in plan.decisions)
    return {
        "Status": plan.status.value,
        "PlanId": shown(plan.plan_id),
        "CreatedAt": moment(plan.created_at),
        "ExpiresAt": moment(plan.expires_at),
        "PolicyFingerprint": shown(plan.policy_fingerprint),
        "Actions": json.dumps(wanted, sort_keys=True),
        "Counts": json.dumps(plan.counts, sort_keys=True),
        "DecisionCount": count,
        "StoredBytes": size,
        "Chunks": json.dumps(chunks),
        **columns_of(replace(plan, decisions=())),
    }


def _no_plan(plan_id: str) -> LedgerError:
    return LedgerError(f"The ledger holds no plan with the id {plan_id!r}: check the id.")
