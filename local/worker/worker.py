"""The host's side of the worker process: start it, call its functions, end it."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from local.worker.invocation import (
    FunctionMetadata,
    IndexingError,
    InvocationResult,
    LogLine,
    QueueDelivery,
    WorkerDiedError,
    WorkerError,
)
from local.worker.launch import launch
from local.worker.pipes import WorkerPipes
from local.worker.protocol import (
    Answer,
    Indexed,
    Invoke,
    Result,
    read_function,
    read_log,
    read_result,
)
from local.worker.trigger_input import (
    TriggerInput,
    http_answer,
    http_input,
    queue_input,
    timer_input,
)
from local.worker.typed_values import HttpRequest, HttpResponse, to_wire

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0

type OnLog = Callable[[LogLine], None]


class Worker:
    """A running worker with one function app loaded.

    Attributes:
        functions: what the app contains.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, answers_fd: int, on_log: OnLog | None
    ) -> None:
        self._process = process
        self._on_log = on_log
        self._pending: dict[str, asyncio.Future[Result]] = {}
        self._logs: dict[str, list[LogLine]] = {}
        self._indexed: asyncio.Future[Indexed] = asyncio.get_running_loop().create_future()
        self.functions: list[FunctionMetadata] = []
        self._pipes = WorkerPipes(process, answers_fd, self._take, self._log)
        self._watch = asyncio.create_task(self._fail_pending_at_the_end())

    @classmethod
    @asynccontextmanager
    async def start(
        cls, app_dir: Path, env: Mapping[str, str], on_log: OnLog | None = None
    ) -> AsyncIterator[Self]:
        """Runs a worker for the length of a with block; arguments and errors as for `open`."""
        worker = await cls.open(app_dir, env, on_log)
        try:
            yield worker
        finally:
            await worker.close()

    @classmethod
    async def open(cls, app_dir: Path, env: Mapping[str, str], on_log: OnLog | None = None) -> Self:
        """Starts a worker and has it load `function_app.py` of `app_dir`.

        Args:
            app_dir: folder of the function app.
            env: the worker's whole environment; nothing of ours is added.
            on_log: called with everything that the app logs or prints.

        Raises:
            IndexingError: the app cannot be loaded, or has no functions.
            WorkerDiedError: the process ended on the way.
        """
        process, answers_fd = await launch(app_dir, env)
        worker = cls(process, answers_fd, on_log)
        try:
            await worker._load()
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the worker can still take calls."""
        return not self._watch.done()

    def kill(self) -> None:
        """Kills the process at once (SIGKILL), as a crash would; close() is still needed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Ends the process: first by closing its pipe, then by force."""
        self._pipes.close_requests()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
        await self._watch

    def function(self, name: str) -> FunctionMetadata:
        """Finds a function by its name.

        Raises:
            WorkerError: the app has none of that name.
        """
        for function in self.functions:
            if function.name == name:
                return function
        known = ", ".join(sorted(each.name for each in self.functions))
        raise WorkerError(f"The app has no function {name!r}; it has {known}.")

    async def invoke(
        self, name: str, given: TriggerInput, *, invocation_id: str | None = None
    ) -> InvocationResult:
        """Calls a function and waits for its end; several calls may be under way at once.

        Raises:
            WorkerDiedError: the process ended before the function did.
            WorkerError: the app has no such function.
        """
        function = self.function(name)
        call_id = invocation_id or str(uuid.uuid4())
        request: Invoke = {
            "id": call_id,
            "function_id": function.function_id,
            "inputs": {str(function.trigger["name"]): to_wire(given.value)},
            "metadata": {key: to_wire(value) for key, value in given.metadata.items()},
            "trace_parent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
        }
        return await self._call(call_id, request)

    async def invoke_timer(self, name: str, *, past_due: bool = False) -> InvocationResult:
        """Calls a timer function."""
        return await self.invoke(name, timer_input(past_due=past_due))

    async def invoke_queue(self, name: str, delivery: QueueDelivery) -> InvocationResult:
        """Calls a queue function with a message."""
        return await self.invoke(name, queue_input(delivery))

    async def invoke_http(self, name: str, request: HttpRequest) -> HttpResponse:
        """Calls an HTTP function; an exception in it is a 500, as in Azure."""
        return http_answer(await self.invoke(name, http_input(request)))

    async def _load(self) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                indexed = await self._indexed
        except TimeoutError:
            raise WorkerError(
                f"The worker did not finish loading the app within {_START_SECONDS:g} s: "
                "does function_app.py wait for something while it is imported?"
            ) from None
        if indexed["failure"]:
            failure = indexed["failure"]
            raise IndexingError(f"{failure['message']}\n{failure['stack']}".rstrip())
        self.functions = [read_function(each) for each in indexed["functions"]]
        if not self.functions:
            raise IndexingError("function_app.py loads, but it registers no function.")

    async def _call(self, call_id: str, request: Invoke) -> InvocationResult:
        if not self.alive:
            raise self._death()
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._pending[call_id] = future
        self._logs[call_id] = []
        try:
            await self._pipes.send(request)
            result = await future
            read = read_result(result, tuple(self._logs[call_id]))
            return replace(read, trace_parent=request["trace_parent"])
        finally:
            del self._pending[call_id], self._logs[call_id]

    def _take(self, answer: Answer) -> None:
        match answer["type"]:
            case "log":
                self._log(read_log(answer))
            case "indexed":
                self._indexed.set_result(answer)
            case "result":
                future = self._pending.get(answer["id"])
                if future is not None and not future.done():
                    future.set_result(answer)

    def _log(self, line: LogLine) -> None:
        if line.invocation_id in self._logs:
            self._logs[line.invocation_id].append(line)
        if self._on_log is not None:
            # From the loop: an error in the callback is the callback's, and the pipe lives on.
            asyncio.get_running_loop().call_soon(self._on_log, line)

    async def _fail_pending_at_the_end(self) -> None:
        await self._pipes.ended()
        await self._process.wait()
        waiting = [future for future in self._pending.values() if not future.done()]
        for future in waiting:
            future.set_exception(self._death())
        if not self._indexed.done():
            self._indexed.set_exception(self._death())
            # Nobody may be waiting for it any more; asyncio would complain about that.
            self._indexed.exception()

    def _death(self) -> WorkerDiedError:
        code = self._process.returncode
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        words = self._pipes.last_words()
        return WorkerDiedError(
            f"The worker process ended {how}." + (f" Its last words:\n{words}" if words else "")
        )
