"""Release the licenses of one queue message: look again, delete, and confirm by reading.

Running a message twice changes nothing: what went is recorded and never tried again, and what is
still there is looked at again with the same policy.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain import events
from shared.domain.errors import StewardError
from shared.domain.messages import CandidateMessage, RefusedMessageError, from_json
from shared.domain.points import release_point
from shared.domain.policy import ReleasePolicy
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.runs import MessageRefusal, RefusedMessage
from shared.domain.switches import Switches
from shared.usecases.ports import Clock, Ledger, PointWriter, Qrs, Telemetry
from shared.usecases.release_rounds import ReleaseRounds
from shared.usecases.write_points import write_points

QUEUE = "release-candidates"


class ReleaseUnfinishedError(StewardError):
    """Some licenses of a message could not be settled; the message has to come again."""


@dataclass(frozen=True, slots=True)
class QueuedText:
    """A queue message as it arrived."""

    message_id: str
    body: str
    dequeue_count: int


@dataclass(frozen=True, slots=True)
class ReleaseRun:
    """What became of the licenses of a message; no counts when the message was refused."""

    outcomes: Mapping[Outcome, int]
    refusal: str = ""

    def summary(self) -> str:
        """One line for people."""
        if self.refusal:
            return f"message refused: {self.refusal}"
        return ", ".join(f"{number} {outcome}" for outcome, number in self.outcomes.items())


@dataclass(frozen=True, slots=True)
class ReleaseLicenses:
    """Works one message; `switches` is asked before every DELETE, so that STOP stops at once."""

    site: str
    policy: ReleasePolicy
    static_tags: Mapping[str, str]
    switches: Callable[[], Switches]
    qrs: Qrs
    ledger: Ledger
    points: PointWriter
    telemetry: Telemetry
    clock: Clock

    async def __call__(self, queued: QueuedText) -> ReleaseRun:
        """Release what the message names and is still to go.

        A message that must not be acted upon is recorded, whole, with its reason, and is done.

        Raises:
            ReleaseUnfinishedError: QRS refused some of the licenses; the rest is done.
            QrsError, LedgerError, PointsError: try the message again; nothing is done twice.
        """
        try:
            message = from_json(queued.body, site=self.site, now=self.clock())
        except RefusedMessageError as error:
            return await self._refuse(queued, error.refusal, error.detail)
        switch = self.switches().holding_back()
        if switch:
            return await self._refuse_switched_off(queued, message, switch)
        records = await self._rounds(message).run()
        await self._write_points(records)
        return self._finish(message, records)

    def _rounds(self, message: CandidateMessage) -> ReleaseRounds:
        return ReleaseRounds(message, self.policy, self.switches, self.qrs, self.ledger, self.clock)

    async def _refuse(self, queued: QueuedText, refusal: MessageRefusal, detail: str) -> ReleaseRun:
        await self._keep_message(queued, refusal, detail)
        self.telemetry.emit(
            events.MESSAGE_REFUSED,
            {
                "site": self.site,
                "message_id": queued.message_id,
                "refusal": refusal.value,
                "detail": detail,
            },
        )
        return ReleaseRun({}, refusal=f"{refusal}: {detail}")

    async def _refuse_switched_off(
        self, queued: QueuedText, message: CandidateMessage, switch: str
    ) -> ReleaseRun:
        detail = f"{switch} holds releases back; the next plan decides anew"
        await self._keep_message(queued, MessageRefusal.SWITCHED_OFF, detail)
        self.telemetry.emit(
            events.RELEASES_SWITCHED_OFF,
            {
                "site": self.site,
                "plan_id": message.plan_id,
                "licenses": len(message.licenses),
                "switch": switch,
            },
        )
        return ReleaseRun({}, refusal=f"{MessageRefusal.SWITCHED_OFF}: {detail}")

    async def _keep_message(self, queued: QueuedText, refusal: MessageRefusal, detail: str) -> None:
        await self.ledger.save_refused_message(
            RefusedMessage(
                message_id=queued.message_id,
                queue=QUEUE,
                refusal=refusal,
                detail=detail,
                body=queued.body,
                dequeue_count=queued.dequeue_count,
                seen_at=self.clock(),
            )
        )

    async def _write_points(self, records: list[ReleaseRecord]) -> None:
        # Releases of an earlier try are written again: the same point, in case it got lost then.
        points = [
            release_point(
                site=self.site,
                license_type=record.license_type,
                account=record.account,
                days_since_last_use=record.days_unused or 0.0,
                released_at=record.finished_at or record.started_at,
                static_tags=self.static_tags,
            )
            for record in records
            if record.outcome.is_release
        ]
        await write_points(self.points, points, site=self.site, telemetry=self.telemetry)

    def _finish(self, message: CandidateMessage, records: list[ReleaseRecord]) -> ReleaseRun:
        outcomes = Counter(record.outcome for record in records)
        failed = [record for record in records if record.outcome is Outcome.FAILED]
        common = {
            "site": self.site,
            "plan_id": message.plan_id,
            "license_type": message.license_type.value,
        }
        if failed:
            detail = failed[0].detail
            self.telemetry.emit(
                events.RELEASES_UNFINISHED, {**common, "failed": len(failed), "detail": detail}
            )
            raise ReleaseUnfinishedError(
                f"{len(failed)} of {len(records)} licenses of plan {message.plan_id} could not be"
                f" settled, the first: {detail}"
            )
        self.telemetry.emit(
            events.RELEASES_FINISHED,
            {
                **common,
                "released": outcomes[Outcome.RELEASED],
                "quarantined": outcomes[Outcome.RELEASED_TO_QUARANTINE],
                "already_gone": outcomes[Outcome.ALREADY_GONE],
                "kept": sum(n for o, n in outcomes.items() if o.is_kept),
            },
        )
        return ReleaseRun(dict(outcomes))
