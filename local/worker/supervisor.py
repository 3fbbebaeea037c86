"""Keeps one worker running: starts it again when it dies, but not for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from local.worker.invocation import InvocationResult, WorkerDiedError, WorkerError
from local.worker.worker import Worker


class WorkerSupervisor:
    """One worker at a time.

    Args:
        open_worker: starts a worker.
        max_restarts: how often a dead worker is replaced.
        timeout: longest run of a function; over it the worker is killed, as in Azure.
        on_restart: told how the last worker ended, whenever a new one is started.
    """

    def __init__(
        self,
        open_worker: Callable[[], Awaitable[Worker]],
        max_restarts: int,
        timeout: timedelta | None,
        on_restart: Callable[[str], None],
    ) -> None:
        self._open = open_worker
        self._restarts_left = max_restarts
        self._timeout = timeout
        self._on_restart = on_restart
        self._lock = asyncio.Lock()
        self._worker: Worker | None = None
        self._last_death = "the worker has not been started"

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None before the first start."""
        return None if self._worker is None else self._worker.pid

    async def worker(self) -> Worker:
        """Returns the running worker; starts one when there is none.

        Raises:
            WorkerError: it died more often than is allowed, or the app cannot be loaded.
        """
        async with self._lock:
            if self._worker is None:
                self._worker = await self._open()
            elif not self._worker.alive:
                await self._worker.close()
                if self._restarts_left == 0:
                    raise WorkerError(
                        f"The worker keeps dying; not started again. {self._last_death}"
                    )
                self._restarts_left -= 1
                self._on_restart(self._last_death)
                self._worker = await self._open()
            return self._worker

    async def call(
        self, name: str, call: Callable[[Worker], Awaitable[InvocationResult]]
    ) -> InvocationResult:
        """Makes a call on the worker.

        Raises:
            WorkerDiedError: the worker died meanwhile, or was killed because the call took long.
            WorkerError: there is no worker any more.
        """
        worker = await self.worker()
        seconds = None if self._timeout is None else self._timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await call(worker)
        except TimeoutError:
            worker.kill()
            await worker.close()
            self._last_death = f"{name} ran longer than functionTimeout ({self._timeout})."
            raise WorkerDiedError(self._last_death) from None
        except WorkerDiedError as error:
            self._last_death = str(error)
            raise

    async def close(self) -> None:
        """Ends the worker."""
        async with self._lock:
            if self._worker is not None:
                await self._worker.close()
