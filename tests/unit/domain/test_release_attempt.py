"""One license on its way to an outcome: what its record says at each turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import QrsDeniedError, QrsUnavailableError
from shared.domain.messages import CandidateMessage, candidate
from shared.domain.recheck import Kept
from shared.domain.release import DeleteAnswer, Outcome, ReleaseRecord
from shared.domain.release_attempt import DELETES_PER_LICENSE, Attempt
from tests.unit.build import ANALYZER, NOW, a_license, a_policy, days_ago, guid

TODAY = "2026-11-22"
LATER = NOW + timedelta(minutes=1)
MESSAGE = CandidateMessage("prod", "p1", LATER, ANALYZER, (candidate(a_license()),))
STOPPED = Kept(Outcome.KEPT_STOPPED, "stopped")


def attempt(known: ReleaseRecord | None = None) -> Attempt:
    """An attempt on the one license of the message."""
    return Attempt.of(MESSAGE, MESSAGE.licenses[0], known, TODAY)


def begun() -> Attempt:
    """An attempt that was looked at and is about to be deleted."""
    fresh = attempt()
    fresh.begin(a_license(), a_policy(), NOW, TODAY)
    return fresh


def test_what_is_begun_is_recorded_with_before_image_decision_and_day() -> None:
    """All that is needed to explain the release, and to give the license back."""
    assert begun().record_now() == ReleaseRecord(
        site="prod",
        plan_id="p1",
        license_id=guid(1),
        license_type=ANALYZER,
        user_id=guid(1001),
        account="LAB\\user1",
        outcome=Outcome.RELEASING,
        detail="",
        started_at=NOW,
        before=a_license(),
        days_unused=100.0,
        decision=("unused: last used 2026-08-14T02:30:00+00:00, 100.0 days ago; threshold 30 days"),
        reserved_on=TODAY,
    )


def test_an_outcome_without_a_beginning_keeps_what_was_found() -> None:
    """A license that stays has the license as it was found, and when."""
    kept = attempt()
    kept.settle(STOPPED, a_license(), LATER)
    record = kept.record_now()
    assert (record.outcome, record.detail) == (STOPPED.outcome, STOPPED.detail)
    assert (record.started_at, record.finished_at, record.before) == (LATER, LATER, a_license())
    assert record.reserved_on == ""


def test_an_outcome_keeps_the_before_image_and_the_beginning() -> None:
    """What was found afterwards never takes the place of what was there before."""
    ending = begun()
    in_quarantine = a_license(quarantined=True, quarantine_end=days_ago(-7))
    ending.settle(Kept(Outcome.RELEASED_TO_QUARANTINE, ""), in_quarantine, LATER)
    record = ending.record_now()
    assert (record.before, record.started_at, record.finished_at) == (a_license(), NOW, LATER)
    assert record.quarantine_end == days_ago(-7)


def test_beginning_again_keeps_when_it_began_first() -> None:
    """A DELETE that is sent again belongs to the same release."""
    again = begun()
    again.begin(a_license(), a_policy(), LATER, TODAY)
    assert again.record_now().started_at == NOW


def test_what_a_worker_left_behind_must_be_read_first() -> None:
    """Its DELETE may have been sent; a place in today's budget stays a place."""
    known = begun().record_now()
    taken_over = attempt(known)
    assert (taken_over.begun_before, taken_over.unread, taken_over.reserved) == (True, True, True)
    assert taken_over.record == known
    yesterday = attempt(replace(known, reserved_on="2026-11-21"))
    assert (yesterday.unread, yesterday.reserved) == (True, False)


def test_what_failed_before_is_tried_afresh() -> None:
    """The failed try left nothing that has to be confirmed."""
    failed = attempt(replace(begun().record_now(), outcome=Outcome.FAILED))
    assert (failed.begun_before, failed.unread, failed.reserved) == (False, False, True)
    assert failed.record is None


def test_an_attempt_that_was_not_begun_has_no_record() -> None:
    """Asking for it is a mistake in the program, and says which license."""
    with pytest.raises(ValueError, match=guid(1)):
        attempt().record_now()


@pytest.mark.parametrize(
    ("answers", "ours"),
    [
        ([], False),
        ([DeleteAnswer.ACCEPTED], True),
        ([DeleteAnswer.LOST], True),
        ([DeleteAnswer.ALREADY_GONE], False),
        ([DeleteAnswer.LOST, DeleteAnswer.ALREADY_GONE], True),
        ([QrsDeniedError("no")], False),
        ([DeleteAnswer.LOST, QrsDeniedError("no")], True),
    ],
)
def test_a_license_that_is_gone_is_ours_if_a_delete_may_have_taken_it(
    answers: list[DeleteAnswer | QrsDeniedError], ours: bool
) -> None:
    """A refusal and "not found" took nothing; an answer that got lost may have."""
    sent = begun()
    for answer in answers:
        sent.sent(answer)
    gone = Kept(Outcome.RELEASED, "gone when read again: free now")
    assert sent.released(None) == (gone if ours else None)
    assert sent.released(a_license()) is None


def test_a_license_in_quarantine_says_until_when() -> None:
    """It is free at the end of the quarantine."""
    sent = begun()
    sent.sent(DeleteAnswer.ACCEPTED)
    found = a_license(quarantined=True, quarantine_end=days_ago(-7))
    detail = "in quarantine when read again: free at 2026-11-29 02:30:00+00:00"
    assert sent.released(found) == Kept(Outcome.RELEASED_TO_QUARANTINE, detail)


def test_no_further_delete_is_sent_after_a_refusal_or_an_acceptance() -> None:
    """And only so many after answers that got lost; each says why."""
    refused, accepted, lost = begun(), begun(), begun()
    refused.sent(QrsUnavailableError("QRS is down"))
    accepted.sent(DeleteAnswer.ACCEPTED)
    assert refused.given_up() == Kept(Outcome.FAILED, "QRS is down")
    assert refused.qrs_unavailable
    assert accepted.given_up() == Kept(
        Outcome.FAILED, "QRS accepted the DELETE, and the license is still there unchanged"
    )
    for _ in range(DELETES_PER_LICENSE):
        assert lost.given_up() is None
        lost.sent(DeleteAnswer.LOST)
    assert lost.given_up() == Kept(Outcome.FAILED, "the answers to 3 DELETEs got lost")
