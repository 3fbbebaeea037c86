"""The queue trigger, by the rules of the storage extension (facts: azure 2 and B3)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from azure.core.exceptions import AzureError

from local.host.host_json import QueueOptions
from local.host.message_lease import renewed
from local.host.queue_output import decode
from local.host.queue_storage import Received, StorageQueue
from local.worker.invocation import QueueDelivery, WorkerDiedError

_SHORTEST_POLL = timedelta(milliseconds=100)


class Outcome(StrEnum):
    """What became of a delivery."""

    OK = "ok"
    FAILED = "failed"  # hidden for visibilityTimeout, then tried again
    POISONED = "poisoned"
    LOST = "lost"  # the worker died: the message appears again when its lease is over


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A queue function and its queues.

    Attributes:
        function: name of the function.
        queue: the queue that it listens to.
        poison: where hopeless messages go; None for a queue that is a poison queue itself.
        binary: whether the function takes bytes.
    """

    function: str
    queue: StorageQueue
    poison: StorageQueue | None
    binary: bool = False

    def close(self) -> None:
        """Closes the connections."""
        self.queue.close()
        if self.poison is not None:
            self.poison.close()


class QueueListener:
    """Takes messages from one queue and has the function run for each.

    Args:
        trigger: the function and its queues.
        options: `extensions.queues` of host.json.
        lease: how long a message is hidden while it runs; renewed at half time.
        run: calls the function; True when it succeeded.
        report: told of every outcome, with a sentence about it.

    Attributes:
        trigger: the function and its queues.
        settled: deliveries done with so far, whatever their outcome.
    """

    def __init__(
        self,
        trigger: QueueTrigger,
        options: QueueOptions,
        lease: timedelta,
        run: Callable[[str, QueueDelivery], Awaitable[bool]],
        report: Callable[[str, Outcome | None, str], None],
    ) -> None:
        self.trigger = trigger
        self._options = options
        self._lease = lease
        self._run = run
        self._report = report
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._fatal: BaseException | None = None
        self.settled = 0

    @property
    def busy(self) -> bool:
        """Whether a message is being processed."""
        return bool(self._running)

    def wake(self) -> None:
        """Has it look at the queue at once: the host itself put a message there."""
        self._wake.set()

    def stop(self) -> None:
        """Has listen() return when what is running has finished."""
        self._stopping = True
        self._wake.set()

    async def listen(self, longest_poll: timedelta = timedelta.max) -> None:
        """Takes messages until stopped or cancelled; what is running is finished first.

        Args:
            longest_poll: wait no longer than this between looks, whatever maxPollingInterval says.

        Raises:
            WorkerError: the worker keeps dying.
        """
        self._stopping, self._fatal = False, None
        longest = min(longest_poll, self._options.max_polling_interval)
        delay = _SHORTEST_POLL
        try:
            while not self._stopping:
                self._wake.clear()
                found = await self._take_batch()
                delay = _SHORTEST_POLL if found else min(delay * 2, longest)
                await self._wait(delay)
                if self._fatal is not None:
                    raise self._fatal
        finally:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _take_batch(self) -> int:
        if len(self._running) > self._options.new_batch_threshold:
            return 0
        receiving = asyncio.ensure_future(self._receive())
        try:
            batch = await asyncio.shield(receiving)
        except asyncio.CancelledError:
            # The thread goes on and takes messages; nobody else sees them, so we process them.
            self._begin(await receiving)
            raise
        self._begin(batch)
        return len(batch)

    async def _receive(self) -> list[Received]:
        try:
            return await self.trigger.queue.receive(self._options.batch_size, self._lease)
        except AzureError as error:
            self._tell(None, f"{self.trigger.queue.name} cannot be read: {error}")
            return []

    def _begin(self, batch: list[Received]) -> None:
        for message in batch:
            task = asyncio.create_task(self._process(message))
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.settled += 1
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fatal = error
        self._wake.set()

    async def _wait(self, delay: timedelta) -> None:
        full = len(self._running) > self._options.new_batch_threshold
        seconds = None if full else delay.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _process(self, message: Received) -> None:
        try:
            await self._process_or_raise(message)
        except AzureError as error:
            # The lease was lost, or storage is away: the message appears again by itself.
            self._tell(Outcome.LOST, f"message {message.message_id}: {error}")

    async def _process_or_raise(self, message: Received) -> None:
        try:
            body = decode(message.text, as_base64=self._options.base64)
        except ValueError:
            await self._give_up(message, "its text is not base64; the function was not called")
            return
        if message.dequeue_count > self._options.max_dequeue_count:
            await self._give_up(message, f"received {message.dequeue_count} times")
            return
        try:
            succeeded = await self._run_leased(message, body)
        except WorkerDiedError as error:
            self._tell(Outcome.LOST, f"message {message.message_id}: {error}")
            return
        await self._settle(message, succeeded=succeeded)

    async def _settle(self, message: Received, *, succeeded: bool) -> None:
        if succeeded:
            await self.trigger.queue.delete(message)
            self._tell(Outcome.OK, f"message {message.message_id}")
        elif message.dequeue_count >= self._options.max_dequeue_count:
            await self._give_up(message, f"failed {message.dequeue_count} times")
        else:
            if self.trigger.poison is not None:  # else it stays hidden: no fast endless loop
                await self.trigger.queue.hide(message, self._options.visibility_timeout)
            self._tell(
                Outcome.FAILED, f"message {message.message_id}, delivery {message.dequeue_count}"
            )

    async def _give_up(self, message: Received, reason: str) -> None:
        if self.trigger.poison is None:
            self._tell(
                Outcome.FAILED, f"message {message.message_id} stays: {reason}, no poison queue"
            )
            return
        await self.trigger.poison.put(message.text)
        await self.trigger.queue.delete(message)
        self._tell(
            Outcome.POISONED,
            f"message {message.message_id} went to {self.trigger.poison.name}: {reason}",
        )

    async def _run_leased(self, message: Received, body: bytes) -> bool:
        try:
            content = body if self.trigger.binary else body.decode()
        except UnicodeDecodeError:
            self._tell(None, f"message {message.message_id} is no UTF-8 text, so it fails")
            return False
        delivery = QueueDelivery(
            content,
            message.message_id,
            message.dequeue_count,
            message.inserted,
            message.expires,
            message.next_visible,
            message.pop_receipt,
        )
        async with renewed(self.trigger.queue, message, self._lease, self._not_renewed):
            return await self._run(self.trigger.function, delivery)

    def _not_renewed(self, message: Received, error: AzureError) -> None:
        self._tell(None, f"lease of message {message.message_id} not renewed: {error}")

    def _tell(self, outcome: Outcome | None, text: str) -> None:
        self._report(self.trigger.function, outcome, text)
