"""What holds releases back while they run: caps of the day, breaker, deadline, approval."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.breaker import FAILURES_TO_OPEN, PAUSE
from shared.domain.budget import DailyBudget
from shared.domain.errors import QrsUnavailableError
from shared.domain.limits import Limits
from shared.domain.model import AccessLicense
from shared.domain.plan import Approval
from shared.domain.release import DeleteAnswer, Outcome
from shared.usecases.delete_strategies import BySelection, OneByOne
from shared.usecases.qrs_breaker import QrsBreaker
from shared.usecases.release_licenses import DEADLINE, ReleaseUnfinishedError
from tests.unit.build import NOW, guid
from tests.unit.usecases.release_world import OPEN, ReleaseWorld, licenses


async def test_the_caps_of_the_day_hold_again_when_licenses_go() -> None:
    """Three may go today; the others stay with that outcome."""
    world = ReleaseWorld(licenses(5), limits=Limits(3, 100))
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 3, Outcome.KEPT_OVER_CAP: 2}


async def test_the_caps_hold_over_messages_of_a_day_and_open_the_next_day() -> None:
    """A second message finds the budget used up; tomorrow there is a new one."""
    world = ReleaseWorld(licenses(2), limits=Limits(2, 100))
    await world.release()
    later = ReleaseWorld(licenses(2), ledger=world.ledger, limits=world.limits, time=world.time)
    text = later.text().replace("p1", "p2").replace("2026-11-22", "2026-11-29")
    assert (await later.release(text)).outcomes == {Outcome.KEPT_OVER_CAP: 2}
    world.time.now = NOW + timedelta(days=1)
    assert (await later.release(text)).outcomes == {Outcome.RELEASED: 2}


async def test_a_license_is_counted_once_however_often_it_is_tried() -> None:
    """Answers that keep getting lost do not use up the day for the tries after them."""
    world = ReleaseWorld(licenses(3), limits=Limits(3, 100))
    world.site.answers = [DeleteAnswer.LOST] * 9
    with pytest.raises(ReleaseUnfinishedError):
        await world.release()
    assert (await world.release()).outcomes == {Outcome.RELEASED: 3}


async def down(*_: object) -> dict[str, AccessLicense]:
    """A QRS that is not there."""
    raise QrsUnavailableError("QRS did not answer")


async def test_a_qrs_that_keeps_failing_is_left_alone_and_messages_are_put_back() -> None:
    """Two failures raise; with the third the message is put back instead of being used up."""
    world = ReleaseWorld()
    world.site.access_licenses_by_id = down  # type: ignore[assignment,method-assign]
    for _ in range(2):
        with pytest.raises(QrsUnavailableError):
            await world.release()
    run = await world.release()
    assert "put back" in run.summary()
    assert world.queue.put[0][1] == PAUSE
    assert json.loads(world.queue.put[0][0]) == json.loads(world.text())
    assert world.telemetry.names() == ["breaker.open"]


async def test_while_the_breaker_is_open_qrs_is_not_asked_and_after_it_work_goes_on() -> None:
    """Messages wait in the queue; the first success closes the breaker for all."""
    world = ReleaseWorld()
    real = world.site.access_licenses_by_id
    world.site.access_licenses_by_id = down  # type: ignore[assignment,method-assign]
    for _ in range(2):
        with pytest.raises(QrsUnavailableError):
            await world.release()
    await world.release()
    world.site.access_licenses_by_id = real  # type: ignore[method-assign]

    assert "put back" in (await world.release()).summary()
    assert world.site.reads == []
    world.time.now += PAUSE
    assert (await world.release()).outcomes == {Outcome.RELEASED: 1}


async def test_deletes_that_fail_for_want_of_qrs_open_the_breaker_too() -> None:
    """Only the licenses that failed are put back."""
    world = ReleaseWorld(licenses(2))
    for _ in range(2):
        world.site.answers = [QrsUnavailableError("down"), QrsUnavailableError("down")]
        with pytest.raises(Exception, match="could not be settled"):
            await world.release()
    world.site.answers = [QrsUnavailableError("down")]
    await world.release()
    put_back = json.loads(world.queue.put[0][0])
    assert [item["license_id"] for item in put_back["licenses"]] == [guid(1)]
    assert world.outcome(2) is Outcome.RELEASED


async def test_a_delete_that_waited_too_long_is_sent_after_another_look_only() -> None:
    """Who used the license meanwhile keeps it; the others go all the same."""
    world = ReleaseWorld(licenses(3))

    def wait(_: str) -> None:
        world.site.before_delete = lambda _: None
        world.time.now += OneByOne.look_holds + timedelta(seconds=1)
        used = replace(world.site.licenses[guid(2)], last_used=world.time.now)
        world.site.licenses[guid(2)] = used

    world.site.before_delete = wait
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 2, Outcome.KEPT_USED_SINCE: 1}
    assert world.site.deleted == [guid(1), guid(3)]
    assert world.site.reads.count("analyzer by id") == 3


async def test_a_message_that_works_past_midnight_keeps_its_day() -> None:
    """All its releases count for the day on which it was begun."""
    world = ReleaseWorld(licenses(30))
    text = world.text().replace("2026-11-22T03", "2026-11-23T03")

    def midnight(_: str) -> None:
        world.time.now = NOW.replace(day=23, hour=0, minute=0)

    world.site.before_delete = midnight
    world.time.now = NOW.replace(hour=23, minute=58)
    assert (await world.release(text)).outcomes == {Outcome.RELEASED: 30}
    budgets = [await world.ledger.state(DailyBudget, f"2026-11-{day}") for day in (22, 23)]
    assert [budget.total() for budget in budgets if budget] == [30]
    assert {row.reserved_on for row in world.ledger.rows.values()} == {"2026-11-22"}


async def test_what_there_was_no_time_for_is_put_back_with_what_failed() -> None:
    """QRS fails as time runs out: neither the failed license nor those not begun get lost."""
    world = ReleaseWorld(licenses(60))
    for _ in range(FAILURES_TO_OPEN - 1):
        await QrsBreaker(world.ledger, world.time).tell_failure()

    def slow(license_id: str) -> None:
        if license_id == guid(50):  # the last of the first batch
            world.time.now = NOW + DEADLINE

    world.site.before_delete = slow
    world.site.answers = [QrsUnavailableError("down")]
    await world.release()
    put_back = json.loads(world.queue.put[0][0])
    numbers = [1, *range(51, 61)]
    assert [item["license_id"] for item in put_back["licenses"]] == [guid(n) for n in numbers]
    assert len(world.site.deleted) == 49


async def test_a_message_that_can_not_finish_in_time_hands_the_rest_back() -> None:
    """What was deleted is confirmed and recorded; the others go into a message of their own."""
    world = ReleaseWorld(licenses(60))

    def slow(license_id: str) -> None:
        if license_id == guid(50):  # the last of the first batch
            world.time.now = NOW + DEADLINE

    world.site.before_delete = slow
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 50}
    left = json.loads(world.queue.put[0][0])
    assert len(left["licenses"]) == 10
    assert left["plan_id"] == "p1"
    assert "handed back" in run.summary()
    world.time.now = NOW
    world.site.before_delete = lambda _: None
    await world.release(world.queue.put[0][0])
    assert len(world.site.deleted) == 60


async def test_nothing_goes_without_an_approval_where_one_is_required() -> None:
    """Also for a message that was queued before approval was required."""
    world = ReleaseWorld(switches=replace(OPEN, approval_required=True))
    run = await world.release()
    assert "APPROVAL" in run.summary()
    assert world.site.deleted == []
    await world.ledger.change_state(Approval, "p1", lambda _: Approval(NOW, "x"))
    assert (await world.release()).outcomes == {Outcome.RELEASED: 1}


async def test_every_step_is_in_the_audit_with_before_image_and_decision() -> None:
    """Begun and released, each an entry that is never changed."""
    world = ReleaseWorld()
    await world.release()
    await world.release()
    entries = await world.ledger.audit_of("p1", guid(1))
    assert [entry.happened for entry in entries] == ["releasing", "released"]
    assert all(entry.before and "unused" in entry.decision for entry in entries)


async def test_people_are_told_once_that_licenses_went() -> None:
    """A repeated message brings no second notice."""
    world = ReleaseWorld(licenses(3))
    await world.release()
    await world.release()
    assert [notice.figures["released"] for notice in world.notifier.notices] == [3]


async def test_a_selection_deletes_the_same_licenses_in_fewer_requests() -> None:
    """A hundred licenses go by one selection; each is accounted for by reading."""
    world = ReleaseWorld(licenses(100), strategy=BySelection)
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 100}
    assert world.site.reads.count("analyzer by id") == 2


@pytest.mark.parametrize(("seconds", "selections"), [(120, 1), (121, 2)])
async def test_a_selection_that_took_too_long_to_make_is_made_again(
    seconds: int, selections: int
) -> None:
    """After another look; a slow site has two minutes for it."""
    world = ReleaseWorld(licenses(3), strategy=BySelection)
    waited: list[int] = []

    def wait() -> None:
        if not waited:
            world.time.now += timedelta(seconds=seconds)
        waited.append(seconds)

    world.site.before_selection = wait
    assert (await world.release()).outcomes == {Outcome.RELEASED: 3}
    assert len(waited) == selections
    assert world.site.reads.count("analyzer by id") == selections + 1


async def test_a_selection_whose_answer_got_lost_is_read_before_anything_else() -> None:
    """What it deleted is recorded as released, what it did not is tried again."""
    world = ReleaseWorld(licenses(4), strategy=BySelection)
    world.site.selection_stops_after = 2
    run = await world.release()
    assert run.outcomes == {Outcome.RELEASED: 4}
    assert [len(selection) for selection in world.site.selections] == [4, 2]
    assert len(world.site.deleted) == 4
