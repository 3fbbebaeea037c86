"""The rounds of a release: look, settle what can be settled, delete a batch, look again.

The look that starts a round reads the next batch right before its DELETEs, and at the same time
confirms the DELETEs of the round before. A DELETE whose answer got lost is therefore never sent
again before its license was read again.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain import events
from shared.domain.messages import CandidateMessage
from shared.domain.model import AccessLicense, User
from shared.domain.policy import ReleasePolicy
from shared.domain.recheck import Kept, reason_to_keep
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.release_attempt import Attempt
from shared.domain.switches import Switches
from shared.usecases.daily_budget import BudgetKeeper
from shared.usecases.delete_strategies import DeleteStrategy
from shared.usecases.ports import Clock, Ledger, Qrs, Telemetry
from shared.usecases.release_report import about
from shared.usecases.release_spans import ReleaseSpans


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of a message.

    `records` are those of all its licenses that have an outcome, `news` those settled by this run,
    `left` holds the licenses that there was no time for.
    """

    records: list[ReleaseRecord]
    news: list[ReleaseRecord]
    left: CandidateMessage | None
    qrs_unavailable: bool


@dataclass(slots=True)
class ReleaseRounds:
    """Releases the licenses of one message; `run` may be called once.

    `out_of_time` says when no further DELETE may be sent; what was sent is still confirmed.
    """

    message: CandidateMessage
    policy: ReleasePolicy
    switches: Callable[[], Switches]
    qrs: Qrs
    ledger: Ledger
    clock: Clock
    deletes: DeleteStrategy
    budget: BudgetKeeper
    out_of_time: Callable[[], bool]
    telemetry: Telemetry
    _open: dict[str, Attempt] = field(default_factory=dict, init=False)
    _known: list[ReleaseRecord] = field(default_factory=list, init=False)
    _news: list[ReleaseRecord] = field(default_factory=list, init=False)
    _qrs_unavailable: bool = field(default=False, init=False)
    _looked_at: datetime = field(init=False)
    _spans: ReleaseSpans = field(init=False)

    def __post_init__(self) -> None:
        self._looked_at = self.clock()
        self._spans = ReleaseSpans(self.telemetry)

    async def run(self) -> Worked:
        """Work until every license has an outcome that was read, or time is up."""
        try:
            return await self._work()
        finally:
            self._spans.close()
            self._tell_outcomes()

    async def _work(self) -> Worked:
        await self._recall()
        while batch := self._next_batch():
            to_delete = await self._look(batch)
            if to_delete:
                self._spans.begin(to_delete)
                await self.deletes(self.message.license_type, to_delete, self._may_delete)
                self._qrs_unavailable |= any(attempt.qrs_unavailable for attempt in to_delete)
        records = [*self._known, *self._news]
        return Worked(records, self._news, self._left(), self._qrs_unavailable)

    async def _recall(self) -> None:
        """Take up what the ledger knows: what is settled stays so, what was begun is looked at."""
        ids = [item.license_id for item in self.message.licenses]
        known = await self.ledger.releases(self.message.plan_id, ids)
        for item in self.message.licenses:
            record = known.get(item.license_id)
            if record and record.outcome.is_settled:
                self._known.append(record)
            else:
                attempt = Attempt.of(self.message, item, record, self.budget.today())
                self._open[item.license_id] = attempt

    def _next_batch(self) -> list[Attempt]:
        """What needs confirming, and as many others as may be deleted right after the look."""
        unread = [attempt for attempt in self._open.values() if attempt.unread]
        if self.out_of_time():
            return unread
        others = [attempt for attempt in self._open.values() if not attempt.unread]
        return unread + others[: self.deletes.batch_size]

    async def _look(self, batch: list[Attempt]) -> list[Attempt]:
        """Read the batch, settle what has an outcome, begin the rest; returns what to delete."""
        ids = [attempt.license_id for attempt in batch]
        found = await self.qrs.access_licenses_by_id(self.message.license_type, ids)
        users = await self._users(found)
        self._looked_at = self.clock()
        open_ = []
        for attempt in batch:
            kept = self._reason_to_settle(attempt, found.get(attempt.license_id), users)
            if kept:
                attempt.settle(kept, found.get(attempt.license_id), self._looked_at)
            else:
                open_.append(attempt)
            attempt.unread = False
        begun = [] if self.out_of_time() else await self._begin(open_, found)
        await self._save(batch)
        return begun

    async def _users(self, found: Mapping[str, AccessLicense]) -> dict[str, User]:
        wanted = {row.user.id for row in found.values() if row.user and not row.quarantined}
        return await self.qrs.users(wanted) if wanted else {}

    def _reason_to_settle(
        self, attempt: Attempt, found: AccessLicense | None, users: Mapping[str, User]
    ) -> Kept | None:
        user = users.get(found.user.id) if found and found.user else None
        return (
            attempt.released(found)
            or reason_to_keep(attempt.expected, found, user, self.policy, self.clock())
            or attempt.given_up()
            or self._stopped()
        )

    def _stopped(self) -> Kept | None:
        switch = self.switches().holding_back()
        return Kept(Outcome.KEPT_STOPPED, f"{switch} holds releases back") if switch else None

    def _may_delete(self) -> bool:
        return self._stopped() is None and self.clock() - self._looked_at <= self.deletes.look_holds

    async def _begin(
        self, open_: list[Attempt], found: Mapping[str, AccessLicense]
    ) -> list[Attempt]:
        """Reserve in the day's budget, and take down the before-image of what is to go now."""
        new = [attempt for attempt in open_ if not attempt.reserved]
        granted = await self.budget.reserve(self.message.license_type, len(new))
        for attempt in new[:granted]:
            attempt.reserved = True
        now = self.clock()
        for attempt in new[granted:]:
            attempt.settle(self.budget.used_up(), found[attempt.license_id], now)
        begun = [attempt for attempt in open_ if attempt.reserved]
        for attempt in begun:
            attempt.begin(found[attempt.license_id], self.policy, now, self.budget.today())
        return begun

    async def _save(self, batch: list[Attempt]) -> None:
        """Write down every change: first what can't be changed any more, then the state."""
        changed = [attempt.record for attempt in batch if attempt.record and attempt.changed]
        await self.ledger.append_audit([record.audit_entry() for record in changed])
        await self.ledger.save_releases(changed)
        settled = [attempt for attempt in batch if attempt.is_settled]
        self._spans.settle(settled)
        for attempt in settled:
            self._news.append(self._open.pop(attempt.license_id).record_now())
        for attempt in batch:
            attempt.changed = False

    def _tell_outcomes(self) -> None:
        """What this run settled, whatever stopped it: no later run tells of these again."""
        for outcome, number in Counter(record.outcome for record in self._news).items():
            settled = {"outcome": outcome.value, "licenses": number}
            self.telemetry.emit(events.RELEASES_SETTLED, {**about(self.message), **settled})

    def _left(self) -> CandidateMessage | None:
        return self.message.only(self._open) if self._open else None
