"""Other instances use all that QRS may be asked at once: messages wait, and nothing is lost."""

import json

import pytest

from shared.domain.breaker import Breaker
from shared.domain.errors import NoSlotError, QrsError
from shared.domain.release import Outcome
from shared.usecases.delete_strategies import BySelection, OneByOne
from shared.usecases.qrs_breaker import BREAKER
from shared.usecases.release_licenses import NO_SLOT_PAUSE
from tests.unit.build import guid
from tests.unit.usecases.release_world import ReleaseWorld, licenses


async def test_a_message_without_a_share_waits_in_the_queue_and_is_no_failure() -> None:
    """Nothing is asked of QRS, no try is used up, and the breaker does not count it."""
    world = ReleaseWorld()
    world.share.refused = True
    run = await world.release()
    assert "put back" in run.summary()
    text, delay = world.queue.put[0]
    assert (json.loads(text), delay) == (json.loads(world.text()), NO_SLOT_PAUSE)
    assert world.site.reads == []
    assert world.telemetry.names() == ["release.waits"]
    assert await world.ledger.state(Breaker, BREAKER) is None
    world.share.refused = False
    assert (await world.release(text)).outcomes == {Outcome.RELEASED: 1}


async def test_a_share_is_held_while_a_message_is_worked_and_not_longer() -> None:
    """It asks for as many as it would send."""
    world = ReleaseWorld(licenses(2))
    held: list[int] = []
    world.site.before_delete = lambda _: held.append(world.share.holders)
    await world.release()
    assert held == [1, 1]
    assert world.share.holders == 0
    await ReleaseWorld(strategy=BySelection, share=world.share).release()
    assert world.share.wanted == [OneByOne.requests_at_once, BySelection.requests_at_once]


@pytest.mark.parametrize("strategy", [OneByOne, BySelection])
async def test_what_was_not_sent_for_want_of_a_slot_is_released_later(
    strategy: type[OneByOne | BySelection],
) -> None:
    """A DELETE that was not let through is none: the message waits, and no license fails."""
    world = ReleaseWorld(licenses(30), strategy=strategy)
    real, sent = world.site.access_licenses_by_id, 0

    def no_more(_: str) -> None:
        nonlocal sent
        sent += 1
        if sent > 10:
            world.site.access_licenses_by_id = none_left  # type: ignore[assignment,method-assign]
            raise NoSlotError("others use all")

    async def none_left(*_: object) -> dict[str, object]:
        raise NoSlotError("others use all")

    world.site.before_delete = no_more
    run = await world.release()
    assert "put back" in run.summary()
    assert world.site.deleted == [guid(number) for number in range(1, 11)]
    assert {row.outcome for row in world.ledger.rows.values()} == {Outcome.RELEASING}
    world.site.access_licenses_by_id = real  # type: ignore[method-assign]
    world.site.before_delete = lambda _: None
    run = await world.release(world.queue.put[0][0])
    assert run.outcomes == {Outcome.RELEASED: 30}
    assert sorted(world.site.deleted) == sorted(guid(number) for number in range(1, 31))


def test_no_slot_is_a_failure_of_qrs_for_who_only_reads() -> None:
    """Reading on a timer handles it as any other reason why QRS can't be asked."""
    assert issubclass(NoSlotError, QrsError)
