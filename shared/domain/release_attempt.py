"""One license of a message on its way to an outcome."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from shared.domain.errors import QrsError, QrsUnavailableError
from shared.domain.messages import Candidate, CandidateMessage
from shared.domain.model import AccessLicense
from shared.domain.policy import ReleasePolicy, days_unused, decide_age
from shared.domain.recheck import Kept
from shared.domain.release import DeleteAnswer, Outcome, ReleaseRecord

DELETES_PER_LICENSE = 3


@dataclass(slots=True)
class Attempt:
    """What is known of a license that has no outcome yet; changes as the rounds go on.

    `unread`: a DELETE may have been sent that no look has confirmed. `reserved`: the day's
    budget counts it, by this run or one before. `changed`: its record is not written yet.
    `carried_out`: a DELETE of this run was accepted, or its answer got lost, so it may have taken
    the license.
    """

    message: CandidateMessage
    expected: Candidate
    record: ReleaseRecord | None = None
    begun_before: bool = False
    unread: bool = False
    reserved: bool = False
    changed: bool = False
    deletes: int = 0
    answer: DeleteAnswer | None = None
    error: QrsError | None = None
    carried_out: bool = False

    @classmethod
    def of(
        cls,
        message: CandidateMessage,
        expected: Candidate,
        known: ReleaseRecord | None,
        today: str,
    ) -> Self:
        """A fresh attempt, or the one that a worker began before it died.

        What the budget of `today` counts already, for a try that died or failed or for another
        delivery at work, is not counted again: it is the same license.
        """
        reserved = known is not None and known.reserved_on == today
        if known is None or known.outcome is not Outcome.RELEASING:
            return cls(message, expected, reserved=reserved)
        return cls(message, expected, known, begun_before=True, unread=True, reserved=reserved)

    @property
    def license_id(self) -> str:
        """The id of the license."""
        return self.expected.license_id

    @property
    def qrs_unavailable(self) -> bool:
        """True when its DELETE failed because QRS could not be reached."""
        return isinstance(self.error, QrsUnavailableError)

    @property
    def is_settled(self) -> bool:
        """True when it has an outcome."""
        return self.record is not None and self.record.outcome is not Outcome.RELEASING

    def record_now(self) -> ReleaseRecord:
        """The record, which a begun or settled attempt has."""
        if self.record is None:
            raise ValueError(f"license {self.license_id} was neither begun nor settled")
        return self.record

    def released(self, found: AccessLicense | None) -> Kept | None:
        """That the license went by a DELETE of ours, if it did."""
        if self.record is None or not self._may_be_ours():
            return None
        if found is None:
            return Kept(Outcome.RELEASED, "gone when read again: free now")
        if found.quarantined:
            detail = f"in quarantine when read again: free at {found.quarantine_end}"
            return Kept(Outcome.RELEASED_TO_QUARANTINE, detail)
        return None

    def given_up(self) -> Kept | None:
        """Why no further DELETE is sent, though the license is still to go."""
        if self.error:
            return Kept(Outcome.FAILED, str(self.error))
        if self.answer is DeleteAnswer.ACCEPTED:
            return Kept(
                Outcome.FAILED, "QRS accepted the DELETE, and the license is still there unchanged"
            )
        if self.deletes >= DELETES_PER_LICENSE:
            return Kept(Outcome.FAILED, f"the answers to {self.deletes} DELETEs got lost")
        return None

    def begin(self, found: AccessLicense, policy: ReleasePolicy, now: datetime, today: str) -> None:
        """Take down what is about to go, and why; the budget of `today` counts it."""
        self.record = replace(
            self._new_record(now),
            before=found,
            days_unused=days_unused(found, now),
            decision=decide_age(found, policy, now),
            reserved_on=today,
        )
        self.changed = True

    def settle(self, outcome: Kept, found: AccessLicense | None, now: datetime) -> None:
        """Give it its outcome."""
        record = self.record or self._new_record(now)
        self.record = replace(
            record,
            outcome=outcome.outcome,
            detail=outcome.detail,
            finished_at=now,
            before=record.before or found,
            quarantine_end=found.quarantine_end if found and found.quarantined else None,
        )
        self.changed = True

    def sent(self, answer: DeleteAnswer | QrsError) -> None:
        """Note that a DELETE was sent, and what came back."""
        self.deletes += 1
        self.unread = True
        if isinstance(answer, QrsError):
            self.error = answer
        else:
            self.answer = answer
            self.carried_out |= answer is not DeleteAnswer.ALREADY_GONE

    def _may_be_ours(self) -> bool:
        # A refusal and "not found" took nothing; what somebody else took is not our release.
        return self.begun_before or self.carried_out

    def _new_record(self, now: datetime) -> ReleaseRecord:
        return ReleaseRecord(
            site=self.message.site,
            plan_id=self.message.plan_id,
            license_id=self.license_id,
            license_type=self.message.license_type,
            user_id=self.expected.user_id,
            account=self.expected.account,
            outcome=Outcome.RELEASING,
            detail="",
            started_at=self.record.started_at if self.record else now,
        )
