"""Release the licenses of one queue message: look again, delete, and confirm by reading.

Running a message twice changes nothing: what went is recorded and never tried again, and what is
still there is looked at again with the same policy.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import events, spans
from shared.domain.errors import NoSlotError, QrsUnavailableError, StewardError
from shared.domain.limits import Limits
from shared.domain.messages import CandidateMessage, RefusedMessageError, from_json, to_json
from shared.domain.plan import Approval
from shared.domain.policy import ReleasePolicy
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.runs import MessageRefusal
from shared.domain.switches import Switches
from shared.usecases.daily_budget import BudgetKeeper
from shared.usecases.delete_strategies import DeleteStrategy
from shared.usecases.message_refusals import MessageRefusals, QueuedText
from shared.usecases.plan_trace import link_to_plan
from shared.usecases.ports import Clock, Ledger, MessageQueue, Qrs, RequestShare, Telemetry
from shared.usecases.qrs_breaker import QrsBreaker
from shared.usecases.release_report import ReleaseReport, about
from shared.usecases.release_rounds import ReleaseRounds, Worked

# Well under functionTimeout (10 minutes in host.json): one slow round may follow the last look.
DEADLINE = timedelta(minutes=4)
NO_SLOT_PAUSE = timedelta(seconds=30)  # others work on the queue meanwhile, or QRS has a rest


class ReleaseUnfinishedError(StewardError):
    """Some licenses of a message could not be settled; the message has to come again."""


@dataclass(frozen=True, slots=True)
class ReleaseRun:
    """What became of a message: its licenses' outcomes, or why it was not (wholly) worked."""

    outcomes: Mapping[Outcome, int]
    remark: str = ""

    def summary(self) -> str:
        """One line for people."""
        told = [f"{number} {outcome}" for outcome, number in self.outcomes.items()]
        return ", ".join([*told, self.remark] if self.remark else told)


@dataclass(frozen=True, slots=True)
class ReleaseLicenses:
    """Works one message; `switches` is asked before every DELETE, so that STOP stops at once."""

    site: str
    policy: ReleasePolicy
    limits: Limits
    switches: Callable[[], Switches]
    qrs: Qrs
    share: RequestShare
    deletes: DeleteStrategy
    ledger: Ledger
    queue: MessageQueue
    report: ReleaseReport
    telemetry: Telemetry
    clock: Clock

    async def __call__(self, queued: QueuedText) -> ReleaseRun:
        """Release what the message names and is still to go.

        A message that must not be acted upon is recorded, whole, with its reason, and is done. One
        that has to wait (QRS is down, other instances use all that QRS can bear, time is up) is put
        back into the queue, and is done too.

        Raises:
            ReleaseUnfinishedError: QRS refused some of the licenses; the rest is done.
            QrsError, LedgerError, PointsError: try the message again; nothing is done twice.
        """
        try:
            message = from_json(queued.body, site=self.site, now=self.clock())
        except RefusedMessageError as error:
            return await self._refuse(queued, error.refusal, error.detail)
        people = [item.account for item in message.licenses]
        about_it = _about(message, queued)
        with self.telemetry.span(spans.RELEASE_MESSAGE, about_it, people=people) as span:
            await link_to_plan(self.ledger, message.plan_id, span)
            return await self._act(queued, message)

    async def _act(self, queued: QueuedText, message: CandidateMessage) -> ReleaseRun:
        switch = await self._holding_back(message)
        if switch:
            return await self._refuse_switched_off(queued, message, switch)
        deadline = self.clock() + DEADLINE
        try:
            async with self.share.held(self.deletes.requests_at_once):
                return await self._act_politely(message, deadline)
        except NoSlotError:
            return await self._wait_for_others(message)

    async def _act_politely(self, message: CandidateMessage, deadline: datetime) -> ReleaseRun:
        breaker = QrsBreaker(self.ledger, self.clock)
        closed_until = await breaker.closed_until()
        if closed_until:
            return await self._put_back(message, closed_until)
        return await self._work(message, breaker, deadline)

    async def _work(
        self, message: CandidateMessage, breaker: QrsBreaker, deadline: datetime
    ) -> ReleaseRun:
        try:
            worked = await self._rounds(message, deadline).run()
        except QrsUnavailableError:
            closed_until = await breaker.tell_failure()
            if closed_until is None:
                raise
            return await self._put_back(message, closed_until)
        closed_until = await breaker.tell(failure=worked.qrs_unavailable)
        return await self._finish(message, worked, closed_until)

    def _rounds(self, message: CandidateMessage, deadline: datetime) -> ReleaseRounds:
        return ReleaseRounds(
            message=message,
            policy=self.policy,
            switches=self.switches,
            qrs=self.qrs,
            ledger=self.ledger,
            clock=self.clock,
            deletes=self.deletes,
            budget=BudgetKeeper(self.ledger, self.qrs, self.limits, self.clock),
            out_of_time=lambda: self.clock() >= deadline,
            telemetry=self.telemetry,
        )

    async def _holding_back(self, message: CandidateMessage) -> str:
        """The setting that forbids this release, or an empty text."""
        switches = self.switches()
        if switches.holding_back() or not switches.approval_required:
            return switches.holding_back()
        approval = await self.ledger.state(Approval, message.plan_id)
        return "" if approval else "LICENSE_RELEASE__APPROVAL"

    async def _finish(
        self, message: CandidateMessage, worked: Worked, closed_until: datetime | None
    ) -> ReleaseRun:
        await self.report.write_points(self.site, worked.records)
        await self.report.notify(message, worked.news)
        failed = {r.license_id: r for r in worked.records if r.outcome is Outcome.FAILED}
        if failed and closed_until:
            left = {item.license_id for item in worked.left.licenses} if worked.left else set()
            return await self._put_back(message.only(failed.keys() | left), closed_until)
        if failed:
            self._raise_unfinished(message, list(failed.values()))
        outcomes = Counter(record.outcome for record in worked.records)
        self.report.finished(message, outcomes)
        if worked.left:
            return await self._hand_back(worked.left, outcomes)
        return ReleaseRun(outcomes)

    def _raise_unfinished(self, message: CandidateMessage, failed: list[ReleaseRecord]) -> None:
        dimensions = {**about(message), "failed": len(failed), "detail": failed[0].detail}
        self.telemetry.emit(events.RELEASES_UNFINISHED, dimensions)
        raise ReleaseUnfinishedError(
            f"{len(failed)} of {len(message.licenses)} licenses of plan {message.plan_id} could not"
            f" be settled, the first: {failed[0].detail}"
        )

    async def _put_back(self, message: CandidateMessage, until: datetime) -> ReleaseRun:
        """Wait for QRS without using up the message's tries; it stays void after its expiry."""
        wait = max(timedelta(seconds=1), until - self.clock())
        await self.queue.put_back(to_json(message), wait)
        self.telemetry.emit(
            events.BREAKER_OPEN,
            {**about(message), "licenses": len(message.licenses), "until": until.isoformat()},
        )
        return ReleaseRun({}, remark=f"put back until {until.isoformat(timespec='seconds')}")

    async def _wait_for_others(self, message: CandidateMessage) -> ReleaseRun:
        """Wait in the queue, which uses up no try; what was begun is looked at when it comes."""
        await self.queue.put_back(to_json(message), NO_SLOT_PAUSE)
        dimensions = {**about(message), "licenses": len(message.licenses)}
        self.telemetry.emit(events.RELEASES_WAIT, dimensions)
        return ReleaseRun({}, remark="put back, for other instances use all that QRS can bear")

    async def _hand_back(
        self, left: CandidateMessage, outcomes: Mapping[Outcome, int]
    ) -> ReleaseRun:
        await self.queue.put_back(to_json(left), timedelta(0))
        dimensions = {**about(left), "licenses": len(left.licenses)}
        self.telemetry.emit(events.RELEASES_HANDED_BACK, dimensions)
        return ReleaseRun(outcomes, remark=f"{len(left.licenses)} handed back, time was up")

    async def _refuse(self, queued: QueuedText, refusal: MessageRefusal, detail: str) -> ReleaseRun:
        dimensions = {
            "site": self.site,
            "message_id": queued.message_id,
            "refusal": refusal.value,
            "detail": detail,
        }
        await self._refusals().keep(queued, refusal, detail, events.MESSAGE_REFUSED, dimensions)
        return ReleaseRun({}, remark=f"message refused: {refusal}: {detail}")

    async def _refuse_switched_off(
        self, queued: QueuedText, message: CandidateMessage, switch: str
    ) -> ReleaseRun:
        refusal = MessageRefusal.SWITCHED_OFF
        detail = f"{switch} holds releases back; the next plan decides anew"
        dimensions = {
            "site": self.site,
            "plan_id": message.plan_id,
            "licenses": len(message.licenses),
            "switch": switch,
        }
        await self._refusals().keep(
            queued, refusal, detail, events.RELEASES_SWITCHED_OFF, dimensions
        )
        return ReleaseRun({}, remark=f"message refused: {refusal}: {detail}")

    def _refusals(self) -> MessageRefusals:
        return MessageRefusals(self.ledger, self.telemetry, self.clock)


def _about(message: CandidateMessage, queued: QueuedText) -> dict[str, str | int]:
    return {
        **about(message),
        "licenses": len(message.licenses),
        "message_id": queued.message_id,
        "delivery": queued.dequeue_count,
    }
