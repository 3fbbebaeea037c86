"""Messages that were not acted upon: listed, explained, replayed, discarded; never lost."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import LedgerError, MessageQueueError
from shared.domain.messages import split, to_json
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.runs import MessageRefusal, RefusedMessage
from shared.usecases.poison_messages import (
    DiscardRefusedError,
    PoisonMessages,
    ReplayRefusedError,
    UnknownMessageError,
)
from tests.unit.build import ANALYZER, NOW, a_license, a_user, guid
from tests.unit.fakes import ManualTime, MemoryLedger, RecordingQueue


def a_body(site: str = "prod") -> str:
    """A message with the licenses 1 and 2, good for an hour."""
    later = NOW + timedelta(hours=1)
    rows = [a_license(1), a_license(2)]
    return to_json(split(site=site, plan_id="p1", expires_at=later, licenses=rows)[0])


def a_message(
    message_id: str = "m1",
    body: str | None = None,
    refusal: MessageRefusal = MessageRefusal.POISON,
) -> RefusedMessage:
    """A message that failed on every try."""
    text = a_body() if body is None else body
    return RefusedMessage(
        message_id, "release-candidates-poison", refusal, "why", text, 5, seen_at=NOW
    )


@dataclass
class World:
    """A ledger with kept messages, and somebody who looks after them."""

    messages: list[RefusedMessage] = field(default_factory=lambda: [a_message()])
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    time: ManualTime = field(default_factory=ManualTime)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        """Keep the messages."""
        self.ledger.messages = self.messages
        self.poison = PoisonMessages("prod", self.ledger, self.queue, self.time)

    def settled(self) -> list[str]:
        """What was done about each message."""
        return [message.settled for message in self.ledger.messages]


async def test_all_kept_messages_are_listed_newest_first() -> None:
    """Not only those of the poison queue."""
    older = replace(
        a_message("m0", refusal=MessageRefusal.EXPIRED), seen_at=NOW - timedelta(days=1)
    )
    world = World([older, a_message("m1")])
    assert [message.message_id for message in await world.poison.kept()] == ["m1", "m0"]


async def test_a_message_is_explained_license_by_license() -> None:
    """What it asks for, and what the ledger says of each license under its plan."""
    world = World()
    failed = ReleaseRecord(
        site="prod",
        plan_id="p1",
        license_id=guid(2),
        license_type=ANALYZER,
        user_id=a_user(2).id,
        account="LAB\\user2",
        outcome=Outcome.FAILED,
        detail="QRS answered 500",
        started_at=NOW,
    )
    await world.ledger.save_releases([failed])
    told = await world.poison.explain("m1")
    assert told.request is not None
    assert told.request.plan_id == "p1"
    assert [state.expected.license_id for state in told.licenses] == [guid(1), guid(2)]
    assert [state.release for state in told.licenses] == [None, failed]
    assert told.reason_not_to_replay == ""


async def test_a_body_that_is_no_message_is_explained_all_the_same() -> None:
    """There are no licenses to tell of, and replaying can't help."""
    told = await World([a_message(body="{")]).poison.explain("m1")
    assert (told.request, told.licenses) == (None, ())
    assert "malformed" in told.reason_not_to_replay


async def test_a_replayed_message_is_queued_as_it_was_and_marked() -> None:
    """At once; the record stays and says when."""
    world = World()
    settled = await world.poison.replay("m1")
    assert world.queue.put == [(a_body(), timedelta(0))]
    assert settled.settled == "replayed at 2026-11-22T02:30:00+00:00"
    assert world.settled() == [settled.settled]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", "malformed"),
        (a_body().replace('"version": 1', '"version": 9'), "unknown_version"),
        (a_body(site="other"), "other_site"),
    ],
)
async def test_what_would_be_refused_again_is_not_replayed(body: str, reason: str) -> None:
    """The error has the reason; nothing is queued or marked."""
    world = World([a_message(body=body)])
    with pytest.raises(ReplayRefusedError, match=reason):
        await world.poison.replay("m1")
    assert (world.queue.put, world.settled()) == ([], [""])


async def test_an_expired_message_is_not_replayed() -> None:
    """The next plan decides anew."""
    world = World()
    world.time.now = NOW + timedelta(hours=1)
    with pytest.raises(ReplayRefusedError, match=r"expired.*the next plan decides anew"):
        await world.poison.replay("m1")
    assert world.queue.put == []


async def test_a_message_is_replayed_once() -> None:
    """If it fails again, it is listed again, under the id of its new message."""
    world = World()
    await world.poison.replay("m1")
    with pytest.raises(ReplayRefusedError, match=r"replayed at .* new id"):
        await world.poison.replay("m1")
    assert len(world.queue.put) == 1


async def test_a_message_that_could_not_be_queued_is_not_marked() -> None:
    """It can be replayed again."""
    world = World()
    world.poison = replace(world.poison, queue=_BrokenQueue())
    with pytest.raises(MessageQueueError):
        await world.poison.replay("m1")
    assert world.settled() == [""]


class _BrokenQueue(RecordingQueue):
    """A queue that takes nothing."""

    async def put_back(self, text: str, delay: timedelta) -> None:
        raise MessageQueueError("the queue is down")


async def test_a_message_that_was_queued_and_not_marked_can_be_replayed_again() -> None:
    """A crash between the two queues it twice, and releases nothing twice."""
    world = World(ledger=_ForgetfulLedger())
    with pytest.raises(LedgerError):
        await world.poison.replay("m1")
    await world.poison.replay("m1")
    assert len(world.queue.put) == 2


class _ForgetfulLedger(MemoryLedger):
    """A ledger that can't mark a message the first time."""

    failed: bool = False

    async def settle_message(self, message_id: str, how: str) -> None:
        if not self.failed:
            self.failed = True
            raise LedgerError("the tables are down")
        await super().settle_message(message_id, how)


async def test_a_discarded_message_is_marked_and_stays() -> None:
    """Discarding it again says the same; nothing is queued."""
    world = World()
    first = await world.poison.discard("m1")
    world.time.now = NOW + timedelta(hours=2)
    assert await world.poison.discard("m1") == first
    assert first.settled == "discarded at 2026-11-22T02:30:00+00:00"
    assert first.body == a_body()
    assert world.queue.put == []


async def test_a_discarded_message_may_be_replayed_after_all() -> None:
    """People change their minds."""
    world = World()
    await world.poison.discard("m1")
    assert (await world.poison.replay("m1")).settled.startswith("replayed at")


async def test_a_replayed_message_can_not_be_discarded() -> None:
    """It is in the queue: what was written down about that must stay."""
    world = World()
    await world.poison.replay("m1")
    with pytest.raises(DiscardRefusedError, match="replayed at"):
        await world.poison.discard("m1")


@pytest.mark.parametrize("what", ["explain", "replay", "discard"])
async def test_an_unknown_message_is_said_to_be_unknown(what: str) -> None:
    """The error says how to list those that there are."""
    with pytest.raises(UnknownMessageError, match="poison list"):
        await getattr(World().poison, what)("m2")
