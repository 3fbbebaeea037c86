"""uvicorn, with TLS or without, in a thread of its own; its connections can be cut from inside."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.listening import bound_socket

_START_SECONDS = 30
_STOP_SECONDS = 30


class DemoSiteError(Exception):
    """The site can't start, or doesn't stop."""


def listener_of(server: str, host: str, port: int) -> socket.socket:
    """A bound socket for `serve`; port 0 takes a free one.

    Raises:
        DemoSiteError: the address can't be used.
    """
    try:
        return bound_socket(host, port)
    except OSError as error:
        raise DemoSiteError(f"{server} can't listen on {host}:{port}: {error}") from error


class _CuttableProtocol(H11Protocol):
    """Puts the connection into the scope, since ASGI has no way to cut one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope["connection"] = transport
            await inner(scope, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self.failure: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut what is open: else a client that keeps its connection holds us up for a second."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, _CuttableProtocol):
                connection.transport.abort()
        await super().shutdown(sockets)

    def run_in_thread(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self.failure = error
        finally:
            self.listening.set()


@contextmanager
def serve(
    app: ASGIApp,
    listener: socket.socket,
    certificate: Path | None,
    key: Path | None,
    client_root: Path | None,
) -> Iterator[None]:
    """Serve `app` on a bound socket until the block ends.

    Args:
        app: what answers.
        listener: a bound socket; it is closed at the end.
        certificate: the server's certificate, PEM; None for plain http.
        key: its key, PEM; None for plain http.
        client_root: who must have signed the client's certificate; None asks for none.

    Raises:
        DemoSiteError: it doesn't start, or doesn't stop.
    """
    config = uvicorn.Config(
        app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=client_root,
        ssl_cert_reqs=ssl.CERT_NONE if client_root is None else ssl.CERT_REQUIRED,
    )
    server = _Server(config)
    thread = threading.Thread(
        target=server.run_in_thread, args=[listener], name="demo-site", daemon=True
    )
    thread.start()
    try:
        if not server.listening.wait(_START_SECONDS) or not server.started:
            raise DemoSiteError("the demo site did not start") from server.failure
        yield
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()
    if thread.is_alive():
        raise DemoSiteError("the demo site did not stop")
