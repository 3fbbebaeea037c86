"""Releasing: look again, delete what is still to go, confirm by reading, record every outcome."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import PointsError, QrsDeniedError, QrsUnavailableError
from shared.domain.model import AccessLicense, UserReference
from shared.domain.never_release import NeverRelease
from shared.domain.release import DeleteAnswer, Outcome
from shared.domain.runs import MessageRefusal
from shared.domain.switches import Switches
from shared.usecases.release_licenses import ReleaseUnfinishedError
from tests.unit.build import NOW, a_license, a_policy, a_user, days_ago, guid
from tests.unit.usecases.release_world import OPEN, ReleaseWorld, licenses


class WorkerDiedError(BaseException):
    """Stands for the end of the process: nothing after it is executed."""


async def test_a_license_that_is_still_to_go_is_deleted_confirmed_and_recorded() -> None:
    """Gone when read again: released, with the before-image, a point and an event."""
    world = ReleaseWorld()
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 1}
    assert world.site.deleted == [guid(1)]
    row = world.ledger.rows["p1", guid(1)]
    assert (row.outcome, row.before, row.finished_at) == (Outcome.RELEASED, a_license(1), NOW)
    point = world.points.written[0]
    assert point.fields == {"days_since_last_use": 100.0}
    assert point.tags["user"] == "LAB\\user1"
    assert world.telemetry.names() == ["release.settled", "release.finished"]


async def test_the_before_image_is_recorded_before_the_delete() -> None:
    """A worker that dies in between leaves a row that tells what it was about to do."""
    world = ReleaseWorld()
    seen: list[Outcome] = []
    world.site.before_delete = lambda license_id: seen.append(world.outcome(int(license_id[-1])))
    await world.release()
    assert seen == [Outcome.RELEASING]


async def test_running_a_message_twice_changes_nothing() -> None:
    """The second run deletes nothing, adds no row, and writes the very same point."""
    world = ReleaseWorld(licenses(3))
    await world.release()
    rows, points = dict(world.ledger.rows), list(world.points.written)
    await world.release()
    assert len(world.site.deleted) == 3
    assert world.ledger.rows == rows
    assert world.points.written == points * 2


async def test_a_message_is_read_in_bulk() -> None:
    """A hundred licenses cost a read of licenses and users a batch of 50, and one to confirm."""
    world = ReleaseWorld(licenses(100))
    await world.release()
    assert world.site.reads.count("analyzer by id") == 3
    assert world.site.reads.count("users") == 2
    assert world.site.reads.count("overview") == 1
    assert len(world.site.deleted) == 100


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (a_license(last_used=days_ago(1), modified=days_ago(1)), Outcome.KEPT_USED_SINCE),
        (a_license(last_used=days_ago(99)), Outcome.KEPT_USED_SINCE),
        (a_license(user=a_user(2)), Outcome.KEPT_REASSIGNED),
        (a_license(has_user=False), Outcome.KEPT_REASSIGNED),
        (a_license(modified=days_ago(2)), Outcome.KEPT_CHANGED),
        (a_license(last_used=None), Outcome.KEPT_CHANGED),
        (a_license(quarantined=True), Outcome.KEPT_QUARANTINED),
    ],
)
async def test_a_license_that_changed_since_the_plan_stays(
    found: AccessLicense, outcome: Outcome
) -> None:
    """Each kind of change is an outcome of its own, and nothing is deleted."""
    world = ReleaseWorld()
    world.site.add(found)
    await world.release()
    assert (world.outcome(), world.site.deleted) == (outcome, [])
    assert world.ledger.rows["p1", guid(1)].detail


async def test_a_license_that_is_gone_is_recorded_as_already_gone() -> None:
    """Somebody else took it away: no DELETE, no point."""
    world = ReleaseWorld()
    world.site.licenses.clear()
    await world.release()
    assert (world.outcome(), world.site.deleted, world.points.written) == (
        Outcome.ALREADY_GONE,
        [],
        [],
    )


async def test_a_user_who_was_protected_meanwhile_keeps_the_license() -> None:
    """A tag that was set after the plan holds."""
    world = ReleaseWorld(policy=a_policy(NeverRelease(tags=frozenset({"keep"}))))
    world.site.add(users=[a_user(1, tags=["Keep"])])
    await world.release()
    assert (world.outcome(), world.site.deleted) == (Outcome.KEPT_PROTECTED, [])


async def test_a_user_who_can_not_be_seen_keeps_the_license() -> None:
    """Without the user no rule can be checked."""
    world = ReleaseWorld()
    world.site.all_users.clear()
    await world.release()
    assert (world.outcome(), world.site.deleted) == (Outcome.KEPT_USER_NOT_VISIBLE, [])


async def test_a_threshold_that_was_raised_meanwhile_holds() -> None:
    """The policy of the moment decides, not that of the plan."""
    world = ReleaseWorld(policy=a_policy(days=365))
    await world.release()
    assert (world.outcome(), world.site.deleted) == (Outcome.KEPT_BY_POLICY, [])


async def test_a_license_that_goes_to_quarantine_says_until_when() -> None:
    """Still there and quarantined after the DELETE: free at the quarantine end."""
    used = days_ago(3)
    planned = [a_license(1, last_used=used)]
    world = ReleaseWorld(planned, policy=a_policy(days=1))
    run = await world.release()
    row = world.ledger.rows["p1", guid(1)]
    assert run.outcomes == {Outcome.RELEASED_TO_QUARANTINE: 1}
    assert row.quarantine_end == used + timedelta(days=7)
    assert len(world.points.written) == 1


@pytest.mark.parametrize(
    ("switches", "name"),
    [
        (replace(OPEN, enabled=False), "ENABLED"),
        (replace(OPEN, dry_run=True), "DRY_RUN"),
        (replace(OPEN, confirmed=False), "CONFIRM_SITE"),
        (replace(OPEN, stop=True), "STOP"),
    ],
)
async def test_a_closed_switch_holds_for_messages_queued_before(
    switches: Switches, name: str
) -> None:
    """The message is recorded with the switch's name; QRS is not even asked."""
    world = ReleaseWorld(switches=switches)
    run = await world.release()
    assert (world.site.reads, world.site.deleted, world.ledger.rows) == ([], [], {})
    kept = world.ledger.messages[0]
    assert (kept.refusal, kept.body) == (MessageRefusal.SWITCHED_OFF, world.text())
    assert name in kept.detail
    assert name in run.summary()
    assert world.telemetry.names() == ["release.switched_off"]


async def test_stop_stops_before_the_next_delete() -> None:
    """The kill switch is asked before every single DELETE."""
    world = ReleaseWorld(licenses(3))

    def stop_after_the_first(_: str) -> None:
        world.switches = replace(OPEN, stop=True)

    world.site.before_delete = stop_after_the_first
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 1, Outcome.KEPT_STOPPED: 2}
    assert len(world.site.deleted) == 1


async def test_a_bad_message_is_recorded_whole_and_not_tried_again() -> None:
    """One successful invocation, one record with the reason, no request."""
    world = ReleaseWorld()
    run = await world.release("rubbish")
    kept = world.ledger.messages[0]
    assert (kept.refusal, kept.body, kept.message_id) == (MessageRefusal.MALFORMED, "rubbish", "m1")
    assert run.summary().startswith("message refused: malformed")
    assert world.site.reads == []


async def test_a_lost_answer_is_read_before_anything_is_sent_again() -> None:
    """The DELETE arrived, its answer did not: reading shows that the license went."""
    world = ReleaseWorld()
    world.site.answers = [DeleteAnswer.LOST]
    world.site.before_delete = lambda license_id: (
        None if world.site.deleted else _take(world, license_id)
    )
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 1}
    assert world.site.deleted == [guid(1)]


def _take(world: ReleaseWorld, license_id: str) -> None:
    world.site.take_away(license_id)


async def test_a_lost_delete_is_sent_again_while_the_license_is_still_to_go() -> None:
    """The DELETE never arrived: after reading, it is sent a second time."""
    world = ReleaseWorld()
    world.site.answers = [DeleteAnswer.LOST]
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 1}
    assert world.site.reads.count("analyzer by id") == 3


async def test_a_user_who_came_back_after_a_lost_delete_keeps_the_license() -> None:
    """The look after a lost answer decides anew."""
    world = ReleaseWorld()
    world.site.answers = [DeleteAnswer.LOST]
    world.site.before_delete = lambda _: world.site.add(a_license(last_used=NOW, modified=NOW))
    await world.release()
    assert (world.outcome(), world.site.deleted) == (Outcome.KEPT_USED_SINCE, [])


async def test_answers_that_keep_getting_lost_end_in_a_failure_not_in_a_loop() -> None:
    """Three DELETEs, then the message has to come again later."""
    world = ReleaseWorld()
    world.site.answers = [DeleteAnswer.LOST] * 9
    with pytest.raises(ReleaseUnfinishedError, match="answers to 3 DELETEs got lost"):
        await world.release()
    assert world.outcome() is Outcome.FAILED


async def test_a_delete_that_qrs_refuses_fails_alone() -> None:
    """The others of the message go; the refused one is tried again with the message."""
    world = ReleaseWorld(licenses(3))
    world.site.answers = [QrsDeniedError("no rights to delete")]
    with pytest.raises(ReleaseUnfinishedError, match=r"1 of 3 .* no rights to delete"):
        await world.release()
    assert sorted(row.outcome for row in world.ledger.rows.values()) == [
        Outcome.FAILED,
        Outcome.RELEASED,
        Outcome.RELEASED,
    ]
    settled = {
        dims["outcome"]: dims["licenses"]
        for name, dims in world.telemetry.events
        if name == "release.settled"
    }
    assert settled == {"failed": 1, "released": 2}
    assert world.telemetry.names()[-1] == "release.unfinished"
    assert (await world.release()).outcomes == {Outcome.RELEASED: 3}


async def test_an_accepted_delete_that_changes_nothing_is_a_failure() -> None:
    """Still there, not in quarantine: saying "released" would be a lie."""
    world = ReleaseWorld()
    world.site.answers = [DeleteAnswer.ACCEPTED]
    with pytest.raises(ReleaseUnfinishedError, match="still there"):
        await world.release()
    assert world.points.written == []


async def test_somebody_who_deletes_first_gets_the_credit() -> None:
    """404 on the first DELETE: already gone, and no point of ours."""
    world = ReleaseWorld()
    world.site.before_delete = lambda license_id: world.site.licenses.clear()
    await world.release()
    assert (world.outcome(), world.points.written) == (Outcome.ALREADY_GONE, [])


async def test_a_release_begun_by_a_worker_that_died_is_completed() -> None:
    """The row says RELEASING and the license is gone: it was ours, with its before-image."""
    world = ReleaseWorld()

    def die(license_id: str) -> None:
        world.site.take_away(license_id)
        raise WorkerDiedError

    world.site.before_delete = die
    with pytest.raises(WorkerDiedError):
        await world.release()
    assert world.outcome() is Outcome.RELEASING
    world.site.before_delete = lambda _: None
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 1}
    assert world.ledger.rows["p1", guid(1)].before == a_license(1)
    assert world.site.deleted == [guid(1)]


async def test_a_site_that_can_not_be_read_fails_the_message_and_deletes_nothing() -> None:
    """The error goes up, so that the message comes again."""
    world = ReleaseWorld()

    async def down(*_: object) -> dict[str, AccessLicense]:
        raise QrsUnavailableError("QRS did not answer")

    world.site.access_licenses_by_id = down  # type: ignore[assignment,method-assign]
    with pytest.raises(QrsUnavailableError):
        await world.release()
    assert world.site.deleted == []


async def test_points_that_can_not_be_written_bring_the_message_back_and_are_written_then() -> None:
    """The releases are recorded; the next try writes the same points and deletes nothing."""
    world = ReleaseWorld()
    world.points.failing = True
    with pytest.raises(PointsError):
        await world.release()
    assert world.outcome() is Outcome.RELEASED
    world.points.failing = False
    await world.release()
    assert len(world.points.written) == 1
    assert world.site.deleted == [guid(1)]


async def test_a_reassigned_license_names_both_users() -> None:
    """The record tells what was expected and what was found."""
    world = ReleaseWorld()
    other = UserReference(guid(7), "LAB", "other")
    world.site.add(replace(a_license(1), user=other))
    await world.release()
    detail = world.ledger.rows["p1", guid(1)].detail
    assert guid(1001) in detail
    assert guid(7) in detail
