"""The rounds of a release: read, settle what can be settled, delete the rest, read again.

The read that starts a round is also the read that confirms the DELETEs of the round before. A
DELETE whose answer got lost is therefore never sent again before its license was read again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from shared.domain.errors import QrsError
from shared.domain.messages import Candidate, CandidateMessage
from shared.domain.model import AccessLicense, User
from shared.domain.policy import ReleasePolicy, days_unused
from shared.domain.recheck import Kept, reason_to_keep
from shared.domain.release import DeleteAnswer, Outcome, ReleaseRecord
from shared.domain.switches import Switches
from shared.usecases.ports import Clock, Ledger, Qrs

DELETES_PER_LICENSE = 3


@dataclass(slots=True)
class _Pending:
    """A license of the message that has no outcome yet."""

    expected: Candidate
    record: ReleaseRecord | None = None  # begun, by this run or by one that died
    begun_before: bool = False  # by one that died: its DELETE may have been sent
    deletes: int = 0
    answer: DeleteAnswer | None = None
    error: str = ""

    def may_be_ours(self) -> bool:
        """True when a DELETE of ours may be what took the license away."""
        first_found_nothing = self.deletes == 1 and self.answer is DeleteAnswer.ALREADY_GONE
        return self.begun_before or (self.deletes > 0 and not first_found_nothing)


@dataclass(slots=True)
class ReleaseRounds:
    """Releases the licenses of one message; `run` may be called once."""

    message: CandidateMessage
    policy: ReleasePolicy
    switches: Callable[[], Switches]
    qrs: Qrs
    ledger: Ledger
    clock: Clock
    _pending: dict[str, _Pending] = field(default_factory=dict, init=False)
    _settled: list[ReleaseRecord] = field(default_factory=list, init=False)

    async def run(self) -> list[ReleaseRecord]:
        """The record of every license of the message, each with an outcome that was read."""
        await self._recall()
        while self._pending:
            to_delete = await self._look()
            await asyncio.gather(*(self._delete(item) for item in to_delete))
        return self._settled

    async def _recall(self) -> None:
        ids = [item.license_id for item in self.message.licenses]
        known = await self.ledger.releases(self.message.plan_id, ids)
        for item in self.message.licenses:
            record = known.get(item.license_id)
            if record and record.outcome.is_settled:
                self._settled.append(record)
            else:
                begun = record if record and record.outcome is Outcome.RELEASING else None
                self._pending[item.license_id] = _Pending(item, begun, begun is not None)

    async def _look(self) -> list[_Pending]:
        """Read the pending licenses, settle those that have an outcome, begin the others."""
        found = await self.qrs.access_licenses_by_id(self.message.license_type, list(self._pending))
        users = await self._users(found)
        settled = [
            record
            for item in self._pending.values()
            if (record := self._outcome(item, found.get(item.expected.license_id), users))
        ]
        await self.ledger.save_releases(settled)
        for record in settled:
            del self._pending[record.license_id]
        self._settled += settled
        return await self._begin(found)

    async def _users(self, found: dict[str, AccessLicense]) -> dict[str, User]:
        wanted = {row.user.id for row in found.values() if row.user and not row.quarantined}
        return await self.qrs.users(wanted) if wanted else {}

    def _outcome(
        self, item: _Pending, found: AccessLicense | None, users: dict[str, User]
    ) -> ReleaseRecord | None:
        if item.record and item.may_be_ours() and (found is None or found.quarantined):
            return self._released(item.record, found)
        user = users.get(found.user.id) if found and found.user else None
        kept = reason_to_keep(item.expected, found, user, self.policy, self.clock())
        kept = kept or self._given_up(item) or self._stopped()
        return self._close(self._record(item, found), kept.outcome, kept.detail) if kept else None

    def _released(self, begun: ReleaseRecord, found: AccessLicense | None) -> ReleaseRecord:
        if found is None:
            return self._close(begun, Outcome.RELEASED, "gone when read again: free now")
        detail = f"in quarantine when read again: free at {found.quarantine_end}"
        record = self._close(begun, Outcome.RELEASED_TO_QUARANTINE, detail)
        return replace(record, quarantine_end=found.quarantine_end)

    def _given_up(self, item: _Pending) -> Kept | None:
        if item.error:
            return Kept(Outcome.FAILED, item.error)
        if item.answer is DeleteAnswer.ACCEPTED:
            return Kept(
                Outcome.FAILED, "QRS accepted the DELETE, and the license is still there unchanged"
            )
        if item.deletes >= DELETES_PER_LICENSE:
            return Kept(Outcome.FAILED, f"the answers to {item.deletes} DELETEs got lost")
        return None

    def _stopped(self) -> Kept | None:
        switch = self.switches().holding_back()
        return Kept(Outcome.KEPT_STOPPED, f"{switch} holds releases back") if switch else None

    async def _begin(self, found: dict[str, AccessLicense]) -> list[_Pending]:
        """Record the before-image of every license that is to be deleted now."""
        for item in self._pending.values():
            item.record = self._record(item, found.get(item.expected.license_id))
        records = [item.record for item in self._pending.values() if item.record]
        await self.ledger.save_releases(records)
        return list(self._pending.values())

    async def _delete(self, item: _Pending) -> None:
        if self._stopped():
            return  # the next look settles it
        item.deletes += 1
        try:
            item.answer = await self.qrs.delete_access_license(
                self.message.license_type, item.expected.license_id
            )
        except QrsError as error:
            item.error = str(error)

    def _record(self, item: _Pending, found: AccessLicense | None) -> ReleaseRecord:
        now = self.clock()
        return ReleaseRecord(
            site=self.message.site,
            plan_id=self.message.plan_id,
            license_id=item.expected.license_id,
            license_type=self.message.license_type,
            user_id=item.expected.user_id,
            account=item.expected.account,
            outcome=Outcome.RELEASING,
            detail="",
            started_at=item.record.started_at if item.record else now,
            before=found,
            days_unused=days_unused(found, now) if found else None,
        )

    def _close(self, record: ReleaseRecord, outcome: Outcome, detail: str) -> ReleaseRecord:
        return replace(record, outcome=outcome, detail=detail, finished_at=self.clock())
