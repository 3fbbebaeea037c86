"""StorageMessageQueue on a real Azurite, read with the local host's own queue trigger code."""

import asyncio
import json
import logging
import socket
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.host.queue_output import decode
from local.host.queue_storage import Received, StorageQueue
from shared.adapters.message_queue import StorageMessageQueue
from shared.domain.errors import MessageQueueError
from shared.usecases.ports import MessageQueue

NOW = timedelta(0)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def name() -> str:
    """A queue that no other test uses."""
    return f"q{uuid4().hex}"


@pytest.fixture
def queue(azurite: Azurite, name: str) -> Iterator[StorageMessageQueue]:
    """The adapter; its queue does not exist yet."""
    queue = StorageMessageQueue.from_connection_string(azurite.connection_string, queue=name)
    yield queue
    queue.close()


@pytest.fixture
def reader(azurite: Azurite, name: str) -> Iterator[StorageQueue]:
    """The local host's side of the queue."""
    reader = StorageQueue.connect(azurite.connection_string, name)
    yield reader
    reader.close()


async def received(reader: StorageQueue) -> list[Received]:
    """What a queue trigger gets, kept from others for a minute."""
    return await reader.receive(32, MINUTE)


def bodies(messages: list[Received]) -> list[str]:
    """The texts as the trigger hands them to the function."""
    return [decode(message.text, as_base64=True).decode() for message in messages]


async def test_what_is_put_back_reaches_the_trigger(
    queue: StorageMessageQueue, reader: StorageQueue
) -> None:
    """The queue is made, and the text arrives as it was, whatever is in it."""
    port: MessageQueue = queue
    text = json.dumps({"user": "DIR\\Zoë <&>", "n": 1}, ensure_ascii=False, indent=2)
    await port.put_back(text, NOW)
    (message,) = await received(reader)
    assert bodies([message]) == [text]
    assert message.dequeue_count == 1


@pytest.mark.parametrize(
    ("delay", "hidden", "kept"),
    [
        (HOUR, HOUR, 7 * DAY),
        (timedelta(seconds=59, milliseconds=1), MINUTE, 7 * DAY),
        (timedelta(days=6, hours=12), timedelta(days=6, hours=12), timedelta(days=7, hours=12)),
        (7 * DAY, 7 * DAY - MINUTE, 8 * DAY - MINUTE),
        (timedelta.max, 7 * DAY - MINUTE, 8 * DAY - MINUTE),
        (-HOUR, NOW, 7 * DAY),
        (timedelta.min, NOW, 7 * DAY),
    ],
)
async def test_a_delayed_message_is_hidden_and_outlives_its_delay(
    azurite: Azurite, name: str, delay: timedelta, hidden: timedelta, kept: timedelta
) -> None:
    """Delays are whole seconds, never shorter, within what the service takes; it has a day left."""
    answers: list[tuple[timedelta, timedelta]] = []

    class Watched(QueueClient):
        """Remembers when the service says that a message appears and goes."""

        def send_message(self, *args: object, **options: object) -> object:  # type: ignore[override]
            message = super().send_message(*args, **options)  # type: ignore[arg-type]
            assert message.inserted_on
            assert message.next_visible_on
            assert message.expires_on
            answers.append(
                (
                    message.next_visible_on - message.inserted_on,
                    message.expires_on - message.inserted_on,
                )
            )
            return message

    queue = StorageMessageQueue(
        lambda: Watched.from_connection_string(azurite.connection_string, name)
    )
    await queue.put_back("text", delay)
    queue.close()
    assert answers == [(hidden, kept)]


async def test_a_hidden_message_is_in_the_queue_and_not_received(
    queue: StorageMessageQueue, reader: StorageQueue
) -> None:
    """Before its delay is over nobody gets the message, and it counts."""
    await queue.put_back("later", HOUR)
    await queue.put_back("now", NOW)
    assert bodies(await received(reader)) == ["now"]
    assert await reader.count() == 2


async def test_many_are_put_in_their_order(
    queue: StorageMessageQueue, reader: StorageQueue
) -> None:
    """The queue gets all of them, the first one first; none is no work."""
    await queue.send_many([])
    texts = [f"message {number}" for number in range(5)]
    await queue.send_many(texts)
    assert bodies(await received(reader)) == texts


async def test_a_message_that_is_too_large_stops_the_others_with_a_count(
    queue: StorageMessageQueue, reader: StorageQueue
) -> None:
    """48 KiB fit; one byte more is refused, and what was put before it is told."""
    fits = "x" * 48 * 1024
    with pytest.raises(MessageQueueError, match=r"48 KiB .*Of 3 messages 1 stand") as caught:
        await queue.send_many([fits, fits + "x", "never"])
    assert "xxx" not in str(caught.value)
    assert bodies(await received(reader)) == [fits]


async def test_many_tasks_and_two_workers_at_once(
    azurite: Azurite, queue: StorageMessageQueue, reader: StorageQueue, name: str
) -> None:
    """A queue that both make at the same time holds every message of both."""
    other = StorageMessageQueue.from_connection_string(azurite.connection_string, queue=name)
    texts = [f"{number}" for number in range(10)]
    await asyncio.gather(
        *(queue.put_back(text, NOW) for text in texts[:5]),
        *(other.put_back(text, NOW) for text in texts[5:]),
    )
    other.close()
    assert sorted(bodies(await received(reader))) == texts


async def test_a_closed_queue_opens_again(queue: StorageMessageQueue, reader: StorageQueue) -> None:
    """Closing twice or before anything was sent is fine, and the next message goes through."""
    queue.close()
    queue.close()
    await queue.put_back("again", NOW)
    assert bodies(await received(reader)) == ["again"]


async def test_half_a_surrogate_pair_is_refused(queue: StorageMessageQueue) -> None:
    """What is no text ends in a sentence, not in a codec's error."""
    with pytest.raises(MessageQueueError, match="no valid text"):
        await queue.put_back("\ud800", NOW)


async def test_nothing_is_logged_of_a_message(
    queue: StorageMessageQueue, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages hold people's names: none is in a log, at whatever level."""
    with caplog.at_level(logging.DEBUG):
        await queue.put_back("DIR\\somebody", NOW)
    assert "somebody" not in caplog.text


async def complaint_of(queue: StorageMessageQueue) -> str:
    """What a message that can't be put ends with."""
    with pytest.raises(MessageQueueError) as caught:
        await queue.put_back("text", NOW)
    queue.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_nothing_listening() -> None:
    """An address where nothing answers ends in an error that says what to check, without keys."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/acc"
        text = f"QueueEndpoint={address};SharedAccessSignature=sv=2024-01-01&sig=s3cr3t"
        said = await complaint_of(StorageMessageQueue.from_connection_string(text, retries=0))
    assert "did not answer" in said
    assert "AzureWebJobsStorage" in said
    assert "firewall" in said
    assert "s3cr3t" not in said


async def test_a_wrong_key(azurite: Azurite, name: str) -> None:
    """A key that the account doesn't know ends in an error about roles, keys and firewall."""
    text = f"AccountName=devstoreaccount1;AccountKey=Zm9v;QueueEndpoint={azurite.queue}"
    text += "/devstoreaccount1"
    said = await complaint_of(StorageMessageQueue.from_connection_string(text, queue=name))
    assert "403" in said
    assert "Storage Queue Data Contributor" in said
    assert "Zm9v" not in said


@pytest.mark.parametrize("text", ["", "nonsense", "AccountName=a"])
async def test_a_connection_string_that_is_none(text: str) -> None:
    """A connection string that can't be used names the setting, at first use and not before."""
    said = await complaint_of(StorageMessageQueue.from_connection_string(text, retries=0))
    assert "AzureWebJobsStorage" in said
