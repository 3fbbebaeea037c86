"""All queue triggers of an app together: let them listen, or drain their queues."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from local.host.events import Drained
from local.host.queue_trigger import Outcome, QueueListener
from local.worker.invocation import WorkerError

_DRAIN_POLL = timedelta(milliseconds=200)


class QueueGroup:
    """The listeners of an app."""

    def __init__(self, listeners: Sequence[QueueListener]) -> None:
        self._listeners = listeners
        self._drained = Drained()

    def count(self, outcome: Outcome | None) -> None:
        """Takes note of what became of a delivery."""
        if outcome is not None:
            self._drained.count(outcome)

    def wake(self, queues: Collection[str]) -> None:
        """Has the listeners of these queues look at once."""
        for listener in self._listeners:
            if listener.trigger.queue.name in queues:
                listener.wake()

    async def listen(self) -> None:
        """Lets all of them listen until cancelled.

        Raises:
            WorkerError: the worker keeps dying.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for listener in self._listeners:
                    group.create_task(listener.listen())
        except* WorkerError as errors:
            raise errors.exceptions[0] from None

    async def drain(self, limit: timedelta) -> Drained:
        """Processes messages until every queue is empty and nothing runs, or time is up.

        Raises:
            WorkerError: the worker keeps dying.
        """
        self._drained = drained = Drained()
        try:
            async with asyncio.TaskGroup() as group:
                for listener in self._listeners:
                    group.create_task(listener.listen(_DRAIN_POLL))
                await self._until_quiet(limit)
        except* WorkerError as errors:
            raise errors.exceptions[0] from None
        drained.left = sum([await each.trigger.queue.count() for each in self._listeners])
        return drained

    def close(self) -> None:
        """Closes the connections."""
        for listener in self._listeners:
            listener.trigger.close()

    async def _until_quiet(self, limit: timedelta) -> None:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                while not await self._is_quiet():  # noqa: ASYNC110 - storage has no event for it
                    await asyncio.sleep(_DRAIN_POLL.total_seconds())
        except TimeoutError:
            return
        finally:
            for listener in self._listeners:
                listener.stop()

    async def _is_quiet(self) -> bool:
        settled = self._settled()
        if settled is None:
            return False
        for listener in self._listeners:
            if await listener.trigger.queue.count():
                return False
        # A run that ended between two of these looks may have filled a queue seen empty before.
        return self._settled() == settled

    def _settled(self) -> int | None:
        """How many deliveries are done with; None while one is running."""
        if any(listener.busy for listener in self._listeners):
            return None
        return sum(listener.settled for listener in self._listeners)
