"""The pipes between the host and one worker process."""

import asyncio
import json
import os
from collections import deque
from collections.abc import Callable

from local.worker.invocation import LogLine, WorkerDiedError
from local.worker.protocol import Answer, Invoke

_CHUNK = 65_536
_LONGEST_PRINTED_LINE = 65_536
# How long output may trickle in after the process itself has ended (its children may hold it open).
_AFTERMATH_SECONDS = 1.0


class WorkerPipes:
    """Sends requests to the worker; passes on its answers and what it prints.

    Args:
        process: the worker, started with three pipes.
        answers_fd: our end of the answer pipe.
        on_answer: called with every answer.
        on_line: called with every line on stdout and stderr.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        answers_fd: int,
        on_answer: Callable[[Answer], None],
        on_line: Callable[[LogLine], None],
    ) -> None:
        self._process = process
        self._on_answer = on_answer
        self._on_line = on_line
        self._last: deque[str] = deque(maxlen=20)
        self._answers = asyncio.create_task(self._read_answers(answers_fd))
        self._printed = [
            asyncio.create_task(self._read_printed(stream, name, level))
            for stream, name, level in (
                (process.stdout, "stdout", "INFO"),
                (process.stderr, "stderr", "WARNING"),
            )
            if stream is not None
        ]

    async def send(self, request: Invoke) -> None:
        """Sends one request.

        Raises:
            WorkerDiedError: the worker no longer reads.
        """
        if self._process.stdin is None:
            raise WorkerDiedError("The worker was started without a request pipe.")
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        try:
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerDiedError("The worker ended before it took the call.") from error

    def close_requests(self) -> None:
        """Closes the request pipe, which tells the worker to end."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def ended(self) -> None:
        """Waits until the worker has closed its answer pipe and its output is read."""
        await self._answers
        _done, late = await asyncio.wait(self._printed, timeout=_AFTERMATH_SECONDS)
        for task in late:
            task.cancel()

    def last_words(self) -> str:
        """The last lines on stderr."""
        return "\n".join(self._last)

    async def _read_answers(self, descriptor: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
        )
        unfinished = bytearray()
        while chunk := await reader.read(_CHUNK):
            unfinished += chunk
            if b"\n" not in chunk:
                continue
            *lines, rest = unfinished.split(b"\n")
            unfinished = rest
            for line in lines:
                self._on_answer(json.loads(line))
        transport.close()

    async def _read_printed(self, stream: asyncio.StreamReader, name: str, level: str) -> None:
        unfinished = b""
        while chunk := await stream.read(_CHUNK):
            *lines, unfinished = (unfinished + chunk).split(b"\n")
            if len(unfinished) > _LONGEST_PRINTED_LINE:
                lines, unfinished = [*lines, unfinished], b""
            for line in lines:
                self._show(line, name, level)
        if unfinished:
            self._show(unfinished, name, level)

    def _show(self, line: bytes, name: str, level: str) -> None:
        text = line.decode(errors="replace")
        if name == "stderr":
            self._last.append(text)
        self._on_line(LogLine(level, name, text))
