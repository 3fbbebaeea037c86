"""The queue trigger's rules, by a real worker on real queues."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local.host.events import Drained
from local.host.host_json import QueueOptions
from local.host.message_lease import renewed
from local.host.queue_storage import Received, StorageQueue
from local.host.queue_trigger import Outcome, QueueListener, QueueTrigger
from local.worker.invocation import QueueDelivery, WorkerError
from tests.integration.local_host.conftest import Box, StartHost, write_app

LIMIT = timedelta(seconds=30)


async def drained(start: StartHost, app: Path, *, lease_seconds: int = 60) -> Drained:
    """Starts a host and drains its queues."""
    async with start(app, lease_seconds=lease_seconds) as host:
        return await host.drain_queues(LIMIT)


async def test_messages_are_decoded_run_and_deleted(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """Base64 messages reach the function as text, and are gone when it has succeeded."""
    await box.put("one", "zwei ü")
    assert await drained(start_host, write_app(tmp_path)) == Drained(ok=2)
    assert sorted(map(str, box.logged("work", "text"))) == ["one", "zwei ü"]
    assert await box.queue.count() == 0


async def test_an_undecodable_message_goes_to_poison_without_a_call(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """A message that is not base64 is moved as it stands; the function never sees it."""
    await box.queue.put("<not base64>")
    app = write_app(tmp_path)
    (app / "function_app.py").write_text(_without_bury((app / "function_app.py").read_text()))
    assert await drained(start_host, app) == Drained(poisoned=1)
    assert box.logged("work", "text") == []
    moved = await box.poison.receive(32, timedelta(minutes=1))
    assert [message.text for message in moved] == ["<not base64>"]


async def test_with_encoding_none_text_is_taken_as_it_stands(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """With messageEncoding none the host neither decodes nor refuses."""
    await box.queue.put("<plain>")
    app = write_app(tmp_path, messageEncoding="none")
    assert await drained(start_host, app) == Drained(ok=1)
    assert box.logged("work", "text") == ["<plain>"]


async def test_a_failing_message_is_tried_again_and_ends_in_poison(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """After maxDequeueCount deliveries, each with its count, the poison queue gets it."""
    source = write_app(tmp_path).joinpath("function_app.py").read_text()
    app = write_app(
        tmp_path, source.replace('if text == "fail"', 'if text == "never"'), maxDequeueCount=3
    )
    await box.put("fail")
    assert await drained(start_host, app) == Drained(ok=1, failed=2, poisoned=1)
    assert box.logged("work", "delivery") == [1, 2, 3]
    assert box.logged("bury", "text") == ["fail"]
    assert "ValueError: as asked" in box.text


async def test_a_failed_message_is_hidden_for_the_visibility_timeout(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """After a failure the message stays, hidden, and the drain says that it is left."""
    await box.put("fail")
    app = write_app(tmp_path, visibilityTimeout="00:05:00")
    async with start_host(app) as host:
        result = await host.drain_queues(timedelta(seconds=2))
    assert result == Drained(failed=1, left=1)
    assert await box.take(box.queue) == []


async def test_a_poison_queue_has_no_poison_queue(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """A message that fails in a poison queue stays there, hidden; nothing is created for it."""
    await box.poison.put(base64.b64encode(b"fail").decode())
    app = write_app(tmp_path, maxDequeueCount=1)
    async with start_host(app) as host:
        result = await host.drain_queues(timedelta(seconds=2))
    assert result == Drained(failed=1, left=1)
    assert await box.poison.count() == 1
    nested = StorageQueue.connect(box.connection_string, f"{box.name}-poison-poison")
    assert await nested.count() == 0
    nested.close()


async def test_at_most_a_batch_runs_at_once(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """With batchSize 2 and newBatchThreshold 0 two messages run side by side, never three."""
    await box.put("pair", "pair", "pair", "pair", "pair", "pair")
    assert await drained(start_host, write_app(tmp_path, batchSize=2)) == Drained(ok=6)
    assert set(map(int, map(str, box.logged("active", "active")))) == {1, 2}


async def test_bytes_that_are_no_text_fail_and_are_poisoned(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """A body that is no UTF-8 cannot be bound to text: it fails, as in Azure, and is not lost."""
    await box.queue.put(base64.b64encode(b"\xff\xfe").decode())
    app = write_app(tmp_path, maxDequeueCount=2)
    (app / "function_app.py").write_text(_without_bury((app / "function_app.py").read_text()))
    assert await drained(start_host, app) == Drained(failed=1, poisoned=1)
    assert await box.poison.count() == 1


async def test_a_message_of_a_crash_comes_back_after_its_lease(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """The worker dies, is started again, and the message is delivered a second time."""
    await box.put("die once")
    result = await drained(start_host, write_app(tmp_path), lease_seconds=1)
    assert result == Drained(ok=1, lost=1)
    assert box.logged("work", "delivery") == [1, 2]
    assert "Worker started again. The worker process ended with exit code 3." in box.text


async def test_a_message_that_kills_the_worker_ends_in_poison(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """Crashes count as deliveries, so a deadly message does not come back for ever."""
    await box.put("die")
    app = write_app(tmp_path, maxDequeueCount=1)
    (app / "function_app.py").write_text(_without_bury((app / "function_app.py").read_text()))
    assert await drained(start_host, app, lease_seconds=1) == Drained(lost=1, poisoned=1)


async def test_a_worker_that_keeps_dying_is_given_up(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """After max_restarts the host stops with one clear error."""
    await box.put("die")
    async with start_host(
        write_app(tmp_path, maxDequeueCount=1000), lease_seconds=1, max_restarts=1
    ) as host:
        with pytest.raises(WorkerError, match=r"keeps dying.*exit code 3"):
            await host.drain_queues(LIMIT)
    assert await box.queue.count() == 1


async def test_a_function_that_runs_too_long_is_killed_with_its_worker(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """Over functionTimeout the worker is killed, even one that blocks; the message is not lost."""
    await box.put("block")
    app = write_app(tmp_path, maxDequeueCount=1)
    (app / "host.json").write_text(
        (app / "host.json").read_text().replace('"00:01:00"', '"00:00:01"')
    )
    assert await drained(start_host, app, lease_seconds=1) == Drained(lost=1, ok=1, poisoned=1)
    assert "work ran longer than functionTimeout" in box.text
    assert box.logged("bury", "text") == ["block"]


async def test_a_lease_is_renewed_while_the_function_runs(box: Box) -> None:
    """A message stays hidden for longer than its lease, and can be settled by its new receipt."""
    queue = CountingQueue.connect(box.connection_string, box.name)
    await box.put("long")
    lease = timedelta(seconds=1)
    (message,) = await queue.receive(1, lease)
    first_receipt = message.pop_receipt
    async with renewed(queue, message, lease, lambda _message, error: pytest.fail(str(error))):
        await queue.hidden_three_times.wait()  # 1.5 s: without renewal the lease is over
        assert await queue.receive(1, lease) == []
    assert message.pop_receipt != first_receipt
    await queue.delete(message)
    queue.close()


async def test_a_message_taken_by_another_is_left_to_it(box: Box) -> None:
    """When the lease was lost and somebody else holds the message, ours is not deleted by us."""
    await box.put("slow")
    others: list[Received] = []
    told: list[Outcome | None] = []

    async def run(_function: str, _delivery: QueueDelivery) -> bool:
        await box.queue.hide(queue.received[0], timedelta(0))  # as if the lease were over
        others.extend(await box.queue.receive(1, timedelta(seconds=60)))
        return True

    def report(_function: str, outcome: Outcome | None, _text: str) -> None:
        told.append(outcome)
        listener.stop()

    queue = TellingQueue.connect(box.connection_string, box.name)
    listener = QueueListener(
        QueueTrigger("work", queue, box.poison),
        QueueOptions(),
        timedelta(seconds=60),
        run,
        report,
    )
    await listener.listen()
    queue.close()
    assert told == [Outcome.LOST]
    await box.queue.delete(others[0])


def _without_bury(source: str) -> str:
    start = source.index('@app.queue_trigger(arg_name="message", queue_name="%WORK%-poison"')
    return source[:start] + source[source.index('@app.route("echo') :]


class CountingQueue(StorageQueue):
    """A real queue that says when a message was hidden for the third time."""

    def __init__(self, client: QueueClient) -> None:
        super().__init__(client)
        self.left = 3
        self.hidden_three_times = asyncio.Event()

    async def hide(self, message: Received, span: timedelta) -> None:
        """Hides, and counts."""
        await super().hide(message, span)
        self.left -= 1
        if self.left == 0:
            self.hidden_three_times.set()


class TellingQueue(StorageQueue):
    """A real queue that keeps copies of what was received."""

    def __init__(self, client: QueueClient) -> None:
        super().__init__(client)
        self.received: list[Received] = []

    async def receive(self, count: int, lease: timedelta) -> list[Received]:
        """Receives, and keeps copies."""
        batch = await super().receive(count, lease)
        self.received.extend(replace(message) for message in batch)
        return batch
