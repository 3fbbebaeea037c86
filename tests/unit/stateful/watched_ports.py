"""Site and ledger as one worker sees them; what it was shown is noted, and each DELETE judged."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.domain.audit import AuditEntry
from shared.domain.budget import DailyBudget
from shared.domain.errors import (
    HeldBackError,
    LedgerError,
    NoSlotError,
    QrsDeniedError,
    QrsError,
    QrsUnavailableError,
)
from shared.domain.model import AccessLicense, AccessTypeOverview, LicenseType, User
from shared.domain.release import DeleteAnswer, Outcome, ReleaseRecord
from tests.unit.stateful.judge import SETTLED, objections
from tests.unit.stateful.steps import Fault
from tests.unit.stateful.worker import Look, Worker
from tests.unit.stateful.world import World


class WatchedLedger:
    """The ledger, and a note of what the worker read of releases and reserved of a day."""

    def __init__(self, world: World, worker: Worker) -> None:
        self._world, self._worker = world, worker

    def __getattr__(self, name: str) -> object:
        """Everything else is the ledger's own."""
        return getattr(self._world.ledger, name)

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded, and a note of it."""
        found = await self._world.ledger.releases(plan_id, license_ids)
        self._worker.recalled = {**self._worker.recalled, **found}
        begun = (x for x, row in found.items() if row.outcome is Outcome.RELEASING)
        self._world.doubtful |= {(plan_id, x) for x in begun}
        return found

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """The change, and a note of what was allocated if it is one of the budget."""
        changed = await self._world.ledger.change_state(kind, name, change)
        if kind is DailyBudget:
            self._world.note_allocated(name, self._worker.allocated)
        return changed

    async def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """The entries; what was settled when the worker began must not be worked again."""
        await self._world.ledger.append_audit(entries)
        for entry in entries:
            known = self._worker.recalled.get(entry.license_id)
            if known and known.outcome in SETTLED:
                self._world.violations.append(
                    f"{entry.license_id[-2:]} was {known.outcome} and was worked again"
                )

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """The records, and a note of the days for which they count."""
        await self._world.ledger.save_releases(records)
        for record in records:
            if record.outcome is Outcome.RELEASING:
                self._worker.reserved[record.license_id] = record.reserved_on
                self._worker.unconfirmed.add(record.license_id)
            elif record.outcome is not Outcome.FAILED:
                self._worker.unconfirmed.discard(record.license_id)


class WatchedShare:
    """A share of QRS's requests that may be refused, or not be taken for want of the ledger."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @asynccontextmanager
    async def held(self, wants: int) -> AsyncIterator[None]:
        """One step to take it."""
        assert wants > 0
        fault = await self._worker.steps.reach("share")
        if fault is Fault.NO_SLOT:
            raise NoSlotError("others use all")
        if fault:
            raise LedgerError("the share can't be taken")
        yield


class WatchedSite:
    """The site in steps; while it is down it refuses connections."""

    def __init__(self, world: World, worker: Worker) -> None:
        self._world, self._worker = world, worker

    def clock_difference(self) -> timedelta | None:
        """The clocks agree."""
        return timedelta(0)

    async def overview(self) -> AccessTypeOverview:
        """The counts."""
        await self._step("overview")
        shown = await self._world.site.overview()
        self._worker.allocated = {t: pool.allocated for t, pool in shown.pools.items()}
        await self._step("overview answered")
        return shown

    async def access_licenses_by_id(
        self, license_type: LicenseType, ids: Collection[str]
    ) -> dict[str, AccessLicense]:
        """A look begins."""
        await self._step("licenses")
        found = await self._world.site.access_licenses_by_id(license_type, ids)
        self._worker.look = Look(self._world.time.now, dict(found))
        await self._step("licenses answered")
        return found

    async def users(self, wanted: Collection[str]) -> dict[str, User]:
        """A look goes on."""
        await self._step("users")
        found = await self._world.site.users(wanted)
        if self._worker.look:
            self._worker.look.users = dict(found)
        await self._step("users answered")
        return found

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str, may_send: Callable[[], bool]
    ) -> DeleteAnswer:
        """One DELETE, which waits for its turn first."""
        await self._turn(may_send)
        self._judge([license_id])
        refused = self._refusal(await self._worker.steps.reach("DELETE"))
        if isinstance(refused, QrsError):
            raise refused
        if refused:
            self._world.doubtful.add((self._worker.plan_id, license_id))
            return refused
        answer = self._world.take_away(self._worker, license_type, license_id)
        lost = await self._worker.steps.reach("DELETE answered")
        return DeleteAnswer.LOST if lost else answer

    async def delete_selected(
        self,
        license_type: LicenseType,
        license_ids: Sequence[str],
        may_send: Callable[[], bool],
    ) -> DeleteAnswer:
        """A selection: its licenses go one after the other, as far as it comes."""
        assert license_ids
        await self._turn(may_send)
        self._judge(license_ids)
        refused = self._refusal(await self._worker.steps.reach("DELETE"))
        if isinstance(refused, QrsError):
            raise refused
        self._world.doubtful |= {(self._worker.plan_id, x) for x in license_ids}
        if refused:
            return refused
        for license_id in license_ids:
            self._world.take_away(self._worker, license_type, license_id)
            if await self._worker.steps.reach("DELETE went on"):
                return DeleteAnswer.LOST
        return DeleteAnswer.ACCEPTED

    async def _turn(self, may_send: Callable[[], bool]) -> None:
        await self._worker.steps.reach("turn")
        if not may_send():
            raise HeldBackError("its turn came too late")

    def _judge(self, license_ids: Sequence[str]) -> None:
        for license_id in license_ids:
            found = objections(self._world, self._worker, license_id)
            self._world.violations += [f"DELETE {license_id[-2:]}: {each}" for each in found]
            if self._worker.look:
                self._worker.look.sent.add(license_id)

    def _refusal(self, fault: Fault | None) -> QrsError | DeleteAnswer | None:
        """How a DELETE ends without having arrived."""
        if fault is Fault.NO_SLOT:
            return NoSlotError("others use all")
        if self._world.down or fault is Fault.FAILS:
            return QrsUnavailableError("QRS did not answer")
        if fault is Fault.DENIED:
            return QrsDeniedError("no rights to delete")
        return DeleteAnswer.LOST if fault else None

    async def _step(self, name: str) -> None:
        fault = await self._worker.steps.reach(name)
        if fault is Fault.NO_SLOT and not name.endswith("answered"):
            raise NoSlotError("others use all")
        if fault or self._world.down:
            raise QrsUnavailableError(f"{name}: QRS did not answer")
