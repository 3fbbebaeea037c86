"""Runs the host with its timers, queues and HTTP until somebody ends it."""

import asyncio
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import uvicorn

from local.host.events import HostConfig
from local.host.host import Host
from local.listening import bound_socket
from local.serve.http_front import PREFIX, http_front

LOOPBACK = "127.0.0.1"
_CLOSE_SECONDS = 5


class PortError(Exception):
    """The port can't be listened on; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served.

    Attributes:
        url: where, without a slash at the end.
        key: what every call must bear.
        timers: when each timer fires next, UTC.
    """

    url: str
    key: str = field(repr=False)
    timers: Mapping[str, datetime]

    @property
    def api(self) -> str:
        """Where the functions are."""
        return f"{self.url}{PREFIX}"


async def serve(
    app_dir: Path,
    settings: Mapping[str, str],
    *,
    port: int,
    config: HostConfig,
    on_start: Callable[[Serving], None],
    on_stop: Callable[[], None],
) -> None:
    """Serve until SIGINT or SIGTERM; what runs then is finished first.

    Args:
        app_dir: folder of the app.
        settings: the app settings, with the storage account.
        port: on loopback; 0 takes a free one.
        config: of the host.
        on_start: told when calls are taken.
        on_stop: told when it begins to end.

    Raises:
        PortError: the port is taken.
        SettingsError: settings, a schedule or a queue name are unusable.
        WorkerError: the app can't be loaded, or its worker keeps dying.
    """
    with _listening(port) as listener:
        async with Host.start(app_dir, settings, config=config) as host, _signals() as stopped:
            key = secrets.token_urlsafe(32)
            web = _Server(_web_config(host, key))
            front = asyncio.create_task(web.serve([listener]))
            work = asyncio.create_task(host.run_forever())
            try:
                url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
                await _first_of(web.listening, front, work)
                on_start(Serving(url, key, host.next_times(config.clock.now())))
                await _first_of(stopped, front, work)
                on_stop()
            finally:
                web.should_exit = True
                await front
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work


async def _first_of(event: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Wait for the event, or until a task ends, which it does only by its error."""
    waiting = asyncio.create_task(event.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done:
        task.result()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to us: the host has to end in good order too."""
        yield


def _web_config(host: Host, key: str) -> uvicorn.Config:
    return uvicorn.Config(
        http_front(host, key),
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,  # addresses may have the key in them
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_CLOSE_SECONDS,
    )


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    try:
        listener = bound_socket(LOOPBACK, port)
    except OSError as error:
        raise PortError(
            f"Port {port} of {LOOPBACK} can't be used ({error.strerror}): name another by"
            " --port; 0 takes a free one."
        ) from error
    with listener:
        yield listener


@asynccontextmanager
async def _signals() -> AsyncIterator[asyncio.Event]:
    """Set by the first SIGINT or SIGTERM; the next one ends the program the usual way."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
        stopped.set()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
